"""Figures converted to WebP."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from vggviz_book import figures


def test_a_figure_as_webp_has_the_same_pixels_and_words(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    info = PngInfo()
    info.add_itxt("Description", "noise of 40 × 60 pixels")
    info.add_itxt("Source", "Computed with no network")
    Image.fromarray(noise).save(tmp_path / "noise.png", pnginfo=info)
    figures.write_webp(tmp_path / "noise.png", tmp_path / "new" / "noise.webp")
    with Image.open(tmp_path / "new" / "noise.webp") as light:
        assert np.array_equal(np.asarray(light.convert("RGB")), noise)
        words = [light.getexif()[tag] for tag in (ExifTags.Base.ImageDescription, ExifTags.Base.Software)]
    read = [text.encode("latin-1").decode() for text in words]  # Pillow reads bytes as Latin-1
    assert read == ["noise of 40 × 60 pixels", "Computed with no network"]
