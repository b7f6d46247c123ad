"""The last measurement, as a table for the terminal and for the book."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from pathlib import Path

from benchmarks.timing import Ratio
from vggviz.files import atomic_path

RESULTS = Path(__file__).parent / "results.json"


class Report:
    """Ratios, and the machine that they hold for."""

    def __init__(self, machine: dict[str, object], ratios: list[Ratio]) -> None:
        self.machine = machine
        self.ratios = ratios

    def save(self) -> None:
        """Keep the numbers for the book."""
        kept = {"machine": self.machine, "ratios": [asdict(ratio) for ratio in self.ratios]}
        with atomic_path(RESULTS) as beside:
            beside.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col">{name}</th>' for name in ("", "the other way", "ours", "ratio", "wanted")
        )
        rows = "".join(
            f'<tr><th scope="row">{escape(ratio.name)}</th><td>{ratio.theirs:.3f} s</td>'
            f"<td>{ratio.ours:.3f} s</td><td>{ratio.value:.3g}</td><td>{ratio.wanted:g}</td></tr>"
            for ratio in self.ratios
        )
        machine = ", ".join(f"{name} {value}" for name, value in self.machine.items())
        return (
            f'<table class="layer-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
            f"<p><small>Measured on: {escape(machine)}.</small></p>"
        )


def latest() -> Report:
    """The measurement that `python -m benchmarks` made last."""
    kept = json.loads(RESULTS.read_text("utf-8"))
    return Report(kept["machine"], [Ratio(**ratio) for ratio in kept["ratios"]])
