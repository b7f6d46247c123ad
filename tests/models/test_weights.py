"""Where weights come from: a download is whole and the right one, or it is not used."""

import dataclasses
import datetime
import hashlib
import http.server
import inspect
import logging
import re
import shutil
import socket
import threading
from pathlib import Path
from typing import ClassVar

import h5py
import numpy as np
import pooch
import pytest

import networks
import vggviz
from disk import full_disk, names
from sentences import one_sentence, refused
from vggviz._shared import hashing
from vggviz._shared.hashing import arrays_sha256
from vggviz.models import weights
from vggviz.models.provenance import Provenance
from vggviz.models.weights import RemoteFile, fetch, read_h5, resolve

RIGHT = np.random.default_rng(0).bytes(300_000)
SUM = hashlib.md5(RIGHT).hexdigest()


class Answers(http.server.BaseHTTPRequestHandler):
    """A server that answers as its worst users' networks do."""

    asked: ClassVar[list[str]] = []
    closing = threading.Event()

    def do_GET(self):
        self.asked.append(self.path)
        if self.path == "/silent":
            self.closing.wait(20)
            return
        if self.path == "/absent":
            self.send_error(404)
            return
        self.send_response(200)
        length = len(RIGHT) * (2 if self.path == "/cut" else 1)
        if self.path != "/unsized":
            self.send_header("Content-Length", str(length))
        self.end_headers()
        body = RIGHT[::-1] if self.path == "/wrong" else RIGHT
        self.wfile.write(body[:100_000] if self.path == "/stalled" else body)
        if self.path == "/stalled":
            self.wfile.flush()
            self.closing.wait(20)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    Answers.closing.set()
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty Keras cache; its folder of models, which is not made yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    Answers.asked.clear()
    return tmp_path / "keras" / "models"


@pytest.fixture
def remote(cache, server):
    """A file that the local server gives for a path, as Keras' server gives its own."""

    def at(path):
        url = path if "://" in path else server + path
        return RemoteFile("weights.h5", url, SUM, len(RIGHT))

    return at


