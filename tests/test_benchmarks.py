"""The benchmark program on made-up results: nothing is measured and nothing is installed."""

import platform
import sys
from pathlib import Path
from typing import ClassVar

import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from benchmarks import __main__ as command
from benchmarks import catalogue, comparing, environments, exploring, plots, startup, tables, timing
from benchmarks.environments import LeftOutError
from benchmarks.measured import MARGIN, Cell, Measured
from benchmarks.peers.material import DRAWN
from benchmarks.report import Installed, Report, latest
from benchmarks.workers import Worker


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def cell(seconds, **more):
    return Cell(1.0, [seconds * 3, seconds, seconds * 1.05], **more)


@pytest.fixture
def report():
    tasks = {
        "extraction": Measured(
            {
                "ours": cell(0.2, difference=0.0),
                "classic": cell(4.0, difference=0.0),
                "keract": cell(0.1, difference=0.5, wrong=True),
                "torch": cell(0.1, difference=1e-7),
                "onnxruntime": cell(0.2 / MARGIN * 1.01, difference=2e-6),
            },
            {"tf_explain": "its <environment> could not be made"},
        ),
        "folder50": Measured(
            {"ours": cell(9, memory=10**9), "classic": cell(60, memory=4 * 10**9)},
        ),
        "folder200": Measured(
            {"ours": cell(36, memory=10**9)}, {"classic": "its maps alone take 12.1 GB"}
        ),
        "maximization": Measured(
            {"ours": cell(8, reached=3.5), "tf_keras_vis": cell(16, reached=0.5)},
        ),
    }  # fmt: skip
    peers = {
        "ours": Installed({"Python": "3.11.7", "tensorflow": "2.21.0"}),
        "torch": Installed({"torch": "2"}, 989),
    }
    ratios = [timing.Ratio("import", 0.1, 3.0, 5)]
    return Report({"cores": 2, "day": "2026-01-01"}, {"extraction": 60.0}, peers, tasks, ratios)


def test_a_saved_report_is_loaded_unchanged(report, tmp_path):
    report.save(tmp_path / "results.json")
    assert latest(tmp_path / "results.json") == report
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_all_tables_of_the_published_report_can_be_made():
    published = latest()
    for table in (
        tables.overview,
        tables.ahead,
        tables.memory,
        tables.reached,
        tables.peers,
        tables.ourselves,
        tables.start_up,
    ):
        assert "<" in table(published)._repr_html_()
    for name in published.tasks:
        assert tables.of_task(published, name)._repr_html_().count("<tr>") > 2


def test_ratios_of_the_best_and_of_the_first_calls():
    some = Cell(1.0, [3.0, 1.0, 2.0])
    assert (some.first, some.best) == (3.0, 1.0)
    assert Measured({"ours": some, "torch": cell(2.0)}).ratio("torch") == 2
    assert Measured({"ours": some, "torch": cell(2.0)}).ratio("torch", "first") == 2


def test_a_peer_is_ahead_if_it_is_faster_by_more_than_the_margin(report):
    extraction = report.tasks["extraction"]
    assert [peer for peer in catalogue.PEERS if extraction.is_ahead(peer)] == ["torch"]
    assert extraction.ratio("onnxruntime") < 1  # but within the margin
    html = tables.ahead(report)._repr_html_()
    assert html.count("<li>") == 1
    assert "PyTorch takes 0.5 of our time" in html
    del extraction.cells["torch"]
    assert tables.ahead(report)._repr_html_() == "<p>In no task of this run was a peer ahead.</p>"


def test_a_peer_is_ahead_only_of_both_our_ways(report):
    extraction = report.tasks["extraction"]
    extraction.cells["forward_only"] = cell(0.08)
    assert not [peer for peer in catalogue.PEERS if extraction.is_ahead(peer)]
    extraction.cells["torch"] = cell(0.04)
    assert "PyTorch takes 0.5 of our time" in tables.ahead(report)._repr_html_()
    assert extraction.ratio("torch") == pytest.approx(0.2)
    extraction.cells["forward_only"].wrong = True  # other numbers are no way of ours
    assert "PyTorch takes 0.2 of our time" in tables.ahead(report)._repr_html_()


