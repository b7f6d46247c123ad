"""What is published: an sdist, and the wheel made of it, which need no network and no disk to write on."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import vggviz
from vggviz import bundled

ROOT = Path(vggviz.__file__).parents[1]
DATA = [bundled.WEIGHTS, bundled.HEAD, bundled.CLASSES, bundled.CARD]

OFFLINE_AND_READ_ONLY = """
import errno, os, sys

def refuse(event, arguments):
    if event == "socket.connect":
        raise AssertionError(f"it asked the network: {arguments[1]}")
    writes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink")
    if event == "open":
        writes = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    if writes and not str(arguments[0]).startswith(("/dev/", os.environ["TMPDIR"])):
        raise OSError(errno.EROFS, "Read-only file system", str(arguments[0]))

sys.dont_write_bytecode = True
sys.addaudithook(refuse)
import vggviz
assert vggviz.__file__.startswith(sys.argv[1]), vggviz.__file__
model = vggviz.load_vgg16("bundled", include_top=True)
batch = vggviz.preprocess(vggviz.load_image("cat"))
((best, *_),) = vggviz.decode_predictions(model, model.predict_on_batch(batch), 1)
print(best[0], vggviz.provenance(model).sha256)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The sdist and the wheel that `python -m build` makes from a copy of the sources."""
    sources, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("dist")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    shutil.copytree(ROOT / "vggviz", sources / "vggviz", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(sources)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


def run_alone(path, code, folder):
    """What a fresh interpreter prints that finds the package at `path` only."""
    (folder / "temporary").mkdir()  # TensorFlow does not start without a place for temporary files
    environment = {
        **os.environ,
        "TMPDIR": str(folder / "temporary"),
        "PYTHONPATH": str(path),
        "KERAS_HOME": str(folder / "nothing"),
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_both_hold_all_of_the_package(published):
    sdist, wheel = published
    with tarfile.open(sdist) as pack:
        in_sdist = {name.partition("/")[2] for name in pack.getnames()}
    with zipfile.ZipFile(wheel) as pack:
        in_wheel = set(pack.namelist())
    sources = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "vggviz").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sources <= in_wheel
    assert sources <= in_sdist
    assert not [name for name in in_wheel if name.startswith(("tests", "training", "book"))]


@pytest.mark.bundled
def test_the_wheel_works_unpacked_offline_and_on_a_read_only_disk(published, tmp_path):
    """A wheel is an archive: with it on the path, nothing of the package lies on the disk by itself."""
    wnid, checked = run_alone(published[1], OFFLINE_AND_READ_ONLY, tmp_path).split()
    assert wnid in bundled.classes()[0]
    assert checked == bundled.SHA256
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"]


def test_the_wheel_installs(published, tmp_path):
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(target), str(published[1])], check=True, capture_output=True)
    said = run_alone(target, "import vggviz.bundled as b; print(b.__file__, len(b.classes()[0]))", tmp_path)
    assert said.startswith(str(target))
    assert (target / "bin" / "vggviz").is_file()
    assert all((target / "vggviz" / "data" / name).is_file() for name in DATA)
