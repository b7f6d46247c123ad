"""Figures with text alternative and provenance in every file format, and in notebooks."""

import io
import re

import matplotlib.figure
import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import pytest

import vggviz
from disk import full_disk, names
from sentences import refused
from vggviz.figures import described_figure
from vggviz.figures.scales import number_text, tick_text

FORMATS = [".png", ".svg", ".pdf"]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def figure():
    values = np.random.default_rng(0).exponential(2, (1, 6, 6, 4)).astype(np.float32)
    return vggviz.plot_feature_maps({"conv": values}, "conv")[0]


def text_of(png):
    with PIL.Image.open(io.BytesIO(png) if isinstance(png, bytes) else png) as image:
        return image.text, image.size


def test_description_and_source_in_png(figure, vgg16, tmp_path):
    assert vggviz.save_figure(figure, tmp_path / "maps.png") == tmp_path / "maps.png"
    for png in (tmp_path / "maps.png", described_figure.png(figure)):
        text, _ = text_of(png)
        assert text["Description"] == vggviz.text_alternative(figure)
        assert vggviz.provenance(vgg16).source in text["Source"]
        for name in ("tensorflow", "numpy", "matplotlib"):
            assert f"{name} {vggviz.provenance().versions[name]}" in text["Source"]


@pytest.mark.parametrize("ending", [".svg", ".pdf"])
def test_description_and_source_in_svg_and_pdf(figure, tmp_path, ending):
    data = vggviz.save_figure(figure, str(tmp_path / f"maps{ending}")).read_bytes()
    strongest = re.search(r"The largest activation, [\d.]+", vggviz.text_alternative(figure))[0]
    assert strongest.encode() in data
    assert b"numpy" in data


@pytest.mark.parametrize("ending", FORMATS)
def test_files_are_reproducible(tmp_path, ending):
    values = np.random.default_rng(0).exponential(2, (1, 6, 6, 4)).astype(np.float32)
    values[..., 1] = 0
    for name in ("one", "two"):
        figure, _ = vggviz.plot_feature_maps({"conv": values}, "conv")
        vggviz.save_figure(figure, tmp_path / f"{name}{ending}")
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()


@pytest.mark.parametrize(
    "settings", [{}, {"figure.constrained_layout.use": True}, {"figure.autolayout": True}]
)
def test_a_figure_is_drawn_once_to_save_it(figure, tmp_path, monkeypatch, settings):
    drawn = []
    draw = matplotlib.image.AxesImage.draw
    monkeypatch.setattr(
        matplotlib.image.AxesImage, "draw", lambda image, *args: (drawn.append(image), draw(image, *args))
    )
    engine = figure.get_layout_engine()
    with matplotlib.rc_context(settings):
        vggviz.save_figure(figure, tmp_path / "figure.png")
    assert len(drawn) == len(set(drawn)) > 0
    assert figure.get_layout_engine() is engine


def test_png_has_twice_the_resolution_and_no_wide_margins(figure, tmp_path):
    _, size = text_of(vggviz.save_figure(figure, tmp_path / "maps.png"))
    box = figure.get_tightbbox()
    assert size == pytest.approx((box.size + 2 * described_figure.MARGIN) * 200, abs=3)
    assert text_of(described_figure.png(figure))[1] == size


def test_saving_does_not_change_the_figure(figure, tmp_path):
    before = figure.dpi, tuple(figure.get_size_inches()), plt.get_fignums()
    vggviz.save_figure(figure, tmp_path / "maps.png")
    assert (figure.dpi, tuple(figure.get_size_inches()), plt.get_fignums()) == before


def test_any_figure_of_matplotlib_can_be_saved(tmp_path):
    other = matplotlib.figure.Figure()
    other.add_subplot().plot([1, 2])
    assert vggviz.text_alternative(other) == ""
    text, _ = text_of(vggviz.save_figure(other, tmp_path / "other.png"))
    assert "Source" in text


def test_a_notebook_gets_the_png_and_its_size_in_css_pixels(figure):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        figure, _ = vggviz.plot_images({"ramp": np.arange(12).reshape(3, 4)})
        data, metadata = shell.display_formatter.format(figure)
    finally:
        InteractiveShell.clear_instance()
    text, size = text_of(data["image/png"])
    assert text["Description"] == vggviz.text_alternative(figure)
    assert metadata["image/png"] == {"width": round(size[0] / 2), "height": round(size[1] / 2)}


def test_while_the_book_is_built_the_png_holds_another_one_for_phones(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv(described_figure.FOR_PHONES, "1")
    shell = InteractiveShell.instance()
    try:
        figure, _ = vggviz.plot_images({"ramp": np.arange(12).reshape(3, 4), "other": np.eye(3)})
        data, _ = shell.display_formatter.format(figure)
    finally:
        InteractiveShell.clear_instance()
    with PIL.Image.open(io.BytesIO(data["image/png"])) as image:
        image.load()
        chunks = {kind: content for kind, content, *_ in image.private_chunks}
        assert image.text["Description"] == vggviz.text_alternative(figure)
    assert chunks[described_figure.NARROW_CHUNK] == described_figure.narrow_png(figure)
    assert text_of(chunks[described_figure.NARROW_CHUNK])[1][0] < 3 * 400


def test_outside_of_the_book_a_figure_is_rendered_once(figure):
    assert described_figure.narrow_png(figure) == b""


# --- errors


@pytest.mark.parametrize("ending", FORMATS)
def test_a_full_disk_leaves_the_old_file(figure, tmp_path, ending):
    path = tmp_path / f"maps{ending}"
    path.write_text("precious")
    with full_disk(), pytest.raises(OSError, match="File too large"):
        vggviz.save_figure(figure, path)
    assert path.read_text() == "precious"
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("name", ["maps.jpg", "maps", "maps.png.txt"])
def test_an_unknown_suffix(figure, tmp_path, name):
    with refused(name, ".png", ".svg", ".pdf"):
        vggviz.save_figure(figure, tmp_path / name)
    assert names(tmp_path) == []


def test_a_missing_folder(figure, tmp_path):
    (tmp_path / "file").write_text("precious")
    for folder in ("nowhere", "file"):
        with refused(folder, "maps.png", "folder"):
            vggviz.save_figure(figure, tmp_path / folder / "maps.png")
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1396.4, "1,396"), (-2412.3, "-2,412"), (999.6, "1,000"), (357.4, "357"), (35.74, "35.7"), (0, "0")],
)
def test_numbers_without_an_exponent(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1250.0, "1,250"), (0.1 + 0.2, "0.3"), (1e6, "1,000,000"), (-0.5, "\N{MINUS SIGN}0.5")],
)
def test_numbers_of_axes(value, text):
    assert tick_text(value) == text


def test_very_small_and_very_large_numbers_have_an_exponent():
    assert number_text(1.234e-9) == "1.23e-09"
    assert number_text(1.234e12) == "1.23e+12"
    assert number_text(1234.5, 4) == "1,234"