def test_a_cold_start_is_shown_with_its_units(report):
    assert "did not measure" in tables.start_up(report)._repr_html_()
    report.ratios.append(timing.Ratio("vggviz maps, memory", 250.0, 1000.0, 1.5, "MiB", "startup"))
    assert rows(tables.start_up(report)) == [["250 MiB", "1,000 MiB", "4"]]


def test_a_task_that_the_run_did_not_have(report):
    assert "did not measure" in tables.of_task(report, "one_layer_saved")._repr_html_()


def test_wrong_results_get_no_ratio(report):
    assert report.tasks["extraction"].ratio("keract") is None
    assert "other numbers" in tables.overview(report)._repr_html_()
    assert "too large" in tables.of_task(report, "extraction")._repr_html_()


def test_the_overview_is_empty_for_tasks_that_a_peer_does_not_have(report):
    row = rows(tables.overview(report))[0]
    assert dict(zip(tables.OTHERS, row, strict=True)) == {
        "forward_only": "",
        "classic": "20",
        "tf_explain": "left out",
        "tf_keras_vis": "",
        "keract": "other numbers",
        "torch": "0.5 (ahead)",
        "onnxruntime": "0.92",
    }


def test_the_reason_why_a_peer_is_left_out_is_escaped(report):
    html = tables.of_task(report, "extraction")._repr_html_()
    assert "tf-explain is left out: its &lt;environment&gt; could not be made." in html


def test_the_table_of_memory_and_its_growth(report):
    ours, classic = rows(tables.memory(report))
    assert ours[:3] == ["1.00 GB", "1.00 GB", "1.00 times"]
    assert classic[:3] == ["4.00 GB", "", ""]


def test_figures_and_text_alternatives_hold_the_numbers(report):
    figure, ax = plots.plot_ratios(report)
    drawn = {line.get_label(): line.get_xdata()[0] for line in ax.lines if abs(line.get_ydata()[0]) < 0.3}
    assert drawn["classic notebook"] == pytest.approx(20)
    assert "keract" not in drawn
    words = vggviz.text_alternative(figure)
    assert words.startswith("Times as long as ours, by task. 18 layers: classic notebook 20, PyTorch 0.5")
    figure, ax = plots.plot_memory(report)
    drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines if line.get_label()[0] != "_"}
    assert drawn == {"vggviz (ours)": [1, 1], "classic notebook": [4]}
    words = vggviz.text_alternative(figure)
    assert "vggviz (ours): 1 GB for 50 pictures, 1 GB for 200 pictures." in words
    assert "classic notebook: 4 GB for 50 pictures. Not run for 200, whose maps alone take 12 GB." in words


def test_peers_have_distinct_colours_and_markers():
    assert plots.STYLES.keys() == catalogue.PEERS.keys()
    for part in zip(*plots.STYLES.values(), strict=True):
        assert len(set(part)) == len(plots.STYLES)


def test_an_empty_report_cannot_be_drawn():
    for plot in (plots.plot_ratios, plots.plot_memory):
        with pytest.raises(ValueError, match="make bench"):
            plot(Report())


MAPS = {"a": np.array([[0.0, 1.0], [2.0, 4.0]], np.float32)}


@pytest.mark.parametrize(
    ("theirs", "difference", "wrong"),
    [
        (MAPS["a"], 0, False),
        (MAPS["a"] + np.float32(4e-4), 1e-4, False),
        (MAPS["a"] + np.float32(0.4), 0.1, True),
        ((MAPS["a"] * 255 / 4).astype(np.uint8), 0.003, False),
        (255 - (MAPS["a"] * 255 / 4).astype(np.uint8), 1, True),
        (MAPS["a"].T[:1], np.inf, True),
        (MAPS["a"] * np.nan, np.nan, True),
    ],
)
def test_answers_are_compared_with_ours(theirs, difference, wrong):
    found = Cell(1.0, [1.0])
    comparing.compare(found, MAPS, {"a": theirs}, equal=True)
    assert found.difference == pytest.approx(difference, rel=0.05, abs=1e-6, nan_ok=True)
    assert found.wrong == wrong


