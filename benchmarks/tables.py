"""Tables of the results for the book, and sentences on the tasks in which a peer is faster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from benchmarks.catalogue import OURS, PEERS, TASKS
from benchmarks.measured import Cell, Measured, rounded
from benchmarks.peers.material import CHANNEL, FOLDERS, MAXIMIZED, STEPS
from benchmarks.report import Report

OTHERS = [peer for peer in PEERS if peer != OURS]


class Html:
    """Markup that a notebook displays."""

    def __init__(self, text: str) -> None:
        """Take the markup."""
        self.text = text

    def _repr_html_(self) -> str:
        return self.text


NOT_MEASURED = Html("<p>The run that this page shows did not measure it.</p>")


def overview(report: Report) -> Html:
    """Time of each peer divided by ours, a row for each task; empty for tasks that a peer does not have."""
    rows = []
    for name, task in TASKS.items():
        if name in report.tasks:
            rows.append([task.short, *(_verdict(report.tasks[name], peer) for peer in OTHERS)])
    return _table(["task", *(PEERS[peer].title for peer in OTHERS)], rows)


def of_task(report: Report, name: str) -> Html:
    """All results of a task, a row for each peer."""
    if name not in report.tasks:
        return NOT_MEASURED
    measured = report.tasks[name]
    head = ["tool", "ready", "first", "best", "first / ours", "best / ours", "memory", "difference"]
    rows = [[PEERS[peer].title, *_numbers(name, measured, peer)] for peer in measured.cells]
    return Html(_table(head, rows).text + _notes(name, measured))


def memory(report: Report) -> Html:
    """Memory that folders of images take above the loaded network."""
    names = [f"folder{count}" for count in FOLDERS]
    head = ["tool", *(f"{count} pictures" for count in FOLDERS), "growth", "seconds for a picture"]
    rows = []
    for peer in TASKS[names[-1]].peers:
        cells = [report.tasks[name].cells.get(peer) for name in names]
        if any(cells):
            held = (_gigabytes(cell.memory if cell else None) for cell in cells)
            rows.append([PEERS[peer].title, *held, _growth(cells), _seconds_per_image(cells)])
    notes = (_notes(name, report.tasks[name], f"{TASKS[name].short}: ") for name in names)
    return Html(_table(head, rows).text + "".join(notes))


def reached(report: Report) -> Html:
    """Final value of the objective in activation maximization."""
    cells = report.tasks["maximization"].cells
    rows = [
        [PEERS[peer].title, f"{cell.best:.3g} s", f"{cell.reached:.3g}"]
        for peer, cell in cells.items()
        if cell.reached is not None
    ]
    note = f"<p><small>Channel {CHANNEL} of {MAXIMIZED}, {STEPS} steps.</small></p>"
    return Html(_table(["tool", "seconds", "mean activation reached"], rows).text + note)


def peers(report: Report) -> Html:
    """The peers with their versions and the size of their environments."""
    rows = []
    for peer, each in report.peers.items():
        versions = ", ".join(f"{name} {version}" for name, version in each.versions.items())
        disk = "the project's own" if each.megabytes is None else f"{each.megabytes:,} MB"
        rows.append([PEERS[peer].title, disk if versions else "", versions or f"left out: {each.left_out}"])
    return _table(["tool", "environment", "versions"], rows)


def machine(report: Report) -> Html:
    """Hardware, versions, date and duration of the run."""
    facts = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    minutes = sum(report.seconds.values()) / 60
    return Html(f"<p><small>Measured on: {escape(facts)}. The run took {minutes:.0f} minutes.</small></p>")


def ourselves(report: Report) -> Html:
    """The ratios of vggviz to alternatives of its own and to the machine's speed."""
    rows = [
        [
            ratio.name,
            f"{ratio.theirs:.3f} {ratio.unit}",
            f"{ratio.ours:.3f} {ratio.unit}",
            f"{ratio.value:.3g}",
            f"{ratio.wanted:.2g}" + (" (missed)" if ratio.value < ratio.wanted else ""),
        ]
        for ratio in report.ratios
    ]
    return _table(["what", "the other way", "ours", "ratio", "wanted"], rows)


