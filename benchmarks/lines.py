"""Results as lines of text for the terminal."""

from __future__ import annotations

from benchmarks.catalogue import PEERS
from benchmarks.measured import Measured
from benchmarks.timing import Ratio


def of_ratio(ratio: Ratio) -> str:
    """One line of a ratio."""
    verdict = "" if ratio.value >= ratio.wanted else "  missed"
    return (
        f"{ratio.name:55} {ratio.theirs:9.3f} {ratio.unit} {ratio.ours:9.3f} {ratio.unit} "
        f"{ratio.value:8.2f} times (wanted {ratio.wanted:g}){verdict}"
    )


def of_task(measured: Measured) -> list[str]:
    """A line for each peer of a task."""
    lines = []
    for peer, cell in measured.cells.items():
        ratio = measured.ratio(peer)
        verdict = "other numbers than ours" if ratio is None else f"{ratio:8.2f} times"
        memory = "" if cell.memory is None else f"{cell.memory / 1e6:8.0f} MB"
        difference = "" if cell.difference is None else f"  difference {cell.difference:.1g}"
        times = f"first {cell.first:9.3f} s, best {cell.best:9.3f} s"
        lines.append(f"  {PEERS[peer].title:18} {times} {verdict}{memory}{difference}")
    return lines + [f"  {PEERS[peer].title:18} left out: {why}" for peer, why in measured.left_out.items()]
