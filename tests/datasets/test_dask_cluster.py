"""A job on a local Dask cluster of two worker processes, one of which is killed during a task."""

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
from distributed import CancelledError, Client, KilledWorker
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
"""Timeout for the cluster to make progress."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Address of a scheduler, its worker processes by role, and the folder for the workers' records."""
    records = tmp_path_factory.mktemp("records")
    scheduler = start("scheduler", records, "--port", "0", "--scheduler-file", records / "scheduler.json")
    wait_for(records / "scheduler.json")
    address = json.loads((records / "scheduler.json").read_text())["address"]
    options = [
        "--no-nanny",
        "--nthreads",
        "1",
        "--memory-limit",
        "0",
        "--preload",
        TESTS / "support" / "halting.py",
    ]
    workers = {
        role: start("worker", records, address, *options, role=role) for role in ("blocking", "waiting")
    }
    with Client(address, timeout=SECONDS) as client:
        client.wait_for_workers(len(workers), SECONDS)
    yield address, workers, records
    for process in (*workers.values(), scheduler):
        process.kill()
        process.wait()


def start(command, records, *arguments, role=""):
    environment = {
        **os.environ,
        "PYTHONPATH": str(TESTS.parent),
        "VGGVIZ_TEST_ROLE": role,
        "VGGVIZ_TEST_RECORDS": str(records),
    }
    command_line = [
        sys.executable,
        "-m",
        f"distributed.cli.dask_{command}",
        "--host",
        "127.0.0.1",
        "--no-dashboard",
    ]
    with (records / f"{command}{role}.log").open("wb") as log:
        return subprocess.Popen(
            [*command_line, *map(str, arguments)], env=environment, cwd=records, stdout=log, stderr=log
        )


def wait_for(path):
    end = time.monotonic() + SECONDS
    while not path.exists() or (not path.stat().st_size and path.suffix == ".json"):
        assert time.monotonic() < end, f"{path} is not there"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, cluster):
    """A folder with a network and "photos": images in two folders, and two unreadable files."""
    root = tmp_path_factory.mktemp("data")
    networks.save(networks.functional(), root / "own.keras")
    rng = np.random.default_rng(21)
    for number in range(COUNT):
        half = root / "photos" / f"{number % 2}"
        half.mkdir(parents=True, exist_ok=True)
        image = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        PIL.Image.fromarray(image).save(half / f"p{number:02}.png")
    (root / "photos" / "notes.txt").write_text("no image")
    (root / "photos" / "0" / "zero.png").write_bytes(b"")
    return root


@pytest.fixture(scope="module")
def model(folder):
    return vggviz.load_model(folder / "own.keras")


def make_job(folder, model):
    return dask_cluster.Job(
        vggviz.load_model,
        str(folder / "own.keras"),
        str(folder / "photos"),
        tuple(vggviz.feature_maps(model, np.zeros((1, 32, 32, 3)))),
        vggviz.datasets.dataset_statistics,
        hashing.weights_sha256(model),
    )


@pytest.fixture(scope="module")
def after_kill(cluster, folder, model):
    """Result of both workers, one of which is killed during its second task."""
    address, workers, records = cluster
    first_result = threading.Event()

    def kill():
        wait_for(records / "halted")
        assert first_result.wait(SECONDS)
        workers["blocking"].send_signal(signal.SIGKILL)
        workers["blocking"].wait()
        (records / "killed").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.MonkeyPatch.context() as patch, dask_cluster.connect(address) as client:
        patch.setattr(dask_cluster, "CHUNK", 2)
        patch.setattr(tqdm, "update", lambda *_: first_result.set())
        client.wait_for_workers(2, timeout=SECONDS)
        results = dask_cluster.run_job(client, model, make_job(folder, model))
    killer.join()
    return results


def test_the_result_is_unchanged_if_a_worker_is_killed(after_kill, folder, model):
    expected = vggviz.datasets.dataset_statistics(model, folder / "photos")
    assert list(after_kill) == list(expected)
    for layer, statistics in after_kill.items():
        assert (
            statistics.count
            == COUNT * vggviz.feature_maps(model, np.zeros((1, 32, 32, 3)))[layer][0, ..., 0].size
        )
        for name in ("count", "mean", "std", "max", "zeros", "sums", "squares"):
            one, other = (np.asarray(getattr(s, name)) for s in (statistics, expected[layer]))
            np.testing.assert_array_equal(one, other, err_msg=f"{layer} {name}", strict=True)


