"""A home that cannot be written, names with spaces and any letters, a locale of ASCII alone.

The book's builds among them are tried in test_builds.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import networks
import vggviz
from vggviz.__main__ import main

ROOT = Path(__file__).parents[2]
NAMES = ["фото 猫 é.png", "a b'c\".png", "-.png"]
UNSET = ("KERAS_HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LANG", "LC_CTYPE")
ODD = {
    "HOME": "/dev/null/home",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONPATH": str(ROOT),
    "https_proxy": "http://127.0.0.1:9",  # where nobody answers
}


def run(folder, *arguments, **environ):
    """Status, and the lines of stdout and of stderr, of a fresh interpreter."""
    settings = {name: value for name, value in os.environ.items() if name not in UNSET}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=settings | ODD | environ, capture_output=True, timeout=300)
    return done.returncode, *(stream.decode("utf-8").splitlines() for stream in (done.stdout, done.stderr))


@pytest.fixture
def photograph(tmp_path):
    folder = tmp_path / "мой дом 猫"
    folder.mkdir()
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(picture).save(folder / NAMES[0])
    return folder / NAMES[0]


@pytest.mark.audit
def test_the_command_line_in_the_oddest_surroundings(photograph):
    """One picture drawn, with nothing but its name printed; nothing is left in the temporary folder."""
    folder = photograph.parent
    networks.save(networks.functional(), folder / "сеть 1.keras")
    (folder / "врем").mkdir()
    arguments = ["maps", photograph.name, "--model", "сеть 1.keras", "--out", "выход 2"]
    status, out, err = run(folder, "-m", "vggviz", *arguments, TMPDIR=str(folder / "врем"))
    assert (status, out, err) == (0, [f"выход 2/{photograph.stem}_layers.png"], [])
    with Image.open(folder / out[0]) as image:
        assert "сеть 1.keras" in image.text["Source"]
    assert list((folder / "врем").iterdir()) == []


def test_the_command_line_with_odd_names(photograph, monkeypatch, capsys):
    monkeypatch.chdir(photograph.parent)
    networks.save(networks.functional(), photograph.parent / "сеть 1.keras")
    assert main(["maps", photograph.name, "--model", "сеть 1.keras", "--out", "выход 2"]) == 0
    printed = capsys.readouterr().out
    assert printed == f"выход 2/{photograph.stem}_layers.png\n"
    with Image.open(photograph.parent / printed.strip()) as image:
        assert "сеть 1.keras" in image.text["Source"]


def test_no_home_and_no_network_cost_no_word(tmp_path):
    code = "from vggviz.models import weights; print(weights.resolve(), weights.KERAS_WHOLE.path.parent)"
    status, out, err = run(tmp_path, "-c", code)
    assert (status, out, err) == (0, [f"imagenet {Path('/tmp/.keras/models')}"], [])


def test_nobody_s_home(tmp_path):
    """As in a container whose user has no name: Python finds no home at all."""
    code = (
        "import os, pwd; pwd.getpwuid = lambda uid: {}[uid]; os.environ.pop('HOME')\n"
        "from vggviz.models import weights; print(weights.KERAS_WHOLE.path.parent)"
    )
    assert run(tmp_path, "-c", code) == (0, ["/tmp/.keras/models"], [])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_letter_can_be_printed(tmp_path, monkeypatch, encoding):
    path = networks.save(networks.sequential(), tmp_path / "сеть.keras")
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["layers", "--model", str(path)]) == 0
    stream.flush()
    printed = stream.buffer.getvalue()
    assert printed.splitlines()[-1].startswith(b"classes")
    assert ("–".encode("utf-8" if encoding == "ascii" else encoding, "replace")) in printed


@pytest.mark.parametrize("name", NAMES)
def test_names_of_pictures(tmp_path, name):
    picture = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / name)
    assert np.array_equal(vggviz.load_image(tmp_path / name, None), picture)
    assert [found for found, _ in vggviz.datasets.read_images(tmp_path)] == [name]


def test_a_name_that_is_no_text(tmp_path):
    """Latin-1 on a disk of UTF-8, as archives of old leave it: read, and named by its bytes."""
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    picture = np.zeros((9, 9, 3), np.uint8)
    Image.fromarray(picture).save(path)
    ((name, _),) = vggviz.datasets.read_images(tmp_path)
    assert name == "caf\\xe9.png"
    page = vggviz.explore(networks.functional(), [path], layers=["conv_a"]).save(tmp_path / "page")
    assert "caf\\\\xe9" in (page / "manifest.json").read_text("utf-8")