def refused_connection():
    """An address of this machine where nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/weights.h5"


# --- downloads


@pytest.mark.parametrize("path", ["/right", "/unsized"])
def test_the_right_file_is_put_in_place(remote, cache, path):
    assert fetch(remote(path)) == cache / "weights.h5"
    assert (cache / "weights.h5").read_bytes() == RIGHT
    assert names(cache) == ["weights.h5"]


def test_a_file_that_is_there_is_not_fetched_again(remote, cache):
    fetch(remote("/right"))
    fetch(remote("/right"))
    assert Answers.asked == ["/right"]


def test_a_damaged_file_in_the_cache_is_fetched_again(remote, cache):
    cache.mkdir(parents=True)
    (cache / "weights.h5").write_bytes(RIGHT[:1000])
    fetch(remote("/right"))
    assert (cache / "weights.h5").read_bytes() == RIGHT


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/wrong", ValueError, ["md5", SUM, hashlib.md5(RIGHT[::-1]).hexdigest(), "Deleted"]),
        ("/cut", ConnectionError, ["cut short", "300,000", "600,000"]),
        ("/silent", ConnectionError, ["timed out"]),
        ("/stalled", ConnectionError, ["timed out"]),
        ("/absent", ConnectionError, ["404", "Not Found"]),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_is_kept(remote, cache, monkeypatch, path, kind, words):
    file = remote(path)
    if "timed out" in words:
        monkeypatch.setattr(weights, "TIMEOUT", 0.3)
    with pytest.raises(kind) as caught:
        fetch(file)
    one_sentence(str(caught.value), file.name if kind is ValueError else file.url, *words)
    assert names(cache) == []


def test_the_reason_does_not_come_from_an_earlier_exception(remote):
    try:
        raise ValueError("an earlier mistake")
    except ValueError:
        with pytest.raises(ConnectionError, match="refused"):
            fetch(remote(refused_connection()))


def test_no_network(remote, cache):
    file = remote(refused_connection())
    with pytest.raises(ConnectionError) as caught:
        fetch(file)
    one_sentence(str(caught.value), file.url, "refused")
    assert names(cache) == []


@pytest.mark.parametrize("path", ["/wrong", "/cut", "/stalled"])
def test_a_failed_download_leaves_the_old_file(remote, cache, monkeypatch, path):
    if path == "/stalled":
        monkeypatch.setattr(weights, "TIMEOUT", 0.3)
    cache.mkdir(parents=True)
    (cache / "weights.h5").write_bytes(b"old")
    with pytest.raises((ConnectionError, ValueError)):
        fetch(remote(path))
    assert (cache / "weights.h5").read_bytes() == b"old"
    assert names(cache) == ["weights.h5"]


def test_the_waiting_time_is_a_few_seconds():
    assert 1 <= weights.TIMEOUT <= 10


def test_a_full_disk(remote, cache):
    with full_disk(), pytest.raises(OSError, match="File too large"):
        fetch(remote("/right"))
    assert names(cache) == []


def test_a_cache_that_cannot_be_written(remote, cache):
    cache.parent.write_text("a file where the folder should be")
    with pytest.raises(OSError, match=re.escape(str(cache.parent))) as caught:
        fetch(remote("/right"))
    assert "\n" not in str(caught.value)


def test_a_read_only_cache_with_the_right_file_serves(remote, cache):
    fetch(remote("/right"))
    written = cache.stat().st_mtime_ns
    cache.chmod(0o555)
    try:
        assert fetch(remote("/right")) == cache / "weights.h5"
        assert cache.stat().st_mtime_ns == written  # also where root may write
    finally:
        cache.chmod(0o755)


@pytest.mark.parametrize(
    ("size", "words"), [(553_467_096, ["553 MB", "4 minutes"]), (9, ["0 MB", "1 minute "])]
)
def test_size_and_time_are_said_before_a_download(remote, cache, caplog, monkeypatch, size, words):
    def download(url, beside, _):
        assert len(caplog.records) == 1, "it began without a word"
        Path(beside).write_bytes(RIGHT)

    monkeypatch.setattr(pooch, "HTTPDownloader", lambda **_: download)
    file = dataclasses.replace(remote("/right"), bytes=size)
    fetch(file)
    fetch(file)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    one_sentence(record.getMessage(), "weights.h5", str(cache), "once", "20 Mbit", *words)


def test_the_announcement_is_seen_without_any_logging_set_up(remote, capsys):
    """Python's last resort writes warnings to standard error."""
    logger = logging.getLogger()
    handlers, logger.handlers = logger.handlers, []
    try:
        fetch(remote("/right"))
    finally:
        logger.handlers = handlers
    lines = [line.strip() for line in re.split(r"[\r\n]+", capsys.readouterr().err)]
    (line,) = [line for line in lines if line and not line.startswith("weights.h5:  ")]  # progress
    one_sentence(line, "weights.h5", "downloaded")


def test_pooch_logs_nothing_of_its_own(remote, caplog):
    logger = pooch.get_logger()
    level = logger.level
    logger.addHandler(caplog.handler)
    logger.setLevel(logging.INFO)
    try:
        fetch(remote("/right"))
        assert logger.level == logging.INFO
    finally:
        logger.setLevel(level)
        logger.removeHandler(caplog.handler)
    assert [record.name for record in caplog.records] == ["vggviz"]


def test_a_downloaded_file_has_the_mode_of_any_other(remote, cache):
    path = fetch(remote("/right"))
    (cache / "other").touch()
    assert path.stat().st_mode == (cache / "other").stat().st_mode


# --- which source


def test_the_environment_names_the_source(cache, monkeypatch):
    assert resolve() == "imagenet"
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "random")
    assert resolve() == "random"
    assert resolve("imagenet") == "imagenet"
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "")
    assert resolve() == "imagenet"
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "/no/such/file.h5")
    with refused("/no/such/file.h5", kind=FileNotFoundError):
        resolve()


def test_a_path_is_taken_as_it_is(tmp_path):
    (tmp_path / "mine.h5").write_bytes(b"")
    for path in (tmp_path / "mine.h5", str(tmp_path / "mine.h5")):
        assert resolve(path) == str(tmp_path / "mine.h5")


