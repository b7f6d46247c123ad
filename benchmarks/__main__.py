"""`python -m benchmarks`: measure, print a table, and keep the numbers for the book.

Takes about five minutes, and the machine to itself. `--no-book` leaves the building of the book out.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import sys

from benchmarks import building, drawing, exploring, extraction, startup, visualizing
from benchmarks.report import Report
from benchmarks.timing import Ratio


def main() -> None:
    """Measure everything and write results.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--no-book", action="store_true", help="leave the building of the book out")
    rooms = [startup, extraction, drawing, exploring, visualizing, building]
    if parser.parse_args().no_book:
        rooms.remove(building)
    ratios: list[Ratio] = []
    for room in rooms:
        for ratio in room.measure():
            print(_line(ratio), flush=True)
            ratios.append(ratio)
    Report(_machine(), ratios).save()
    sys.exit(any(ratio.value < ratio.wanted for ratio in ratios))


def _line(ratio: Ratio) -> str:
    verdict = "" if ratio.value >= ratio.wanted else "  too slow"
    return (
        f"{ratio.name:55} {ratio.theirs:9.3f} s {ratio.ours:9.3f} s "
        f"{ratio.value:8.2f} times (wanted {ratio.wanted:g}){verdict}"
    )


def _machine() -> dict[str, object]:
    """What the numbers hold for, and the day."""
    packages = ("tensorflow", "keras", "numpy", "matplotlib", "jupyter-book")
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "day": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


if __name__ == "__main__":
    main()
