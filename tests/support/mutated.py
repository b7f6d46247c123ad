"""Fuzzing: thousands of damaged files, each made from a valid one by a seed, read in a child process.

A crash of a C library, a hang or excessive use of memory ends only the child, and is reported:

    python tests/support/mutated.py images 0 500        # 500 images, from seed 0 on
    python tests/support/mutated.py weights 17 1        # the weights file of seed 17 once more
"""

from __future__ import annotations

import faulthandler
import io
import logging
import os
import resource
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

EXTREME = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
HEADER = 200
"""Bytes at the beginning of a file, where most of what controls a decoder is."""
MEMORY = {"images": 3 << 30, "weights": 12 << 30}
"""Address space of a child in bytes; TensorFlow alone reserves several GB."""
SECONDS_A_FILE = 2.0


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """Apply one to three random changes."""
    for _ in range(rng.integers(1, 4)):
        if not data:
            return data
        data = CHANGES[rng.integers(len(CHANGES))](data, rng)
    return data


def _position(data: bytes, rng: np.random.Generator) -> int:
    """A random position, half of the time in the header."""
    return int(rng.integers(min(len(data), HEADER) if rng.random() < 0.5 else len(data)))


def flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        changed[_position(data, rng)] ^= 1 << rng.integers(8)
    return bytes(changed)


def extreme_integer(data: bytes, rng: np.random.Generator) -> bytes:
    size, order = (1, 2, 4, 8)[rng.integers(4)], ("little", "big")[rng.integers(2)]
    value = EXTREME[rng.integers(len(EXTREME))] % (1 << 8 * size)
    at = _position(data, rng)
    return data[:at] + value.to_bytes(size, order) + data[at + size :]


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: _position(data, rng)]


def insert(data: bytes, rng: np.random.Generator) -> bytes:
    at = _position(data, rng)
    return data[:at] + rng.bytes(int(rng.integers(1, 300))) + data[at:]


def repeat(data: bytes, rng: np.random.Generator) -> bytes:
    at, size = _position(data, rng), int(rng.integers(1, 300))
    return data[:at] + data[at : at + size] * int(rng.integers(2, 20)) + data[at + size :]


def leave_out(data: bytes, rng: np.random.Generator) -> bytes:
    at = _position(data, rng)
    return data[:at] + data[at + int(rng.integers(1, 300)) :]


def overwrite(data: bytes, rng: np.random.Generator) -> bytes:
    at, size = _position(data, rng), int(rng.integers(1, 100))
    block = bytes([rng.integers(256)]) * size if rng.random() < 0.5 else rng.bytes(size)
    return data[:at] + block + data[at + size :]


CHANGES = [
    flip_bits,
    flip_bits,
    extreme_integer,
    extreme_integer,
    truncate,
    insert,
    repeat,
    leave_out,
    overwrite,
]


