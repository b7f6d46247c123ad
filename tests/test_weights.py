"""Where weights come from: a download is whole and the right one, or it is not used."""

import datetime
import hashlib
import http.server
import inspect
import logging
import re
import socket
import threading
from typing import ClassVar

import networks
import numpy as np
import pytest
from disk import full_disk, names
from sentences import one_sentence, refused

import vggviz
from vggviz import weights
from vggviz.weights import Provenance, RemoteFile, fetch, resolve

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
    monkeypatch.setattr(weights, "TIMEOUT", 0.3)
    Answers.asked.clear()
    return tmp_path / "keras" / "models"


@pytest.fixture
def imagenet(cache, server, monkeypatch):
    """Let ImageNet's weights be what the local server gives for a path."""

    def set_to(path, md5=SUM):
        file = RemoteFile("weights.h5", path if "://" in path else server + path, md5)
        monkeypatch.setitem(weights.IMAGENET, False, file)
        return file

    return set_to


def refused_connection():
    """An address of this machine where nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/weights.h5"


# --- downloads


@pytest.mark.parametrize("path", ["/right", "/unsized"])
def test_the_right_file_is_put_in_place(imagenet, cache, path):
    assert fetch(imagenet(path)) == cache / "weights.h5"
    assert (cache / "weights.h5").read_bytes() == RIGHT
    assert names(cache) == ["weights.h5"]


def test_a_file_that_is_there_is_not_fetched_again(imagenet, cache):
    fetch(imagenet("/right"))
    fetch(imagenet("/right"))
    assert Answers.asked == ["/right"]


def test_a_damaged_file_in_the_cache_is_fetched_again(imagenet, cache):
    cache.mkdir(parents=True)
    (cache / "weights.h5").write_bytes(RIGHT[:1000])
    fetch(imagenet("/right"))
    assert (cache / "weights.h5").read_bytes() == RIGHT


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/wrong", ValueError, [SUM, "md5", "not kept"]),
        ("/cut", ConnectionError, ["cut short", "300,000", "600,000"]),
        ("/silent", ConnectionError, ["timed out"]),
        ("/stalled", ConnectionError, ["timed out"]),
        ("/absent", ConnectionError, ["Not Found"]),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_is_kept(imagenet, cache, path, kind, words):
    file = imagenet(path)
    with pytest.raises(kind) as caught:
        fetch(file)
    one_sentence(str(caught.value), file.url, *words)
    assert names(cache) == []


def test_no_network(imagenet, cache):
    file = imagenet(refused_connection())
    with pytest.raises(ConnectionError) as caught:
        fetch(file)
    one_sentence(str(caught.value), file.url, "refused")
    assert names(cache) == []


@pytest.mark.parametrize("path", ["/wrong", "/cut", "/stalled"])
def test_a_failed_download_leaves_the_old_file(imagenet, cache, path):
    cache.mkdir(parents=True)
    (cache / "weights.h5").write_bytes(b"old")
    with pytest.raises((ConnectionError, ValueError)):
        fetch(imagenet(path))
    assert (cache / "weights.h5").read_bytes() == b"old"
    assert names(cache) == ["weights.h5"]


def test_the_waiting_time_can_be_set(imagenet, monkeypatch):
    monkeypatch.setattr(weights, "TIMEOUT", 60)
    with pytest.raises(ConnectionError, match="timed out"):
        fetch(imagenet("/silent"), timeout=0.1)


def test_the_waiting_time_is_a_few_seconds():
    assert 1 <= weights.TIMEOUT <= 10


def test_a_full_disk(imagenet, cache):
    with full_disk(), pytest.raises(OSError, match="File too large"):
        fetch(imagenet("/right"))
    assert names(cache) == []


def test_a_cache_that_cannot_be_written(imagenet, cache):
    cache.parent.write_text("a file where the folder should be")
    with pytest.raises(OSError, match=re.escape(str(cache.parent))) as caught:
        fetch(imagenet("/right"))
    assert "\n" not in str(caught.value)


def test_a_read_only_cache_with_the_right_file_serves(imagenet, cache, monkeypatch):
    fetch(imagenet("/right"))
    monkeypatch.setattr(weights, "atomic_path", lambda _: pytest.fail("tried to write"))
    cache.chmod(0o555)
    try:
        assert fetch(imagenet("/right")) == cache / "weights.h5"
    finally:
        cache.chmod(0o755)


# --- which source


@pytest.mark.parametrize("path", ["/wrong", "/cut", "/silent", "/absent", "offline", "unwritable"])
def test_auto_falls_back_to_the_bundled_with_one_line(imagenet, cache, path, caplog):
    if path == "unwritable":
        cache.parent.write_text("a file")
    imagenet(refused_connection() if path == "offline" else f"/{path}")
    with caplog.at_level(logging.INFO):
        assert resolve("auto") == "bundled"
    (record,) = [record for record in caplog.records if record.name.startswith("vggviz")]
    assert record.levelno == logging.WARNING
    assert "\n" not in record.getMessage()
    assert "bundled" in record.getMessage().lower()
    assert "ImageNet" in record.getMessage()


def test_the_line_is_seen_without_any_logging_set_up(imagenet, capsys):
    """Python's last resort writes warnings to standard error."""
    imagenet("/absent")
    logger = logging.getLogger()
    handlers, logger.handlers = logger.handlers, []
    try:
        resolve("auto")
    finally:
        logger.handlers = handlers
    text = re.sub(r".*\r", "", capsys.readouterr().err)
    assert text.count("\n") == 1
    one_sentence(text.strip(), "bundled")


