"""Damaged files: one sentence, whatever is wrong with them; no crash, no hang, no traceback."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zlib

import numpy as np
import pytest

import mutated
import networks
import vggviz
from sentences import one_sentence, refused
from vggviz.__main__ import main


@pytest.mark.parametrize(("kind", "first", "count"), [("images", 0, 90), ("weights", 10, 10)])
def test_some_damaged_files(kind, first, count):
    """A few of each format; the audit reads thousands."""
    ends = mutated.outcomes(kind, first, count)
    assert sum(ends.values()) == count
    assert set(ends) == {"read", "refused"}
    assert ends["refused"] > count / 3


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("kind", "count"), [("images", 10_000), ("weights", 1_000)])
def test_thousands_of_damaged_files(kind, count):
    ends = mutated.outcomes(kind, 1_000_000, count)
    assert sum(ends.values()) == count
    assert set(ends) == {"read", "refused"}


def test_the_same_number_makes_the_same_file():
    data = mutated.images()["rgb.png"]
    one, same, other = (mutated.mutant("rgb.png", data, np.random.default_rng([n, 1])) for n in (5, 5, 6))
    assert one == same != other


def test_every_format_that_is_read_has_a_valid_file():
    from PIL import Image

    from vggviz.images.decoding import FORMATS

    files = mutated.images()
    assert len(files) >= 18
    for name, data in files.items():
        vggviz.load_image(data)
        assert Image.open(mutated.io.BytesIO(data)).format in FORMATS, name


def _claiming(name, offset, kind, *sides):
    """A valid file whose header claims other sides."""
    data = mutated.images()[name]
    claim = struct.pack(kind, *sides)
    changed = data[:offset] + claim + data[offset + len(claim) :]
    return mutated.with_valid_checksums(changed) if name.endswith("png") else changed


@pytest.mark.parametrize(
    "bomb",
    [
        _claiming("rgb.png", 16, ">II", 2**31 - 1, 2**31 - 1),
        _claiming("rgb.png", 16, ">II", 12_000, 9_000),
        _claiming("plain.bmp", 18, "<ii", 60_000, 60_000),
        _claiming("moving.gif", 6, "<HH", 65_535, 65_535),
        _claiming("packed.tga", 12, "<HH", 65_535, 65_535),
        b"P6 50000 50000 255\n" + bytes(100),
    ],
    ids=["png", "smaller png", "bmp", "gif", "tga", "ppm"],
)
def test_bombs_are_refused_before_they_are_unpacked(bomb):
    tracemalloc.start()
    with refused("too large"):
        vggviz.load_image(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30e6


def test_a_bomb_of_words(tmp_path):
    """A hundred megabytes of text in a few pixels' PNG: Pillow gives it up, or does not read it."""
    data = mutated.images()["rgb.png"]
    body = b"zTXt" + b"words\0\0" + zlib.compress(bytes(100_000_000), 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    with refused("damaged"):
        vggviz.load_image(data[:33] + chunk + data[33:])


@pytest.mark.parametrize("kind", ["EPS", "PDF", "SGI"])
def test_formats_that_start_programs_or_are_rare_are_no_pictures(kind):
    from PIL import Image

    stream = mutated.io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, kind)
    with refused("no image"):
        vggviz.load_image(stream.getvalue())


@pytest.mark.parametrize("name", ["rgb.png", "photo.jpg", "packed.tif", "moving.gif", "lossy.webp"])
def test_the_command_line_tells_of_a_damaged_picture_in_one_line(tmp_path, capfd, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    data = mutated.images()[name]
    (tmp_path / name).write_bytes(data[: len(data) // 3])
    line = _refused_line(["maps", name], capfd)
    one_sentence(line, name)


@pytest.mark.parametrize("name", ["cut.h5", "cut.weights.h5", "cut.keras"])
def test_the_command_line_tells_of_damaged_weights_in_one_line(tmp_path, capfd, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = networks.save(networks.functional(), tmp_path / name)
    path.write_bytes(path.read_bytes()[:5000])
    capfd.readouterr()
    one_sentence(_refused_line(["layers", "--weights", name], capfd), name)


def _refused_line(arguments, capfd):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    (line,) = [line for line in re.split(r"[\r\n]+", capfd.readouterr().err) if line.strip()]
    return line


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_code_in_a_model_s_file_is_not_run(tmp_path, ending):
    keras = networks._keras()
    ran = tmp_path / "ran"
    code = keras.layers.Lambda(eval(f"lambda x: (open({str(ran)!r}, 'w').close(), x)[1]"), name="trap")
    model = keras.Sequential([keras.Input((8, 8, 3)), code, keras.layers.Conv2D(2, 3)])
    path = networks.save(model, tmp_path / f"trap{ending}")
    ran.unlink(missing_ok=True)
    with refused(path, "safe"):
        vggviz.load_model(path)
    assert not ran.exists()


@pytest.mark.parametrize("name", ["nan.keras", "nan.weights.h5", "nan.h5"])
def test_weights_that_are_not_finite(tmp_path, monkeypatch, name):
    from vggviz.models import loading as loading

    network = networks.tiny_vgg16()
    layer = network.get_layer("block2_conv2")
    layer.set_weights([np.full_like(values, np.nan) for values in layer.get_weights()])
    networks.save(network, tmp_path / name)
    monkeypatch.setattr(loading, "_build", lambda dense=False: networks.tiny_vgg16())
    load = vggviz.load_vgg16 if name.endswith(".weights.h5") else vggviz.load_model
    with refused(name, "block2_conv2", "finite"):
        load(tmp_path / name)
