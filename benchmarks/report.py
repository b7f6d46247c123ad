"""The results of a run, and the file that stores the last complete one."""

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
    """The installation of a peer.

    Attributes:
        versions: {package: version}, "Python" among them.
        megabytes: size of its environment; None for the project's environment.
        left_out: why it was not measured, or "".
    """

    versions: dict[str, str] = field(default_factory=dict)
    megabytes: int | None = None
    left_out: str = ""


@dataclass
class Report:
    """The results of a run.

    Attributes:
        machine: hardware, versions and date.
        seconds: {part: seconds that it took}.
        peers: {name: installation}.
        tasks: {name: results of all peers}.
        ratios: comparisons of vggviz with itself and with the machine's speed.
    """

    machine: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    peers: dict[str, Installed] = field(default_factory=dict)
    tasks: dict[str, Measured] = field(default_factory=dict)
    ratios: list[Ratio] = field(default_factory=list)

    def save(self, path: Path = RESULTS) -> None:
        """Write the results as JSON."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def latest(path: Path = RESULTS) -> Report:
    """The results of the last complete run."""
    saved = json.loads(path.read_text("utf-8"))
    return Report(
        saved["machine"],
        saved["seconds"],
        {name: Installed(**each) for name, each in saved["peers"].items()},
        {name: measured(each) for name, each in saved["tasks"].items()},
        [Ratio(**each) for each in saved["ratios"]],
    )