def test_a_missing_layer_is_wrong_but_another_definition_is_not():
    lacking, other = Cell(1.0, [1.0]), Cell(1.0, [1.0])
    comparing.compare(lacking, MAPS, {}, equal=True)
    comparing.compare(other, MAPS, {"a": MAPS["a"] + 1}, equal=False)
    assert (lacking.wrong, other.wrong, other.difference) == (True, False, None)


def test_tasks_that_do_not_fit_into_memory_are_refused():
    comparing.refuse_what_does_not_fit(10**9, free=3 * 10**9)
    with pytest.raises(LeftOutError, match=r"2\.0 GB"):
        comparing.refuse_what_does_not_fit(2 * 10**9, free=3 * 10**9)


def test_a_failed_installation_gives_its_reason_and_is_repeated(tmp_path, monkeypatch):
    listed = tmp_path / "torch.txt"
    listed.write_text("torch")
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(environments, "requirements", lambda _: listed)
    monkeypatch.setattr(environments.sys, "executable", sys.executable)
    monkeypatch.setattr(environments, "_run", no_network)
    with pytest.raises(LeftOutError, match="no network"):
        environments.interpreter("torch")
    assert not environments.is_made("torch")


def no_network(*_):
    raise LeftOutError("its environment could not be made (no network)")


def test_an_environment_is_reused_until_its_requirements_change(tmp_path, monkeypatch):
    listed, installed = tmp_path / "torch.txt", []
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(environments, "requirements", lambda _: listed)
    monkeypatch.setattr(environments, "_run", lambda *command: installed.append(command[-1]))
    (tmp_path / "torch").mkdir()
    for text in ("torch", "torch", "torch<3"):
        listed.write_text(text)
        environments.interpreter("torch")
    assert installed.count(str(listed)) == 2


def test_a_worker_runs_a_task_in_its_own_process(tmp_path):
    (tmp_path / "drawings").mkdir()
    np.savez(tmp_path / "maps.npz", **{DRAWN: np.ones((1, 4, 4, 3), np.float32)})
    with Worker("ours", Path(sys.executable), "one_layer_drawn", tmp_path) as worker:
        assert worker.versions["Python"] == platform.python_version()
        assert worker.turn()["seconds"] > 0
        assert worker.answer() == {}
    assert (tmp_path / "drawings" / "ours.png").is_file()


def test_a_failed_worker_reports_its_last_error_line(tmp_path):
    with pytest.raises(LeftOutError, match="KeyError: 'no_such_task'"):
        Worker("ours", Path(sys.executable), "no_such_task", tmp_path)


class FakeWorker:
    """Replaces a process: a call takes 5 seconds; "keract" fails at its second call, "torch" at its start."""

    calls: ClassVar[list[str]] = []
    seconds = 5.0

    def __init__(self, peer, *_):
        if peer == "torch":
            raise LeftOutError("it failed")
        self.peer, self.turns, self.ready, self.versions = peer, 0, 1.0, {}

    def turn(self):
        self.turns += 1
        self.calls.append(self.peer)
        if self.peer == "keract" and self.turns == 2:
            raise LeftOutError("it failed later")
        return {"seconds": self.seconds, "memory": 10 * self.turns, "whole": 100 * self.turns}

    def answer(self):
        return MAPS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.calls.append(f"end of {self.peer}")


def test_peers_take_turns_and_a_failing_one_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(comparing, "Worker", FakeWorker)
    monkeypatch.setattr(FakeWorker, "calls", [])
    task = catalogue.Task("a task", "short", ("ours", "keract", "torch", "classic"), turns=2)
    pythons = dict.fromkeys(("ours", "keract", "torch"), tmp_path)  # "classic" could not be installed
    found = comparing.Comparison("task", task, pythons, tmp_path).run()
    assert FakeWorker.calls[:5] == ["ours", "keract", "ours", "keract", "ours"]
    assert found.cells.keys() == {"ours"}
    assert found.cells["ours"].turns == [5, 5, 5]
    assert (found.cells["ours"].memory, found.cells["ours"].whole) == (10, 100)
    assert found.left_out == {"keract": "it failed later", "torch": "it failed"}