def with_correct_checksums(png: bytes) -> bytes:
    """Correct the checksums of a PNG's chunks, so that a decoder reads their contents."""
    whole, at = png[:8], 8
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + size]
        whole += png[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + size
    return whole + png[at:]


def mutate_zip_member(data: bytes, rng: np.random.Generator) -> bytes:
    """Mutate one member of a zip archive; its checksum is correct."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        chosen = old.namelist()[rng.integers(len(old.namelist()))]
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, mutate(content, rng) if name == chosen else content)
    return stream.getvalue()


def mutant(name: str, data: bytes, rng: np.random.Generator) -> bytes:
    """A damaged file; half of the PNG and .keras files are damaged inside, with correct checksums."""
    inside = rng.random() < 0.5
    if name.endswith(".keras") and inside:
        return mutate_zip_member(data, rng)
    changed = mutate(data, rng)
    return with_correct_checksums(changed) if name.endswith(".png") and inside else changed


# --- valid files


def images() -> dict[str, bytes]:
    """Small valid images in all formats allowed: {file name: bytes}."""
    rng = np.random.default_rng(0)
    colour = Image.fromarray(rng.integers(0, 256, (24, 20, 3), np.uint8))
    smooth = colour.resize((48, 40), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    frames = {"save_all": True, "append_images": [smooth.rotate(90)]}
    wanted = {
        "rgb.png": (smooth, "PNG", {"exif": exif}),
        "palette.png": (smooth.quantize(16), "PNG", {"transparency": 3}),
        "deep.png": (Image.fromarray(rng.integers(0, 65536, (9, 9), np.uint16)), "PNG", {}),
        "alpha.png": (smooth.convert("RGBA"), "PNG", {}),
        "photo.jpg": (smooth, "JPEG", {"exif": exif}),
        "progressive.jpg": (smooth, "JPEG", {"progressive": True}),
        "cmyk.jpg": (smooth.convert("CMYK"), "JPEG", {}),
        "pair.mpo": (smooth, "MPO", frames),
        "moving.gif": (smooth, "GIF", frames),
        "lossy.webp": (smooth, "WEBP", {"exif": exif}),
        "lossless.webp": (smooth.convert("RGBA"), "WEBP", {"lossless": True}),
        "moving.webp": (smooth, "WEBP", frames),
        "photo.avif": (smooth, "AVIF", {}),
        "plain.bmp": (smooth, "BMP", {}),
        "palette.bmp": (smooth.quantize(16), "BMP", {}),
        "plain.tif": (smooth, "TIFF", {}),
        "packed.tif": (smooth, "TIFF", {"compression": "tiff_lzw"}),
        "jpeg.tif": (smooth, "TIFF", {"compression": "jpeg"}),
        "plain.ppm": (smooth, "PPM", {}),
        "packed.tga": (smooth, "TGA", {"compression": "tga_rle"}),
        "icon.ico": (smooth, "ICO", {}),
        "photo.jp2": (smooth, "JPEG2000", {}),
    }
    return {name: encoded for name, how in wanted.items() if (encoded := _encoded(*how))}


def _encoded(image: Image.Image, kind: str, settings: dict) -> bytes:
    stream = io.BytesIO()
    try:
        image.save(stream, kind, **settings)
    except (KeyError, OSError):  # a Pillow that was built without this format
        return b""
    return stream.getvalue()


def weights() -> dict[str, bytes]:
    """Valid weights files of a tiny network with VGG16's layers, in each format: {file name: bytes}."""
    import networks

    logging.getLogger("absl").setLevel(logging.ERROR)  # Keras warns that .h5 is a legacy format
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("whole.keras", "whole.h5", "native.weights.h5", "vgg16.keras"):
            path = Path(folder, name)
            found[name] = networks.save(networks.tiny_vgg16(), path).read_bytes()
        networks.write_legacy(networks.tiny_vgg16(), Path(folder, "vgg16.h5"))
        found["vgg16.h5"] = Path(folder, "vgg16.h5").read_bytes()
    return found


# --- in the child


def try_image(name: str, data: bytes, folder: Path) -> str:
    """Read an image by `load_image`, from bytes or from a file; return "read" or "refused"."""
    import vggviz

    source: object = data
    if len(data) % 2:
        source = folder / name
        source.write_bytes(data)
    try:
        image = vggviz.load_image(source, 32)
    except ValueError as error:
        return check_refusal(str(error))
    assert image.shape == (32, 32, 3), image.shape
    return "read"


def try_weights(name: str, data: bytes, folder: Path) -> str:
    """Read weights by `load_vgg16` or `load_model`; return "read" or "refused"."""
    import vggviz

    path = folder / name
    path.write_bytes(data)
    try:
        load = vggviz.load_model if name.startswith("whole") else vggviz.load_vgg16
        model = load(path)
    except ValueError as error:
        return check_refusal(str(error))
    assert all(np.isfinite(w).all() for w in model.get_weights()), "weights that are not finite"
    return "read"


def check_refusal(text: str) -> str:
    from sentences import one_sentence

    one_sentence(text)
    assert len(text) < 800, text
    return "refused"


def child(kind: str, start: int, count: int) -> None:
    """Read damaged files one by one; print the seed, the file's name and the outcome of each."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY[kind], MEMORY[kind]))
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    valid, attempt = (images(), try_image) if kind == "images" else (weights(), try_weights)
    if kind == "weights":
        use_tiny_vgg16()
    warnings.simplefilter("error")
    names = sorted(valid)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:  # the undamaged files can be read
            assert attempt(name, valid[name], Path(folder)) == "read", name
        print("ready", flush=True)
        for number in range(start, start + count):
            name = names[number % len(names)]
            data = mutant(name, valid[name], np.random.default_rng([number, 1]))
            print(number, name, end=" ", flush=True)
            print(attempt(name, data, Path(folder)), flush=True)


def use_tiny_vgg16() -> None:
    """Replace VGG16 by a network with one or two channels a layer, which is fast to build."""
    import networks
    from vggviz.models import loading

    loading._build = lambda dense=False: networks.tiny_vgg16()


# --- in the parent


def outcomes(kind: str, start: int, count: int, *, batch: int = 500) -> dict[str, int]:
    """Count the outcomes, "read" and "refused"; AssertionError that names the file for any other."""
    total: dict[str, int] = {}
    for first in range(start, start + count, batch):
        some = min(batch, start + count - first)
        for _, _, what in _batch(kind, first, some):
            total[what] = total.get(what, 0) + 1
    return total


def _batch(kind: str, first: int, count: int) -> Iterator[list[str]]:
    command = [sys.executable, __file__, kind, str(first), str(count)]
    root = Path(__file__).parents[2]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            status = subprocess.run(
                command, stdout=out, stderr=err, env=environ, timeout=60 + count * SECONDS_A_FILE
            ).returncode
        except subprocess.TimeoutExpired:
            status = "no end"
        out.seek(0)
        err.seek(0)
        lines, said = out.read().decode().splitlines(), err.read().decode("utf-8", "replace")
    assert status == 0, f"{status} at {lines[-1:]}: {said[-2000:]}"
    assert said == "", f"something was printed, by a C library perhaps: {said[:2000]}"
    yield from (line.split() for line in lines[1:])


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
