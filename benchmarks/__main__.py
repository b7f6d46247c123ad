"""`python -m benchmarks`: measure, print a table, and keep the numbers for the book.

Takes about five minutes, and the machine to itself. `--no-book` leaves the building of the book out.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path

from benchmarks import building, drawing, extraction, startup
from benchmarks.timing import Ratio
from vggviz.files import atomic_path

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    """Measure everything and write results.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--no-book", action="store_true", help="leave the building of the book out")
    rooms = [startup, extraction, drawing, building]
    if parser.parse_args().no_book:
        rooms.remove(building)
    ratios: list[Ratio] = []
    for room in rooms:
        for ratio in room.measure():
            print(_line(ratio), flush=True)
            ratios.append(ratio)
    report = {"machine": _machine(), "ratios": [dataclasses.asdict(ratio) for ratio in ratios]}
    with atomic_path(RESULTS) as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    sys.exit(any(ratio.value < ratio.wanted for ratio in ratios))


def _line(ratio: Ratio) -> str:
    verdict = "" if ratio.value >= ratio.wanted else "  too slow"
    return (
        f"{ratio.name:55} {ratio.theirs:9.3f} s {ratio.ours:9.3f} s "
        f"{ratio.value:8.2f} times (wanted {ratio.wanted:g}){verdict}"
    )


def _machine() -> dict[str, object]:
    """What the numbers hold for."""
    packages = ("tensorflow", "keras", "numpy", "matplotlib", "jupyter-book")
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


if __name__ == "__main__":
    main()
