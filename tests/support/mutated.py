"""Fuzzing: seeded mutations of valid files, read in a child process.

A crash of a C library, a hang or too much memory ends only the child, and is reported by the parent:

    python tests/support/mutated.py images 0 500        # reads 500 images, from seed 0 on
    python tests/support/mutated.py weights 17 1        # reads the weights file of seed 17 again
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

EXTREMES = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
HEADER = 200
"""Bytes at the beginning, which hold most fields that control a decoder."""
MEMORY = {"images": 3 << 30, "weights": 12 << 30}
"""Limit of the child's address space in bytes; TensorFlow alone reserves several GB."""
SECONDS_A_FILE = 2.0


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """Apply one to three random mutations."""
    for _ in range(rng.integers(1, 4)):
        if not data:
            return data
        data = MUTATIONS[rng.integers(len(MUTATIONS))](data, rng)
    return data


def _position(data: bytes, rng: np.random.Generator) -> int:
    """A random position, with probability 0.5 near the beginning."""
    return int(rng.integers(min(len(data), HEADER) if rng.random() < 0.5 else len(data)))


def flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        changed[_position(data, rng)] ^= 1 << rng.integers(8)
    return bytes(changed)


def set_extreme_number(data: bytes, rng: np.random.Generator) -> bytes:
    size, order = (1, 2, 4, 8)[rng.integers(4)], ("little", "big")[rng.integers(2)]
    value = EXTREMES[rng.integers(len(EXTREMES))] % (1 << 8 * size)
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


MUTATIONS = [
    flip_bits,
    flip_bits,
    set_extreme_number,
    set_extreme_number,
    truncate,
    insert,
    repeat,
    leave_out,
    overwrite,
]


def with_valid_checksums(png: bytes) -> bytes:
    """A PNG with the checksums of its chunks recomputed, so that a decoder reads their content."""
    whole, at = png[:8], 8
    while at + 12 <= len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + size]
        whole += png[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + size
    return whole + png[at:]


def mutate_zip_member(data: bytes, rng: np.random.Generator) -> bytes:
    """A zip with one mutated member and valid checksums."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        chosen = old.namelist()[rng.integers(len(old.namelist()))]
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, mutate(content, rng) if name == chosen else content)
    return stream.getvalue()


def mutant(name: str, data: bytes, rng: np.random.Generator) -> bytes:
    """A mutated file; in formats with checksums, half of the mutations leave the checksums valid."""
    inside = rng.random() < 0.5
    if name.endswith(".keras") and inside:
        return mutate_zip_member(data, rng)
    changed = mutate(data, rng)
    return with_valid_checksums(changed) if name.endswith(".png") and inside else changed


# --- valid files


def images() -> dict[str, bytes]:
    """Small images in the supported formats, by file name."""
    rng = np.random.default_rng(0)
    colour = Image.fromarray(rng.integers(0, 256, (24, 20, 3), np.uint8))
    smooth = colour.resize((48, 40), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    frames = {"save_all": True, "append_images": [smooth.rotate(90)]}
    formats = {
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
    return {name: data for name, arguments in formats.items() if (data := _encoded(*arguments))}


def _encoded(image: Image.Image, kind: str, settings: dict) -> bytes:
    """An image in a format; b"" if this Pillow cannot write it."""
    stream = io.BytesIO()
    try:
        image.save(stream, kind, **settings)
    except (KeyError, OSError):
        return b""
    return stream.getvalue()


def weights() -> dict[str, bytes]:
    """Files of a tiny VGG16 in the supported layouts, by file name."""
    import networks

    logging.getLogger("absl").setLevel(logging.ERROR)  # Keras warns of .h5 files
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
    """Read an image with `load_image`, from bytes or a file; returns "read" or "refused"."""
    import vggviz

    source: object = data
    if len(data) % 2:
        source = folder / name
        source.write_bytes(data)
    try:
        image = vggviz.load_image(source, 32)
    except ValueError as error:
        return refused_well(str(error))
    assert image.shape == (32, 32, 3), image.shape
    return "read"


def try_weights(name: str, data: bytes, folder: Path) -> str:
    """Read weights with `load_vgg16` or `load_model`; returns "read" or "refused"."""
    import vggviz

    path = folder / name
    path.write_bytes(data)
    try:
        load = vggviz.load_model if name.startswith("whole") else vggviz.load_vgg16
        model = load(path)
    except ValueError as error:
        return refused_well(str(error))
    assert all(np.isfinite(w).all() for w in model.get_weights()), "weights that are not finite"
    return "read"


def refused_well(text: str) -> str:
    """Check an error message; returns "refused"."""
    from sentences import one_sentence

    one_sentence(text)
    assert len(text) < 800, text
    return "refused"


def child(kind: str, start: int, count: int) -> None:
    """Read mutated files; prints a line "seed name outcome" for each."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY[kind], MEMORY[kind]))
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    valid, attempt = (images(), try_image) if kind == "images" else (weights(), try_weights)
    if kind == "weights":
        small_vgg16()
    warnings.simplefilter("error")
    names = sorted(valid)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            assert attempt(name, valid[name], Path(folder)) == "read", name
        print("ready", flush=True)
        for seed in range(start, start + count):
            name = names[seed % len(names)]
            data = mutant(name, valid[name], np.random.default_rng([seed, 1]))
            print(seed, name, end=" ", flush=True)
            print(attempt(name, data, Path(folder)), flush=True)


def small_vgg16() -> None:
    """Have `load_vgg16` build VGG16 with one or two channels per layer, for speed."""
    import networks
    from vggviz.models import loading

    loading._build = lambda dense=False: networks.tiny_vgg16()


# --- in the parent


def outcomes(kind: str, start: int, count: int, *, batch: int = 500) -> dict[str, int]:
    """Number of files "read" and "refused"; AssertionError with the last file for any other outcome."""
    totals: dict[str, int] = {}
    for first in range(start, start + count, batch):
        size = min(batch, start + count - first)
        for _, _, outcome in _batch(kind, first, size):
            totals[outcome] = totals.get(outcome, 0) + 1
    return totals


def _batch(kind: str, first: int, count: int) -> Iterator[list[str]]:
    """Run a child process, and yield its lines, split."""
    command = [sys.executable, __file__, kind, str(first), str(count)]
    root = Path(__file__).parents[2]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            status = subprocess.run(
                command, stdout=out, stderr=err, env=environ, timeout=60 + count * SECONDS_A_FILE
            ).returncode
        except subprocess.TimeoutExpired:
            status = "timed out"
        out.seek(0)
        err.seek(0)
        lines, printed = out.read().decode().splitlines(), err.read().decode("utf-8", "replace")
    assert status == 0, f"{status} at {lines[-1:]}: {printed[-2000:]}"
    assert printed == "", f"a C library may have printed: {printed[:2000]}"
    yield from (line.split() for line in lines[1:])


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
