"""A folder on a real cluster: two worker processes, one of which is killed in the middle of a task."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from distributed import CancelledError, KilledWorker
from tqdm import tqdm

import networks
import vggviz
from sentences import one_sentence, refused
from vggviz.__main__ import main
from vggviz._shared import hashing
from vggviz.datasets import dask_cluster

COUNT = 17
TESTS = Path(__file__).parents[1]
SECONDS = 120
"""After which a cluster that does nothing is given up."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a scheduler, its two workers' processes by role, and the folder of their notes."""
    notes = tmp_path_factory.mktemp("notes")
    scheduler = start("scheduler", notes, "--port", "0", "--scheduler-file", notes / "scheduler.json")
    wait_for(notes / "scheduler.json")
    address = json.loads((notes / "scheduler.json").read_text())["address"]
    options = [
        "--no-nanny",
        "--nthreads",
        "1",
        "--memory-limit",
        "0",
        "--preload",
        TESTS / "support" / "halting.py",
    ]
    workers = {role: start("worker", notes, address, *options, role=role) for role in ("doomed", "patient")}
    yield address, workers, notes
    for process in (*workers.values(), scheduler):
        process.kill()
        process.wait()


def start(what, notes, *arguments, role=""):
    environment = {
        **os.environ,
        "PYTHONPATH": str(TESTS.parent),
        "VGGVIZ_TEST_ROLE": role,
        "VGGVIZ_TEST_NOTES": str(notes),
    }
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", "--no-dashboard"]
    with (notes / f"{what}{role}.log").open("wb") as log:
        return subprocess.Popen(
            [*command, *map(str, arguments)], env=environment, cwd=notes, stdout=log, stderr=log
        )


def wait_for(path):
    end = time.monotonic() + SECONDS
    while not path.exists() or (not path.stat().st_size and path.suffix == ".json"):
        assert time.monotonic() < end, f"{path} is not there"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def place(tmp_path_factory, cluster):
    """A folder with a network and "photos": pictures in two folders, and two files that are none."""
    place = tmp_path_factory.mktemp("place")
    networks.save(networks.functional(), place / "own.keras")
    rng = np.random.default_rng(21)
    for number in range(COUNT):
        folder = place / "photos" / f"{number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        picture = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        PIL.Image.fromarray(picture).save(folder / f"p{number:02}.png")
    (place / "photos" / "notes.txt").write_text("no picture")
    (place / "photos" / "0" / "zero.png").write_bytes(b"")
    return place


@pytest.fixture(scope="module")
def model(place):
    return vggviz.load_model(place / "own.keras")


def work_on(place, model):
    return dask_cluster.Work(
        vggviz.load_model,
        str(place / "own.keras"),
        str(place / "photos"),
        tuple(vggviz.feature_maps(model, np.zeros((1, 32, 32, 3)))),
        vggviz.datasets.dataset_statistics,
        hashing.weights_sha256(model),
    )


@pytest.fixture(scope="module")
def survived(cluster, place, model):
    """What both workers found, one of them killed in the middle of its second task."""
    address, workers, notes = cluster
    told = threading.Event()

    def kill():
        wait_for(notes / "halted")
        assert told.wait(SECONDS)  # its first task's answer has come
        workers["doomed"].send_signal(signal.SIGKILL)
        workers["doomed"].wait()
        (notes / "killed").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.MonkeyPatch.context() as patch, dask_cluster.connected(address) as client:
        patch.setattr(dask_cluster, "CHUNK", 2)
        patch.setattr(tqdm, "update", lambda *_: told.set())
        client.wait_for_workers(2, timeout=SECONDS)
        found = dask_cluster.scatter(client, model, work_on(place, model))
    killer.join()
    return found


def test_a_worker_dies_and_nothing_changes(survived, place, model):
    expected = vggviz.datasets.dataset_statistics(model, place / "photos")
    assert list(survived) == list(expected)
    for layer, statistics in survived.items():
        assert (
            statistics.count
            == COUNT * vggviz.feature_maps(model, np.zeros((1, 32, 32, 3)))[layer][0, ..., 0].size
        )
        for name in ("count", "mean", "std", "max", "zeros", "sums", "squares"):
            one, other = (np.asarray(getattr(s, name)) for s in (statistics, expected[layer]))
            np.testing.assert_array_equal(one, other, err_msg=f"{layer} {name}", strict=True)


def test_what_it_had_begun_was_done_again(survived, cluster):
    _, workers, notes = cluster
    assert workers["doomed"].returncode == -signal.SIGKILL
    doomed, patient = ((notes / role).read_text().split() for role in ("doomed", "patient"))
    assert len(doomed) == 4
    assert set(doomed[2:]) <= set(patient)
    assert len(patient) == len(set(patient))
    assert len(set(doomed) | set(patient)) == COUNT + 2


