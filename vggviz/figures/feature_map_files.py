"""Save every map of every layer as a PNG mosaic, written directly from the arrays without matplotlib."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tqdm import tqdm

from vggviz._shared import validation
from vggviz._shared.files import atomic_path, output_folder
from vggviz.activations.statistics import check_maps
from vggviz.datasets.folder import unique_names
from vggviz.figures.scales import SCALES, colour_map, scale_label
from vggviz.images.mosaic import mosaic
from vggviz.models.provenance import source_line

LEVELS = 254
MIDDLE = 126
"""Palette index of zero among values of both signs, from 0 to 252."""
GAP, DEAD = 254, 255
"""Palette indices after the levels: white for gaps, grey for channels that are zero everywhere."""


def save_feature_maps(
    maps: Mapping[str, np.ndarray], folder: str | os.PathLike[str], *, scale: str = "layer"
) -> list[Path]:
    """Write every channel of every layer: one PNG mosaic per layer and image, and one .npz of all values.

    A mosaic shows the channels in order of index, left to right and top to bottom, one pixel per
    cell; channels that are zero everywhere are grey. Layers with negative values are drawn in red (positive),
    white (zero) and blue (negative). The .npz holds the unchanged values by layer.

    Args:
        maps: {layer: float32 (N, h, w, c)}.
        folder: created if it does not exist. Files of the same name are replaced.
        scale: "channel", "layer" or "global": whose largest absolute value is the strongest colour.

    Returns:
        The files written.

    Raises:
        ValueError: an unknown scale, maps of another shape, or a folder that cannot be written.
        OSError: the disk is full; existing files are then unchanged.
    """
    validation.one_of("scale", scale, SCALES)
    maps = {layer: check_maps(layer, values) for layer, values in validation.mapping("Maps", maps).items()}
    folder = output_folder(folder)
    jobs = _mosaic_jobs(maps, folder, scale)
    # NumPy and zlib release the GIL, so threads run in parallel.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        arrays = pool.submit(_save_arrays, maps, folder / "feature_maps.npz")
        work = pool.map(lambda job: _save_mosaic(*job), jobs)
        written = list(tqdm(work, desc="saving layers", total=len(jobs), leave=False, delay=1))
    return [*written, arrays.result()]


def _mosaic_jobs(
    maps: Mapping[str, np.ndarray], folder: Path, scale: str
) -> list[tuple[np.ndarray, Path, float | None, str, bool]]:
    """Arguments of `_save_mosaic` for every layer and image."""
    largest = {layer: _largest(values, None) for layer, values in maps.items()}
    jobs = []
    for layer, values in maps.items():
        limit = {"layer": largest[layer], "global": max(largest.values())}.get(scale)
        signed = bool((values < 0).any())
        for index, image in enumerate(values):
            name = layer.replace("/", "-").replace(":", "-") + (f"_{index}" if len(values) > 1 else "")
            label = f"{layer}, {scale_label(scale, signed)}"
            jobs.append((name, (image, limit, label, signed)))
    named = unique_names(jobs, files=True)
    return [(image, folder / f"{name}.png", *settings) for name, (image, *settings) in named]


def _save_arrays(maps: Mapping[str, np.ndarray], path: Path) -> Path:
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for layer, values in maps.items():  # not numpy.savez, which cannot store an array called "file"
            with archive.open(f"{layer}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, values)
    return path


def _save_mosaic(maps: np.ndarray, path: Path, limit: float | None, label: str, signed: bool) -> Path:
    image = Image.fromarray(_levels(maps, limit, signed), "P")
    image.putpalette(_palette(signed))
    text = PngInfo()
    colours = "; red is positive, white zero, blue negative" if signed else ""
    text.add_text(
        "Description", f"All {maps.shape[-1]} channels of {label}{colours}; grey ones are zero all over."
    )
    text.add_text("Source", source_line())
    with atomic_path(path) as temporary:
        image.save(temporary, "PNG", pnginfo=text, compress_level=1)
    return path


def _levels(maps: np.ndarray, limit: float | None, signed: bool) -> np.ndarray:
    """Mosaic of (h, w, c) maps as palette indices, uint8; `limit` None scales each map by its own."""
    dead = ~maps.any(axis=(0, 1))
    limits = _largest(maps, (0, 1)) if limit is None else np.full(maps.shape[-1], limit)
    shares = maps / np.where(limits > 0, limits, 1).astype(np.float32)
    # with signs, zero is the middle one of an odd number of levels
    tiles = np.rint((1 + shares) * MIDDLE) if signed else shares * (LEVELS - 1)
    tiles[..., dead] = DEAD
    whole = mosaic(tiles)
    return np.where(np.isnan(whole), GAP, whole).astype(np.uint8)


def _largest(values: np.ndarray, axis: tuple[int, ...] | None) -> Any:
    """Largest absolute value along some axes."""
    return np.maximum(values.max(axis=axis), -values.min(axis=axis))


def _palette(signed: bool) -> list[int]:
    places = np.arange(LEVELS) / (2 * MIDDLE) if signed else np.linspace(0, 1, LEVELS)
    colours = colour_map(signed)(places, bytes=True)[:, :3]
    return [*colours.ravel().tolist(), 255, 255, 255, 160, 160, 160]