def test_an_unknown_source():
    for unknown in ("imagnet", "bundled", "auto"):
        with refused(f"'{unknown}'", "imagenet", "random", "path"):
            resolve(unknown)
    with refused("mine.h5", kind=FileNotFoundError):
        resolve("mine.h5")
    with refused("nowhere/mine", kind=FileNotFoundError):
        resolve("nowhere/mine")


def test_the_files_are_those_of_keras():
    vgg16 = inspect.getmodule(networks._keras().applications.VGG16)
    assert weights.KERAS_CONVOLUTIONS.url == vgg16.WEIGHTS_PATH_NO_TOP
    assert weights.KERAS_WHOLE.url == vgg16.WEIGHTS_PATH
    for file in (weights.KERAS_CONVOLUTIONS, weights.KERAS_WHOLE):
        assert file.md5 in inspect.getsource(vgg16)
        assert file.name in inspect.getsource(vgg16)


# --- sums


def test_the_sum_of_arrays_is_that_of_their_bytes_in_order():
    kernel, bias = np.arange(6, dtype=np.float32).reshape(2, 3), np.float32([7])
    wanted = hashlib.sha256(kernel.tobytes() + bias.tobytes()).hexdigest()
    assert arrays_sha256({"one": [kernel], "two": [bias]}) == wanted
    assert arrays_sha256({"one": [kernel, bias]}) == wanted
    assert arrays_sha256({"one": [np.asfortranarray(kernel).astype(">f4"), bias]}) == wanted
    assert arrays_sha256({"one": [kernel.T, bias]}) != wanted


def test_the_sum_does_not_depend_on_how_a_file_packs_the_arrays(tmp_path):
    network = networks.tiny_vgg16()
    wanted = {layer.name: [w.shape for w in layer.weights] for layer in network.layers if layer.weights}
    plain = networks.write_legacy(network, tmp_path / "plain.h5")
    shutil.copy(plain, tmp_path / "packed.h5")
    with h5py.File(tmp_path / "packed.h5", "a") as file:
        for group in file.values():
            for name in list(group):
                values = group[name][()]
                del group[name]
                group.create_dataset(name, data=values, compression="gzip", shuffle=True)
    one, other = (arrays_sha256(read_h5(tmp_path / name, wanted)) for name in ("plain.h5", "packed.h5"))
    assert one == other
    assert hashing.md5(tmp_path / "plain.h5") != hashing.md5(tmp_path / "packed.h5")


def test_the_cache_is_that_of_keras():
    keras = networks._keras()
    file = RemoteFile("made_up.h5", "http://127.0.0.1:9/made_up.h5", SUM, len(RIGHT))
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_bytes(RIGHT)
    found = keras.utils.get_file(file.name, file.url, cache_subdir="models", file_hash=file.md5)
    assert found == str(file.path)


# --- provenance


def test_a_page_without_a_network():
    made_of = vggviz.provenance()
    assert (made_of.source, made_of.sha256, made_of.classes) == ("", "", ())
    assert "no network" in str(made_of)
    assert datetime.date.fromisoformat(made_of.date)


def test_any_model_has_a_provenance(functional):
    made_of = vggviz.provenance(functional)
    assert "functional" in made_of.source
    assert {"Python", "tensorflow", "keras", "numpy"} <= set(made_of.versions)
    for name, version in made_of.versions.items():
        assert f"{name} {version}" in str(made_of)


def test_random_weights_say_so_and_their_seed(vgg16):
    assert "random" in vggviz.provenance(vgg16).source
    assert "seed 1" in str(vggviz.provenance(vgg16))


def test_the_classifier_is_named():
    assert str(Provenance("imagenet", "ab", "linear")).startswith(
        "Computed with imagenet weights (sha256 ab) and the linear classifier; "
    )
    assert "classifier" not in str(Provenance("imagenet", "ab"))


def test_the_day_of_a_reproducible_build(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert vggviz.provenance().date == "1970-01-02"


def test_the_line_at_the_foot_of_a_page():
    line = Provenance(source="<my> weights", sha256="ab12")._repr_html_()
    assert re.fullmatch(r'<p class="provenance">[^<>]*</p>', line)
    assert "&lt;my&gt;" in line
    assert "ab12" in line
