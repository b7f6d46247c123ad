"""Images from files, bytes, arrays and samples, and the errors for what is not an image."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest

import vggviz
from sentences import refused
from vggviz.images.loading import load_image, sample_images

SAMPLES = ["cat", "astronaut", "coffee", "rocket", "camera", "hubble", "brick", "grass", "gravel"]


def encoded(image, kind="PNG", **settings):
    stream = io.BytesIO()
    if isinstance(image, np.ndarray):
        image = PIL.Image.fromarray(image)
    image.save(stream, kind, **settings)
    return stream.getvalue()


def bomb(side=30_000):
    """A well-formed grey PNG of side x side pixels in about 1 kB; the rows are never allocated."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# --- sources


def test_the_sample_names():
    assert sample_images() == SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_a_photograph(name):
    image = load_image(name)
    assert image.shape == (224, 224, 3)
    assert image.dtype == np.uint8
    assert image.std() > 5
    image[:] = 0
    assert load_image(name).any(), "the caller's image must not be the library's own copy"


def test_the_default_is_the_cat():
    assert np.array_equal(load_image(), load_image("cat"))


def test_the_environment_variable_names_the_image(tmp_path, monkeypatch, photograph):
    PIL.Image.fromarray(photograph).save(tmp_path / "mine.png")
    monkeypatch.setenv("VGGVIZ_IMAGE", str(tmp_path / "mine.png"))
    assert np.array_equal(load_image(size=None), photograph)
    monkeypatch.setenv("VGGVIZ_IMAGE", "coffee")
    assert np.array_equal(load_image(), load_image("coffee"))
    monkeypatch.setenv("VGGVIZ_IMAGE", str(tmp_path / "absent.png"))
    with refused("absent.png", kind=FileNotFoundError):
        load_image()


def test_every_kind_of_source_gives_the_same_image(tmp_path, photograph):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(photograph).save(path)
    sources = [str(path), path, path.read_bytes(), PIL.Image.fromarray(photograph), photograph]
    for source in sources:
        assert np.array_equal(load_image(source, size=None), photograph), type(source)


def test_the_source_is_not_changed(photograph):
    before = photograph.copy()
    load_image(photograph, size=None)[:] = 0
    assert np.array_equal(photograph, before)
    pillow_image = PIL.Image.fromarray(photograph).convert("P")
    load_image(pillow_image)
    assert pillow_image.mode == "P"


@pytest.mark.parametrize(
    ("array", "level"),
    [
        (np.full((5, 6), 90, np.uint8), 90),
        (np.full((5, 6, 1), 90, np.uint8), 90),
        (np.full((5, 6, 3), 90, np.uint8), 90),
        (np.full((5, 6), True), 255),
        (np.full((5, 6), 0x5A5A, np.uint16), 90),
        (np.full((5, 6, 3), 0x5A5A, np.uint16), 90),
        (np.full((5, 6, 3), 90 / 255, np.float32), 90),
        (np.full((5, 6), 90 / 255, np.float64), 90),
        (np.full((5, 6, 3), 90, np.uint8)[::-1, ::2], 90),
    ],
)
def test_arrays_of_every_allowed_shape_and_dtype(array, level):
    image = load_image(array, size=None)
    assert image.dtype == np.uint8
    assert image.shape == (*array.shape[:2], 3)
    assert (image == level).all()


def test_sixteen_bits_as_array_and_as_file_agree():
    levels = np.arange(0, 65536, 37, dtype=np.uint16).reshape(4, -1)
    from_file = load_image(encoded(levels), size=None)
    assert np.array_equal(load_image(levels, size=None), from_file)
    assert np.abs(from_file[..., 0] - levels / 257).max() <= 1


def test_sixteen_bit_colour_files(tmp_path):
    scanline = b"\0" + struct.pack(">6H", 65535, 0, 0, 0, 0x8080, 65535)
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(scanline)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in parts:
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    assert load_image(data, size=None).tolist() == [[[255, 0, 0], [0, 128, 255]]]


# --- conversions


