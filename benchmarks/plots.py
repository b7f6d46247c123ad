"""Figures of the results for the book, with text alternatives."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from benchmarks.catalogue import FORWARD, OURS, PEERS, TASKS
from benchmarks.measured import rounded
from benchmarks.peers.material import FOLDERS
from benchmarks.report import Report
from vggviz.figures.described_figure import describe, root
from vggviz.figures.layout import one_axes

STYLES = {
    OURS: ("#000000", "o"),
    FORWARD: ("#777777", "p"),
    "classic": ("#e69f00", "s"),
    "tf_explain": ("#56b4e9", "^"),
    "tf_keras_vis": ("#009e73", "v"),
    "keract": ("#cc79a7", "D"),
    "torch": ("#d55e00", "P"),
    "onnxruntime": ("#0072b2", "X"),
}
"""Colour, from Okabe and Ito's palette for colour-blind readers, and marker of each peer."""


def plot_ratios(report: Report, *, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw the times of the peers divided by ours, a row for each task.

    Args:
        report: the results.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: no peer was measured.
    """
    ratios = {name: _ratios(report, name) for name in TASKS if name in report.tasks}
    ratios = {name: row for name, row in ratios.items() if row}
    if not ratios:
        raise ValueError("There is no peer in the measurement to be drawn; run `make bench` first.")
    figure, ax = one_axes(ax, 7, 1.4 + 0.45 * len(ratios))
    for line, row in enumerate(ratios.values()):
        for index, (peer, ratio) in enumerate(row.items()):
            colour, marker = STYLES[peer]
            apart = 0.5 * ((index + 0.5) / len(row) - 0.5)  # equal ratios must not cover each other
            ax.plot(ratio, line + apart, marker, color=colour, markersize=7, label=PEERS[peer].title)
    describe(figure, _ratios_description(ratios))
    ax.set_yticks(range(len(ratios)), [TASKS[name].short for name in ratios])
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.axvline(1, color="black", linewidth=1)
    ax.set_xlabel("times as long as ours; left of the line a peer is faster")
    ax.grid(axis="y", color="0.9")
    _legend(ax)
    return figure, ax


def plot_memory(report: Report, *, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw the memory that a folder of images takes above the loaded network, by number of images.

    Args:
        report: the results.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: no memory was measured.
    """
    points = _memory(report)
    if not points:
        raise ValueError(
            "There is no memory in the measurement to be drawn; run `make bench` on Linux first."
        )
    figure, ax = one_axes(ax, 7, 4)
    for index, (peer, by_count) in enumerate(points.items()):
        colour, marker = STYLES[peer]
        style = {"color": colour, "markersize": 11 - 1.2 * index}  # covered markers stay visible
        ax.plot(list(by_count), list(by_count.values()), f"{marker}-", label=PEERS[peer].title, **style)
        described = ", ".join(f"{most:.2g} GB for {count} pictures" for count, most in by_count.items())
        describe(figure, f"{PEERS[peer].title}: {described}.")
        _mark_not_run(ax, peer, by_count)
    ax.set_xticks(FOLDERS)
    ax.set_xlim(0, FOLDERS[-1] * 1.05)
    ax.set_ylim(0, 1.08 * ax.get_ylim()[1])
    ax.set_xlabel("pictures in the folder")
    ax.set_ylabel("most memory (GB)")
    _legend(ax)
    return figure, ax


def _ratios(report: Report, name: str) -> dict[str, float]:
    measured = report.tasks[name]
    found = {peer: measured.ratio(peer) for peer in PEERS if peer != OURS}
    return {peer: ratio for peer, ratio in found.items() if ratio is not None}


def _ratios_description(ratios: Mapping[str, Mapping[str, float]]) -> str:
    sentences = ["Times as long as ours, by task."]
    for name, row in ratios.items():
        times = ", ".join(f"{PEERS[peer].title} {rounded(ratio)}" for peer, ratio in row.items())
        sentences.append(f"{TASKS[name].short}: {times}.")
    return " ".join(sentences)


def _memory(report: Report) -> Mapping[str, dict[int, float]]:
    """{peer: {number of images: GB}}."""
    found: dict[str, dict[int, float]] = {}
    for count in FOLDERS:
        task = report.tasks.get(f"folder{count}")
        for peer, cell in task.cells.items() if task else ():
            if cell.memory is not None and not cell.wrong:
                found.setdefault(peer, {})[count] = cell.memory / 1e9
    return found


def _mark_not_run(ax: Axes, peer: str, by_count: Mapping[int, float]) -> None:
    """Mark the runs that were skipped because the maps alone would not fit, with a hollow marker."""
    last = max(by_count)
    for count in FOLDERS:
        needed = TASKS[f"folder{count}"].stacked.get(peer, 0) / 1e9
        if needed and count > last:
            colour, marker = STYLES[peer]
            hollow = {"markerfacecolor": "white", "markevery": [1]}
            ax.plot([last, count], [by_count[last], needed], f"{marker}:", color=colour, **hollow)
            ax.annotate(
                "not run: the maps alone",
                (count, needed),
                (-8, 4),
                fontsize=8,
                ha="right",
                va="bottom",
                textcoords="offset points",
            )
            describe(root(ax), f"Not run for {count}, whose maps alone take {needed:.2g} GB.")


def _legend(ax: Axes) -> None:
    """Add a legend above the axes that lists each peer once."""
    handles, titles = ax.get_legend_handles_labels()
    once = dict(zip(titles, handles, strict=True))
    ax.legend(
        once.values(),
        once.keys(),
        ncols=3,
        fontsize=8,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        frameon=False,
    )