@pytest.fixture
def ask(capsys, place, monkeypatch):
    """What a command prints, and its notes on stderr."""
    monkeypatch.chdir(place)

    def call(*arguments):
        capsys.readouterr()
        assert main([*arguments, "--model", "own.keras"]) == 0
        return capsys.readouterr()

    return call


@pytest.mark.parametrize(
    "arguments",
    [
        ["stats", "photos"],
        ["stats", "photos", "--input", "unit"],
        ["examples", "photos", "--layer", "conv_b", "--channel", "4", "1", "--top", "3"],
    ],
)
def test_the_command_prints_what_it_prints_without(survived, cluster, ask, arguments):
    here, there = ask(*arguments), ask(*arguments, "--scheduler", cluster[0])
    assert there.out == here.out
    said = [sorted(re.findall(r"\d+ files: .*|Passed over '[^']*'", ran.err)) for ran in (here, there)]
    assert said[0] == said[1]
    assert len(said[1]) == len(there.err.splitlines()) == 3


def test_the_network_is_kept_on_the_worker_but_not_for_another(survived, cluster, place, model):
    with dask_cluster.connected(cluster[0]) as client:
        info = client.submit(dask_cluster._network.cache_info, pure=False).result()
        work = replace(work_on(place, model), sha256="0" * 64)
        with refused("another network", "own.keras", "000000000000", socket.gethostname()):
            dask_cluster.scatter(client, model, work)
    assert info.misses < info.hits


# --- what is refused


def refusal(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    assert caught.value.code == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if not re.search(r"MAC in all", line)]
    return line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "/nowhere/own.keras"}, ["/nowhere/own.keras", "cannot load the network"]),
        ({"layers": ("conv_c",)}, ["'conv_c'", "'conv_a'"]),
        ({"study": os.getcwd}, ["TypeError", "the same vggviz[dask]"]),
    ],
)
def test_a_mistake_on_a_worker_is_one_sentence(survived, cluster, place, model, change, words):
    with dask_cluster.connected(cluster[0]) as client, refused(*words):
        dask_cluster.scatter(client, model, replace(work_on(place, model), **change))


def test_a_folder_that_the_worker_does_not_see(survived, cluster, place, model):
    """Its names are read here; a picture that is gone on the worker is a mistake, not one to pass over."""
    work = replace(work_on(place, model), folder="/nowhere")
    with refused("/nowhere/p.png", "same path", socket.gethostname(), kind=FileNotFoundError):
        dask_cluster._part(work, ["p.png"])


@pytest.mark.parametrize("error", [KilledWorker("task", None, 3), CancelledError("task")])
def test_a_cluster_that_went_away(error):
    future = types.SimpleNamespace(result=raising(error))
    with pytest.raises(ConnectionError) as caught:
        dask_cluster._result(future)
    one_sentence(str(caught.value), "went away", "died")


def raising(error):
    def call():
        raise error

    return call


def test_no_scheduler_there(capsys, place, monkeypatch):
    monkeypatch.setattr(dask_cluster, "PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:9"):
        line = refusal(capsys, "stats", str(place / "photos"), "--scheduler", address)
        one_sentence(line, address, "0.5 seconds", "dask scheduler")


def test_a_scheduler_without_workers(capsys, place, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "PATIENCE", 2)
    scheduler = start("scheduler", tmp_path, "--port", "0", "--scheduler-file", tmp_path / "s.json")
    try:
        wait_for(tmp_path / "s.json")
        address = json.loads((tmp_path / "s.json").read_text())["address"]
        line = refusal(capsys, "stats", str(place / "photos"), "--scheduler", address)
    finally:
        scheduler.kill()
        scheduler.wait()
    one_sentence(line, address, "no worker", "dask worker")


def test_without_dask(capsys, place, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    line = refusal(capsys, "stats", str(place / "photos"), "--scheduler", "tcp://127.0.0.1:9")
    one_sentence(line, "pip install 'vggviz[dask]'")


def test_the_sum_of_the_weights_is_of_their_numbers_and_shapes(model, place):
    assert hashing.weights_sha256(model) == hashing.weights_sha256(vggviz.load_model(place / "own.keras"))
    other = networks.functional()
    kernel, bias = other.get_layer("conv_b").get_weights()
    other.get_layer("conv_b").set_weights([np.nextafter(kernel, 1), bias])
    assert hashing.weights_sha256(model) != hashing.weights_sha256(other)