def test_transparency_is_composited_on_white():
    layer = np.zeros((2, 3, 4), np.uint8)
    layer[..., 0] = 255
    layer[:, 1, 3] = 255
    layer[:, 2, 3] = 128
    image = load_image(encoded(layer), size=None)
    assert (image[:, 0] == 255).all()
    assert (image[:, 1] == (255, 0, 0)).all()
    assert np.abs(image[:, 2].astype(int) - (255, 127, 127)).max() <= 1
    assert np.array_equal(load_image(layer, size=None), image), "arrays as files"


def test_grey_with_transparency():
    pillow_image = PIL.Image.new("LA", (4, 4), (0, 0))
    assert (load_image(pillow_image, size=None) == 255).all()


def test_a_palette_and_its_transparent_colour():
    pillow_image = PIL.Image.new("P", (4, 2), 0)
    pillow_image.putpalette([10, 20, 30, 200, 100, 50])
    pillow_image.putpixel((0, 0), 1)
    image = load_image(encoded(pillow_image), size=None)
    assert image[0, 0].tolist() == [200, 100, 50]
    assert image[1, 1].tolist() == [10, 20, 30]
    clear = load_image(encoded(pillow_image, transparency=0), size=None)
    assert clear[0, 0].tolist() == [200, 100, 50]
    assert clear[1, 1].tolist() == [255, 255, 255]


def test_cmyk_is_converted_to_the_right_colours():
    red = PIL.Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    image = load_image(encoded(red, "JPEG", quality=95), size=None).astype(int)
    assert np.abs(image - (255, 0, 0)).max() <= 8
    assert np.abs(load_image(encoded(red, "TIFF"), size=None).astype(int) - (255, 0, 0)).max() <= 1


def test_one_bit_and_grey_files():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = load_image(encoded(ramp), size=None)
    assert np.array_equal(image, np.repeat(ramp[..., np.newaxis], 3, axis=2))
    black = load_image(encoded(PIL.Image.new("1", (3, 3), 0)), size=None)
    assert (black == 0).all()


def test_the_first_frame_of_an_animation():
    frames = [PIL.Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (load_image(data, size=None) == (255, 0, 0)).all()
    opened = PIL.Image.open(io.BytesIO(data))
    opened.seek(2)
    assert (load_image(opened, size=None) == (0, 0, 255)).all(), "the frame that the caller has selected"
    assert opened.tell() == 2


ORIENTATIONS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_exif_orientation(orientation):
    stored = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    image = load_image(encoded(stored, exif=exif), size=None)
    assert np.array_equal(image, ORIENTATIONS[orientation](stored))


def test_damaged_exif_data_are_ignored(photograph):
    data = encoded(photograph, exif=b"Exif\0\0MM\0*\0\0\xff\xff damaged")
    assert np.array_equal(load_image(data, size=None), photograph)


# --- size and fit


def bars(height, width):
    """Red in the left or upper third, green in the middle, blue in the last."""
    thirds = np.zeros((height, width, 3), np.uint8)
    longer = 0 if height > width else 1
    for number, part in enumerate(np.array_split(np.arange(max(height, width)), 3)):
        index = [slice(None)] * 2
        index[longer] = part
        thirds[(*index, number)] = 255
    return thirds


@pytest.mark.parametrize("shape", [(60, 180), (180, 60)])
def test_crop_takes_the_centre(shape):
    image = load_image(bars(*shape), 60)
    assert image.shape == (60, 60, 3)
    assert (image[3:-3, 3:-3] == (0, 255, 0)).all()


@pytest.mark.parametrize("shape", [(60, 180), (180, 60)])
def test_pad_keeps_everything_on_white(shape):
    image = load_image(bars(*shape), 90, fit="pad")
    image = image if shape[1] > shape[0] else image.swapaxes(0, 1)
    assert image.shape == (90, 90, 3)
    assert (image[[0, 20, -20, -1]] == 255).all()
    assert image[45, [5, 45, 85]].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


def test_stretch_keeps_everything_and_fills():
    image = load_image(bars(60, 180), 90, fit="stretch")
    assert image.shape == (90, 90, 3)
    for row in (0, 45, 89):
        assert image[row, [5, 45, 85]].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


def test_without_a_size_the_image_keeps_its_own():
    assert load_image(bars(10, 30), size=None).shape == (10, 30, 3)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_an_image_of_one_pixel(fit):
    image = load_image(np.full((1, 1, 3), (9, 80, 200), np.uint8), fit=fit)
    assert image.shape == (224, 224, 3)
    assert (image == (9, 80, 200)).all()


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("shape", [(1, 900), (900, 1)])
def test_a_long_image_becomes_square(fit, shape):
    assert load_image(bars(*shape), fit=fit).shape == (224, 224, 3)


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1)])
def test_a_strip_is_refused_unless_its_size_is_kept(shape):
    strip = np.zeros((*shape, 3), np.uint8)
    with refused("5,000", "1,000"):
        load_image(strip)
    assert load_image(strip, size=None).shape == (*shape, 3)