@pytest.mark.parametrize(("seconds", "calls"), [(0.1, 5), (1.0, 3), (9.0, 1)])
def test_a_fast_peer_is_called_several_times_in_a_turn(monkeypatch, tmp_path, seconds, calls):
    monkeypatch.setattr(comparing, "Worker", FakeWorker)
    monkeypatch.setattr(FakeWorker, "seconds", seconds)
    task = catalogue.Task("a task", "short", ("ours",))
    found = comparing.Comparison("task", task, {"ours": tmp_path}, tmp_path).run()
    assert found.cells["ours"].turns == [seconds] * calls


def test_when_memory_is_measured_one_process_ends_before_the_next_starts(monkeypatch, tmp_path):
    monkeypatch.setattr(comparing, "Worker", FakeWorker)
    monkeypatch.setattr(FakeWorker, "calls", [])
    task = catalogue.Task("a task", "short", ("ours", "classic"), alone=True)
    comparing.Comparison("task", task, dict.fromkeys(("ours", "classic"), tmp_path), tmp_path).run()
    assert FakeWorker.calls == ["ours", "end of ours", "classic", "end of classic"]


def test_a_failure_of_vggviz_itself_is_raised(monkeypatch, tmp_path):
    monkeypatch.setattr(comparing, "OURS", "torch")
    monkeypatch.setattr(comparing, "Worker", FakeWorker)
    task = catalogue.Task("a task", "short", ("torch", "classic"))
    with pytest.raises(LeftOutError):
        comparing.Comparison("task", task, dict.fromkeys(("torch", "classic"), tmp_path), tmp_path).run()


def test_the_module_of_every_peer_has_its_tasks():
    folder = catalogue.ROOT / "benchmarks" / "peers"
    for name, task in catalogue.TASKS.items():
        assert task.peers[0] == "ours"
        entry = "**folders(folder)" if name.startswith("folder") else f'"{name}":'
        for peer in task.peers:
            assert entry in (folder / f"{peer}.py").read_text("utf-8")
    assert {path.stem for path in folder.glob("*.txt")} < set(catalogue.PEERS)


def test_the_size_of_all_maps_of_an_image(vgg16):
    maps = vggviz.feature_maps(vgg16, np.zeros((1, 224, 224, 3), np.float32))
    assert sum(values.nbytes for values in maps.values()) == catalogue.BYTES_OF_MAPS


def test_an_unknown_part_is_one_sentence_and_status_2(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["extractoin"])
    assert ended.value.code == 2
    refusal = capsys.readouterr().err
    assert "there is no part 'extractoin'; use some of " in refusal
    assert all(part in refusal for part in command.PARTS)


def test_the_memory_of_a_command_is_its_own(tmp_path):
    large = np.ones(300 * 2**20, np.uint8)
    run = startup.run(tmp_path, [sys.executable, "-c", "pass"])
    assert run.memory < 100 < large.nbytes / 2**20
    assert run.seconds < 60
    with pytest.raises(RuntimeError, match="ended with status 3"):
        startup.run(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"])


def test_a_run_without_a_browser_says_so_and_is_not_saved(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(exploring, "RUNTIME", tmp_path / "nowhere")
    monkeypatch.setattr(command, "PARTS", ("exploring",))
    monkeypatch.setattr(command.Report, "save", lambda _: pytest.fail("an incomplete run was saved"))
    command.main([])
    told = capsys.readouterr().out
    assert "exploring is left out: it needs chromium, chromedriver, and LiteRT.js" in told
    assert told.index("nothing will be saved for the book") < told.index("[1/1]")


def rows(table):
    """The cells of each row of a table, without the first column."""
    body = table._repr_html_().partition("<tbody>")[2].partition("</tbody>")[0]
    return [[each.partition("</td>")[0] for each in row.split("<td>")[1:]] for row in body.split("<tr>")[1:]]
