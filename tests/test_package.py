"""What is published: an sdist, and the wheel made of it, which need no network and no disk to write on."""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import vggviz
from vggviz._shared import package_data

ROOT = Path(vggviz.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MOST_BYTES = 58e6
"""Of the wheel and of the sdist, nearly all of it VGG16's weights."""

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
model = vggviz.load_vgg16(classifier="linear")
batch = vggviz.preprocess(vggviz.load_image("cat"))
((best, *_),) = vggviz.decode_predictions(model, model.predict_on_batch(batch), 1)
print(best[0], vggviz.provenance(model).sha256)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The sdist and the wheel that `python -m build` makes from a copy of the sources."""
    sources, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("dist")
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"):
        shutil.copy(ROOT / name, sources)
    for name in ("vggviz", "tests"):
        shutil.copytree(
            ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    build(sources, out)
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


def build(sources, out, *options):
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(out), str(sources)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


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


def test_twine_finds_no_fault(published):
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, published)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_metadata_are_complete(published):
    with zipfile.ZipFile(published[1]) as pack:
        folder = f"vggviz-{PROJECT['version']}.dist-info"
        told = email.message_from_bytes(pack.read(f"{folder}/METADATA"))
        commands = pack.read(f"{folder}/entry_points.txt").decode()
    assert f"vggviz = {PROJECT['scripts']['vggviz']}" in commands
    assert told["License-Expression"] == "MIT AND CC-BY-4.0 AND LicenseRef-WordNet-3.0"
    assert {"LICENSE", "vggviz/data/NOTICE.md"} <= set(told.get_all("License-File"))
    assert told["Requires-Python"] == "<3.14,>=3.11"
    assert told["Description-Content-Type"] == "text/markdown"
    assert "pip install vggviz" in told.get_payload()
    assert len(told["Keywords"].split(",")) >= 5
    urls = dict(url.split(", ") for url in told.get_all("Project-URL"))
    assert {"Repository", "Issues", "Changelog"} <= set(urls)
    assert {url.startswith(PROJECT["urls"]["Repository"]) for url in urls.values()} == {True}
    classifiers = told.get_all("Classifier")
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)} <= set(classifiers)
    assert "Typing :: Typed" in classifiers


def test_links_of_the_readme_hold_on_any_host():
    """Relative ones would lead nowhere from PyPI; the absolute ones to files of ours must have such files."""
    repository = PROJECT["urls"]["Repository"]
    raw = repository.replace("https://github.com/", "https://raw.githubusercontent.com/")
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert links
    for link in links:
        assert link.startswith("https://"), link
        if found := re.match(rf"(?:{re.escape(repository)}/(?:blob|tree)|{re.escape(raw)})/main/(.+)", link):
            assert (ROOT / found[1]).exists(), link


@pytest.mark.audit
def test_the_sdist_makes_the_same_wheel(published, tmp_path):
    """Once more: `published` holds a wheel that was made of the sdist already."""
    with tarfile.open(published[0]) as pack:
        pack.extractall(tmp_path, filter="data")
    (sources,) = tmp_path.iterdir()
    build(sources, tmp_path / "again", "--wheel")
    (again,) = (tmp_path / "again").iterdir()
    one, other = (_content(wheel) for wheel in (published[1], again))
    assert one == other


def _content(wheel):
    with zipfile.ZipFile(wheel) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_the_sdist_has_what_a_packager_needs(published):
    with tarfile.open(published[0]) as pack:
        names = {name.partition("/")[2] for name in pack.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml"} <= names
    assert not [name for name in names if name.startswith("tests/")]


@pytest.mark.parametrize(("tag", "status"), [(f"v{PROJECT['version']}", 0), ("v9.9.9", 1)])
def test_only_a_tag_of_the_same_version_is_released(tag, status):
    steps = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))["jobs"]["build"][
        "steps"
    ]
    (check,) = (step["run"] for step in steps if step.get("name") == "The tag and the version agree")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "GITHUB_REF_NAME": tag, "PATH": path}
    assert subprocess.run(["bash", "-c", check], cwd=ROOT, env=environment).returncode == status


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


def test_both_are_small_enough(published):
    for path in published:
        assert path.stat().st_size <= MOST_BYTES, f"{path.name}: {path.stat().st_size:,} bytes"


@pytest.mark.imagenet
def test_the_wheel_works_unpacked_offline_and_on_a_read_only_disk(published, tmp_path):
    """A wheel is an archive: with it on the path, nothing of the package lies on the disk by itself."""
    wnid, checked = run_alone(published[1], OFFLINE_AND_READ_ONLY, tmp_path).split()
    assert wnid in package_data.classes(package_data.LINEAR_CLASSES)[0]
    assert checked == package_data.WEIGHTS_SHA256
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"]


@pytest.mark.audit
def test_the_wheel_installs(published, tmp_path):
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(target), str(published[1])], check=True, capture_output=True)
    code = "import vggviz._shared.package_data as s; print(s.__file__, len(s.weights().read()))"
    said, size = run_alone(target, code, tmp_path).rsplit(" ", 1)
    assert said.startswith(str(target))
    assert int(size) == package_data.file(package_data.WEIGHTS).stat().st_size
    assert (target / "bin" / "vggviz").is_file()


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("python", os.environ.get("VGGVIZ_PYTHONS", sys.executable).split(os.pathsep))
def test_a_fresh_environment(published, tmp_path, python):
    """`pip install` with all it depends on, then a photograph's maps, offline, in an empty folder.

    VGGVIZ_PYTHONS names other interpreters to try, with ":" between them.
    """
    environment, folder = tmp_path / "fresh", tmp_path / "empty"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "photo.jpg", quality=90)
    subprocess.run([python, "-m", "venv", str(environment)], check=True)
    install = [str(environment / "bin" / "pip"), "install", "--quiet", str(published[1])]
    subprocess.run(install, check=True, capture_output=True)
    nobody = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VGGVIZ"))}
    done = subprocess.run(
        [str(environment / "bin" / "vggviz"), "maps", "photo.jpg"],
        cwd=folder,
        env=clean | nobody | {"KERAS_HOME": str(folder / "keras")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "vggviz-maps/photo_layers.png\n"
    assert done.stderr == ""
    with Image.open(folder / "vggviz-maps" / "photo_layers.png") as image:
        assert package_data.WEIGHTS_SHA256 in image.text["Source"]