def test_auto_takes_imagenet_where_it_can_be_fetched(imagenet, caplog):
    imagenet("/right")
    assert resolve("auto") == "imagenet"
    assert not [record for record in caplog.records if record.name.startswith("vggviz")]


def test_the_environment_names_the_source(imagenet, monkeypatch):
    imagenet("/right")
    assert resolve() == "imagenet"
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "random")
    assert resolve() == "random"
    assert resolve("bundled") == "bundled"
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "")
    assert resolve() == "imagenet"
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "/no/such/file.h5")
    with refused("/no/such/file.h5", kind=FileNotFoundError):
        resolve()


def test_only_auto_and_imagenet_ask_the_network(imagenet, tmp_path):
    imagenet("/right")
    (tmp_path / "mine.h5").write_bytes(b"")
    for source in ("bundled", "random", str(tmp_path / "mine.h5")):
        assert resolve(source) == source
    assert resolve(tmp_path / "mine.h5") == str(tmp_path / "mine.h5")
    assert Answers.asked == []


def test_an_unknown_source():
    with refused("'imagnet'", "auto", "imagenet", "bundled", "random", "path"):
        resolve("imagnet")
    with refused("mine.h5", kind=FileNotFoundError):
        resolve("mine.h5")
    with refused("nowhere/mine", kind=FileNotFoundError):
        resolve("nowhere/mine")


def test_the_files_are_those_of_keras():
    keras = networks._keras()
    vgg16 = inspect.getmodule(keras.applications.VGG16)
    assert weights.IMAGENET[False].url == vgg16.WEIGHTS_PATH_NO_TOP
    assert weights.IMAGENET[True].url == vgg16.WEIGHTS_PATH
    for file in weights.IMAGENET.values():
        assert file.md5 in inspect.getsource(vgg16)
        assert file.name in inspect.getsource(vgg16)


def test_the_cache_is_that_of_keras():
    keras = networks._keras()
    file = RemoteFile("made_up.h5", "http://127.0.0.1:9/made_up.h5", SUM)
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


def test_the_day_of_a_reproducible_build(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert vggviz.provenance().date == "1970-01-02"


def test_the_line_at_the_foot_of_a_page():
    line = Provenance(source="<my> weights", sha256="ab12")._repr_html_()
    assert re.fullmatch(r'<p class="provenance">[^<>]*</p>', line)
    assert "&lt;my&gt;" in line
    assert "ab12" in line