def test_the_tasks_of_the_killed_worker_are_rerun(after_kill, cluster):
    _, workers, records = cluster
    assert workers["blocking"].returncode == -signal.SIGKILL
    blocking, waiting = ((records / role).read_text().split() for role in ("blocking", "waiting"))
    assert len(blocking) == 4
    assert set(blocking[2:]) <= set(waiting)
    assert len(waiting) == len(set(waiting))
    assert len(set(blocking) | set(waiting)) == COUNT + 2


@pytest.fixture
def run_command(capsys, folder, monkeypatch):
    """A function that runs a command and returns its stdout and stderr."""
    monkeypatch.chdir(folder)

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
def test_the_command_prints_the_same_with_and_without_a_scheduler(
    after_kill, cluster, run_command, arguments
):
    here = run_command(*arguments)
    there = run_command(*arguments, "--scheduler", cluster[0])
    assert there.out == here.out
    logged = [sorted(re.findall(r"\d+ files: .*|Skipped '[^']*'", ran.err)) for ran in (here, there)]
    assert logged[0] == logged[1]
    assert len(logged[1]) == len(there.err.splitlines()) == 3


def test_the_worker_caches_the_network_but_refuses_another(after_kill, cluster, folder, model):
    with dask_cluster.connect(cluster[0]) as client:
        info = client.submit(dask_cluster._load_network.cache_info, pure=False).result()
        job = replace(make_job(folder, model), sha256="0" * 64)
        with refused("another network", "own.keras", "000000000000", socket.gethostname()):
            dask_cluster.run_job(client, model, job)
    assert info.misses < info.hits


# --- errors


def error_line(capsys, *arguments):
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
def test_an_error_on_a_worker_is_one_sentence(after_kill, cluster, folder, model, change, words):
    with dask_cluster.connect(cluster[0]) as client, refused(*words):
        dask_cluster.run_job(client, model, replace(make_job(folder, model), **change))


def test_a_folder_that_is_missing_on_the_worker(after_kill, cluster, folder, model):
    """The folder is listed here; an image that is missing on the worker is an error, not skipped."""
    job = replace(make_job(folder, model), folder="/nowhere")
    with refused("/nowhere/p.png", "same path", socket.gethostname(), kind=FileNotFoundError):
        dask_cluster._run_task(job, ["p.png"])


@pytest.mark.parametrize("error", [KilledWorker("task", None, 3), CancelledError("task")])
def test_a_lost_connection(error):
    future = types.SimpleNamespace(result=raising(error))
    with pytest.raises(ConnectionError) as caught:
        dask_cluster._task_result(future)
    one_sentence(str(caught.value), "lost", "died")


def raising(error):
    def call():
        raise error

    return call


def test_no_scheduler(capsys, folder, monkeypatch):
    monkeypatch.setattr(dask_cluster, "TIMEOUT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:9"):
        line = error_line(capsys, "stats", str(folder / "photos"), "--scheduler", address)
        one_sentence(line, address, "0.5 seconds", "dask scheduler")


def test_a_scheduler_without_workers(capsys, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "TIMEOUT", 2)
    scheduler = start("scheduler", tmp_path, "--port", "0", "--scheduler-file", tmp_path / "s.json")
    try:
        wait_for(tmp_path / "s.json")
        address = json.loads((tmp_path / "s.json").read_text())["address"]
        line = error_line(capsys, "stats", str(folder / "photos"), "--scheduler", address)
    finally:
        scheduler.kill()
        scheduler.wait()
    one_sentence(line, address, "no worker", "dask worker")


def test_without_dask(capsys, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    line = error_line(capsys, "stats", str(folder / "photos"), "--scheduler", "tcp://127.0.0.1:9")
    one_sentence(line, "pip install 'vggviz[dask]'")


def test_the_checksum_of_the_weights_depends_on_their_values(model, folder):
    assert hashing.weights_sha256(model) == hashing.weights_sha256(vggviz.load_model(folder / "own.keras"))
    other = networks.functional()
    kernel, bias = other.get_layer("conv_b").get_weights()
    other.get_layer("conv_b").set_weights([np.nextafter(kernel, 1), bias])
    assert hashing.weights_sha256(model) != hashing.weights_sha256(other)