def start_up(report: Report) -> Html:
    """Time and memory of commands from a cold start, beside the other way that each names."""
    rows = [
        [ratio.name, _amount(ratio.ours, ratio.unit), _amount(ratio.theirs, ratio.unit), rounded(ratio.value)]
        for ratio in report.ratios
        if ratio.part == "startup"
    ]
    return _table(["what", "ours", "the other way", "other / ours"], rows) if rows else NOT_MEASURED


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"


def ahead(report: Report) -> Html:
    """A sentence for each task in which a peer is faster than both our ways by more than the margin."""
    sentences = [
        _sentence(name, report.tasks[name], peer)
        for name in TASKS
        for peer in OTHERS
        if name in report.tasks and report.tasks[name].is_ahead(peer)
    ]
    return Html(
        f"<ul>{''.join(sentences)}</ul>" if sentences else "<p>In no task of this run was a peer ahead.</p>"
    )


def _sentence(name: str, measured: Measured, peer: str) -> str:
    ratio, first = measured.of_our_best(peer), measured.of_our_best(peer, "first")
    sentence = f"{TASKS[name].title}: {PEERS[peer].title} takes {ratio:.2g} of our time"
    sentence += f" ({first:.2g} at the first call)" if len(measured.cells[peer].turns) > 1 else ""
    return f"<li>{escape(sentence)}.</li>"


def _verdict(measured: Measured, peer: str) -> str:
    """A ratio, or why there is none; "" if the peer does not have the task."""
    if peer in measured.left_out:
        return "left out"
    if peer not in measured.cells:
        return ""
    ratio = measured.ratio(peer)
    if ratio is None:
        return "other numbers"
    return f"{ratio:.2g} (ahead)" if measured.is_ahead(peer) else rounded(ratio)


def _numbers(name: str, measured: Measured, peer: str) -> Iterable[str]:
    """The results of a peer in a task, as cells of a row."""
    cell = measured.cells[peer]
    ratios = [measured.ratio(peer, what) for what in ("first", "best")]
    yield from (f"{seconds:.3g} s" for seconds in (cell.ready, cell.first, cell.best))
    yield from ("" if ratio is None else rounded(ratio) for ratio in ratios)
    yield _gigabytes(cell.whole)
    if peer == OURS or cell.difference is None:
        yield "another definition" if peer in TASKS[name].other else ""
    else:
        yield f"{cell.difference:.1g}" + (" (too large: not compared)" if cell.wrong else "")


def _notes(name: str, measured: Measured, before: str = "") -> str:
    """Notes on the peers that are missing or define the task otherwise."""
    lines = [f"{PEERS[peer].title} is left out: {why}." for peer, why in measured.left_out.items()]
    lines += [
        f"{PEERS[peer].title} defines it otherwise: {why}."
        for peer, why in TASKS[name].other.items()
        if peer in measured.cells
    ]
    return "".join(f"<p><small>{escape(before + line)}</small></p>" for line in lines)


def _gigabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e9:.2f} GB"


def _growth(cells: Sequence[Cell | None]) -> str:
    """Memory of the larger folder divided by that of the smaller."""
    first, last = cells[0], cells[-1]
    if not (first and last and first.memory and last.memory):
        return ""
    return f"{last.memory / first.memory:.2f} times"


def _seconds_per_image(cells: Sequence[Cell | None]) -> str:
    """Seconds per image in the largest folder that was measured."""
    count, cell = [(count, cell) for count, cell in zip(FOLDERS, cells, strict=True) if cell][-1]
    return f"{cell.best / count:.3f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """A table with header scopes for screen readers; the book's style sheet makes wide tables scroll."""
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(each)}</td>" for each in rest)}</tr>'
        for first, *rest in rows
    )
    return Html(f'<table class="layer-table"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>')
