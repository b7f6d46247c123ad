"""The last measurement: kept as one file, read again for the terminal and for the book."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measured import Measured, measured
from benchmarks.timing import Ratio
from vggviz._shared.files import atomic_path

RESULTS = Path(__file__).parent / "results.json"


@dataclass
class Installed:
    """What a peer was, on the day.

    Attributes:
        versions: {package: version}, "Python" among them.
        megabytes: of its environment; None where that is the project's own.
        left_out: why it was not measured, or "".
    """

    versions: dict[str, str] = field(default_factory=dict)
    megabytes: int | None = None
    left_out: str = ""


@dataclass
class Report:
    """One run.

    Attributes:
        machine: what the numbers hold for, and the day.
        seconds: that each part of the run took.
        peers: by name.
        tasks: what was measured beside the peers.
        ratios: what was measured beside ourselves.
    """

    machine: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    peers: dict[str, Installed] = field(default_factory=dict)
    tasks: dict[str, Measured] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)

    def save(self, path: Path = RESULTS) -> None:
        """Keep the numbers for the book."""
        with atomic_path(path) as beside:
            beside.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def latest(path: Path = RESULTS) -> Report:
    """The measurement that `make bench` made last."""
    kept = json.loads(path.read_text("utf-8"))
    return Report(
        kept["machine"],
        kept["seconds"],
        {name: Installed(**each) for name, each in kept["peers"].items()},
        {name: measured(each) for name, each in kept["tasks"].items()},
        [Ratio(**each) for each in kept["ratios"]],
    )