@pytest.mark.parametrize("size", [0, -3, 2.5, "big", True])
def test_an_invalid_size(size):
    with refused(repr(size), "None"):
        load_image("cat", size)


def test_an_unknown_fit():
    with refused("'zoom'", "crop", "pad", "stretch"):
        load_image("cat", fit="zoom")


# --- errors


def test_the_error_for_a_missing_file_lists_the_samples(tmp_path):
    with refused("absent.jpg", "cat", "coffee", kind=FileNotFoundError):
        load_image(tmp_path / "absent.jpg")


@pytest.mark.parametrize("as_bytes", [True, False])
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"Dear reader, this is no image.", "no image"),
        (encoded(np.zeros((64, 64, 3), np.uint8))[:60], "damaged"),
        (encoded(bars(64, 64), "JPEG")[:400], "damaged"),
        (encoded(bars(64, 64), "GIF")[:40], "damaged"),
        (encoded(bars(64, 64), "WEBP")[:40], "image"),
        (encoded(bars(64, 64), "TIFF")[:200], "image"),
        (encoded(bars(64, 64), "BMP")[:200], "damaged"),
    ],
)
def test_a_file_that_is_not_a_complete_image(tmp_path, data, word, as_bytes):
    path = tmp_path / "image.png"
    path.write_bytes(data)
    named = f"{len(data):,} bytes" if as_bytes else "image.png"
    with refused(named, word):
        load_image(data if as_bytes else path)
    assert path.read_bytes() == data


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_truncated_pixel_data(photograph, kind):
    data = encoded(photograph, kind)
    with refused("damaged", "cut short"):
        load_image(data[: len(data) * 3 // 4])


def test_a_truncated_image_already_opened_by_pillow(photograph):
    data = encoded(photograph)
    opened = PIL.Image.open(io.BytesIO(data[: len(data) // 2]))
    with refused("damaged"):
        load_image(opened)


def test_a_decompression_bomb_is_refused_before_it_is_decoded():
    with refused("bytes", "too large", "89,478,485"):
        load_image(bomb())


def test_a_smaller_decompression_bomb(tmp_path):
    (tmp_path / "bomb.png").write_bytes(bomb(11_000))
    with refused("bomb.png", "too large", "89,478,485"):
        load_image(tmp_path / "bomb.png")


def test_a_folder_is_refused(tmp_path):
    with refused(tmp_path, "folder"):
        load_image(tmp_path)


@pytest.mark.parametrize("source", [3, 2.5, ["cat"], {"a": 1}])
def test_other_types_are_refused(source):
    with pytest.raises((ValueError, TypeError), match=type(source).__name__):
        load_image(source)


@pytest.mark.parametrize("shape", [(5,), (5, 5, 2), (5, 5, 5), (1, 5, 5, 3), (0, 5, 3), (3, 5, 5)])
def test_arrays_of_another_shape(shape):
    with refused(shape, "(H, W, 3)"):
        load_image(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [np.int64, complex, "U1", object])
def test_arrays_of_another_dtype(dtype):
    with refused(np.dtype(dtype), "uint8"):
        load_image(np.zeros((4, 4, 3), dtype))


@pytest.mark.parametrize(("worst", "named"), [(np.nan, "nan"), (np.inf, "inf"), (-0.5, "-0.5"), (255, "255")])
def test_float_arrays_outside_the_range(worst, named):
    array = np.zeros((4, 4, 3), np.float32)
    array[1, 2, 0] = worst
    with refused(named, "0", "1"):
        load_image(array)


def test_the_functions_are_public():
    assert vggviz.load_image is load_image
    assert vggviz.sample_images is sample_images
