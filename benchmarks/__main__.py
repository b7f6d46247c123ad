"""`make bench`, or `python -m benchmarks`: measure, print the results, and save them for the book.

Run it on an idle machine. It first prints how long it will take and what it will install.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks import building, exploring, startup, visualizing, yardstick
from benchmarks.catalogue import OURS, PEERS, TASKS
from benchmarks.comparing import Comparison
from benchmarks.environments import LeftOutError, interpreter, is_made, megabytes
from benchmarks.lines import of_ratio, of_task
from benchmarks.materials import lay_out
from benchmarks.report import Installed, Report, latest

MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (startup, yardstick, exploring, visualizing, building)
}
PARTS = (*MODULES, *TASKS)
"""In this order: what a browser or another program may end comes first, when little is lost."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks; only a complete run writes results.json."""
    options = _parser().parse_args(arguments)
    parts = [part for part in options.parts or PARTS if not (options.no_book and part == "building")]
    peers = list(dict.fromkeys([OURS, *(options.peers or PEERS)]))
    print(_cost(parts, peers), flush=True)
    if "exploring" in parts and (reason := exploring.lack()):
        print(f"exploring will be left out, so nothing will be saved for the book: {reason}.", flush=True)
    report, complete = Report(machine=_machine()), not (options.parts or options.peers)
    with tempfile.TemporaryDirectory(prefix="vggviz-") as folder:
        pythons = _prepare(report, peers if set(parts) & set(TASKS) else [])
        if pythons:
            lay_out(Path(folder))
        for index, part in enumerate(parts, 1):
            print(f"[{index}/{len(parts)}] {part}", flush=True)
            try:
                _measure(report, part, pythons, Path(folder))
            except LeftOutError as error:
                if part in TASKS:
                    sys.exit(f"vggviz itself could not be measured: {error}.")
                print(f"{part} is left out: {error}.", flush=True)
                complete = False
    if complete:
        report.save()
        print("Saved for the book's page 'Beside other tools'; `make book` shows it.")
    else:
        print("Not saved for the book, as only a complete run is.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", type=_part, help=f"of {', '.join(PARTS)}; all")
    parser.add_argument(
        "--peers", nargs="+", choices=PEERS, metavar="PEER", help=f"of {', '.join(PEERS)}; all"
    )
    parser.add_argument("--no-book", action="store_true", help="skip the build of the book")
    return parser


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"there is no part {name!r}; use some of {', '.join(PARTS)}")
    return name


def _cost(parts: Sequence[str], peers: Sequence[str]) -> str:
    """A sentence on the time that the last complete run took, and on what is to be installed."""
    last = latest()
    minutes = sum(last.seconds.get(part, 0) for part in parts) / 60
    missing = [peer for peer in peers if not is_made(peer)]
    known = {peer: last.peers[peer].megabytes or 0 for peer in missing if peer in last.peers}
    install = ", ".join(f"{PEERS[peer].title} ({known.get(peer, 0):,} MB)" for peer in missing)
    return (
        f"About {max(minutes, 1):.0f} minutes, as last measured. "
        f"To be installed first, below _build/bench: {install or 'nothing'}."
    )


def _prepare(report: Report, peers: Sequence[str]) -> dict[str, Path]:
    """The Python of each peer; the report notes why one is missing."""
    pythons = {}
    for peer in peers:
        report.peers[peer] = Installed()
        try:
            pythons[peer] = interpreter(peer)
        except LeftOutError as error:
            print(f"{PEERS[peer].title} is left out: {error}.", flush=True)
            report.peers[peer].left_out = str(error)
        else:
            report.peers[peer].megabytes = megabytes(peer)
    return pythons


def _measure(report: Report, part: str, pythons: dict[str, Path], folder: Path) -> None:
    """Measure one part, add it to the report, and print it."""
    start = time.perf_counter()
    if part in TASKS:
        comparison = Comparison(part, TASKS[part], pythons, folder)
        report.tasks[part] = comparison.run()
        for peer, versions in comparison.versions.items():
            report.peers[peer].versions |= versions
        print("\n".join(of_task(report.tasks[part])), flush=True)
    else:
        for ratio in MODULES[part].measure():
            report.ratios.append(ratio)
            print(of_ratio(ratio), flush=True)
    report.seconds[part] = time.perf_counter() - start


def _machine() -> dict[str, object]:
    """Hardware, versions and date of the measurement."""
    packages = ("tensorflow", "keras", "numpy", "matplotlib", "jupyter-book")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "system": platform.system(),
        "day": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def _processor() -> str:
    """Name of the processor, on Linux with its vector extensions, which matter more than its clock rate."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    found = {name.strip(): value.strip() for name, value in found.items()}
    units = [unit for unit in ("avx2", "avx512f", "amx_tile") if unit in found.get("flags", "").split()]
    return ", ".join([found.get("model name", platform.machine()), platform.machine(), *units])


if __name__ == "__main__":
    main()
