"""The measurement as tables of a page, and where a peer is ahead, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from benchmarks.catalogue import FOLDERS, OURS, PEERS, TASKS
from benchmarks.measured import Cell, Measured, rounded
from benchmarks.peers.material import CHANNEL, MAXIMIZED, STEPS
from benchmarks.report import Report

OTHERS = [peer for peer in PEERS if peer != OURS]


class Html:
    """A piece of a page, as a notebook shows it."""

    def __init__(self, text: str) -> None:
        """Take the markup."""
        self.text = text

    def _repr_html_(self) -> str:
        return self.text


def overview(report: Report) -> Html:
    """How many times as long as ours each peer takes for each task; empty where it has none."""
    rows = []
    for name, task in TASKS.items():
        if name in report.tasks:
            rows.append([task.short, *(_verdict(report.tasks[name], peer) for peer in OTHERS)])
    return _table(["task", *(PEERS[peer].title for peer in OTHERS)], rows)


def of_task(report: Report, name: str) -> Html:
    """All that was measured of a task: a row for each peer that has it."""
    measured = report.tasks[name]
    head = ["tool", "ready", "first", "best", "first / ours", "best / ours", "difference"]
    rows = [[PEERS[peer].title, *_numbers(name, measured, peer)] for peer in measured.cells]
    return Html(_table(head, rows).text + _notes(name, measured))


def memory(report: Report) -> Html:
    """Memory over folders of pictures: what the run took above the loaded network."""
    names = [f"folder{count}" for count in FOLDERS]
    head = ["tool", *(f"{count} pictures" for count in FOLDERS), "growth", "seconds for a picture"]
    rows = []
    for peer in TASKS[names[-1]].peers:
        cells = [report.tasks[name].cells.get(peer) for name in names]
        if any(cells):
            rows.append([PEERS[peer].title, *map(_gigabytes, cells), _growth(cells), _of_a_picture(cells)])
    notes = (_notes(name, report.tasks[name], f"{TASKS[name].short}: ") for name in names)
    return Html(_table(head, rows).text + "".join(notes))


def reached(report: Report) -> Html:
    """What the objective was for the finished pictures."""
    cells = report.tasks["maximization"].cells
    rows = [
        [PEERS[peer].title, f"{cell.best:.3g} s", f"{cell.reached:.3g}"]
        for peer, cell in cells.items()
        if cell.reached is not None
    ]
    asked = f"<p><small>Channel {CHANNEL} of {MAXIMIZED}, {STEPS} steps.</small></p>"
    return Html(_table(["tool", "seconds", "mean activation reached"], rows).text + asked)


def peers(report: Report) -> Html:
    """Who took part, in which versions, and what each environment takes on the disk."""
    rows = []
    for peer, each in report.peers.items():
        versions = ", ".join(f"{name} {version}" for name, version in each.versions.items())
        disk = "the project's own" if each.megabytes is None else f"{each.megabytes:,} MB"
        rows.append([PEERS[peer].title, disk if versions else "", versions or f"left out: {each.left_out}"])
    return _table(["tool", "environment", "versions"], rows)


def machine(report: Report) -> Html:
    """What the numbers hold for."""
    words = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    minutes = sum(report.seconds.values()) / 60
    return Html(f"<p><small>Measured on: {escape(words)}. The run took {minutes:.0f} minutes.</small></p>")


def ourselves(report: Report) -> Html:
    """Ours beside our own other ways, and beside what the machine could do."""
    rows = [
        [
            ratio.name,
            f"{ratio.theirs:.3f} s",
            f"{ratio.ours:.3f} s",
            f"{ratio.value:.3g}",
            f"{ratio.wanted:.2g}" + (" (missed)" if ratio.value < ratio.wanted else ""),
        ]
        for ratio in report.ratios
    ]
    return _table(["what", "the other way", "ours", "ratio", "wanted"], rows)


def ahead(report: Report) -> Html:
    """A sentence for each task in which a peer is faster than ours by more than chance explains."""
    said = [
        _sentence(name, report.tasks[name], peer)
        for name in TASKS
        for peer in OTHERS
        if name in report.tasks and report.tasks[name].is_ahead(peer)
    ]
    return Html(f"<ul>{''.join(said)}</ul>" if said else "<p>In no task of this run was a peer ahead.</p>")


def _sentence(name: str, measured: Measured, peer: str) -> str:
    ratio, first = measured.ratio(peer), measured.ratio(peer, "first")
    words = f"{TASKS[name].title}: {PEERS[peer].title} takes {ratio:.2g} of our time"
    words += f" ({first:.2g} at the first call)" if len(measured.cells[peer].turns) > 1 else ""
    return f"<li>{escape(words)}.</li>"


def _verdict(measured: Measured, peer: str) -> str:
    """A ratio, a word where there is none to give, or nothing where the peer does not have the task."""
    if peer in measured.left_out:
        return "left out"
    if peer not in measured.cells:
        return ""
    ratio = measured.ratio(peer)
    if ratio is None:
        return "other numbers"
    return f"{ratio:.2g} (ahead)" if measured.is_ahead(peer) else rounded(ratio)


def _numbers(name: str, measured: Measured, peer: str) -> Iterable[str]:
    cell = measured.cells[peer]
    ratios = [measured.ratio(peer, what) for what in ("first", "best")]
    yield from (f"{seconds:.3g} s" for seconds in (cell.ready, cell.first, cell.best))
    yield from ("" if ratio is None else rounded(ratio) for ratio in ratios)
    if peer == OURS or cell.difference is None:
        yield "another definition" if peer in TASKS[name].other else ""
    else:
        yield f"{cell.difference:.1g}" + (" (too large: not compared)" if cell.wrong else "")


def _notes(name: str, measured: Measured, before: str = "") -> str:
    """Why somebody is missing, and whose numbers cannot be ours."""
    lines = [f"{PEERS[peer].title} is left out: {why}." for peer, why in measured.left_out.items()]
    lines += [
        f"{PEERS[peer].title} defines it otherwise: {why}."
        for peer, why in TASKS[name].other.items()
        if peer in measured.cells
    ]
    return "".join(f"<p><small>{escape(before + line)}</small></p>" for line in lines)


def _gigabytes(cell: Cell | None) -> str:
    return "" if cell is None or cell.memory is None else f"{cell.memory / 1e9:.2f} GB"


def _growth(cells: Sequence[Cell | None]) -> str:
    """How many times as much memory the larger folder takes."""
    first, last = cells[0], cells[-1]
    if not (first and last and first.memory and last.memory):
        return ""
    return f"{last.memory / first.memory:.2f} times"


def _of_a_picture(cells: Sequence[Cell | None]) -> str:
    """Of the larger folder that was measured."""
    count, cell = [(count, cell) for count, cell in zip(FOLDERS, cells, strict=True) if cell][-1]
    return f"{cell.best / count:.3f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """A table that a screen reader can walk through; the book's style lets wide ones scroll in a box."""
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(each)}</td>" for each in rest)}</tr>'
        for first, *rest in rows
    )
    return Html(f'<table class="layer-table"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>')
