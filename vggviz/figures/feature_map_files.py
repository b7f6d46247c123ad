"""Save every map of every layer as a PNG mosaic, written directly from the arrays without matplotlib."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tqdm import tqdm

from vggviz._shared import validation
from vggviz._shared.files import atomic_path, output_folder
from vggviz.activations.statistics import check_maps
from vggviz.figures.scales import SCALES
from vggviz.images.mosaic import mosaic
from vggviz.models.provenance import Provenance, networks_in_use

LEVELS = 254
GAP, DEAD = 254, 255
"""Palette indices after the levels: white for gaps, grey for channels that are zero everywhere."""


def save_feature_maps(
    maps: Mapping[str, np.ndarray], folder: str | os.PathLike[str], *, scale: str = "layer"
) -> list[Path]:
    """Write every channel of every layer: one PNG mosaic per layer and image, and one .npz of all values.

    A mosaic shows the channels in order of index, left to right and top to bottom, one pixel per
    cell; channels that are zero everywhere are grey. The .npz holds the unchanged values by layer.

    Args:
        maps: {layer: float32 (N, h, w, c)}.
        folder: created if it does not exist. Files of the same name are replaced.
        scale: "channel", "layer" or "global": whose maximum is the brightest colour.

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
) -> list[tuple[np.ndarray, Path, float | None, str]]:
    """Arguments of `_save_mosaic` for every layer and image."""
    largest = max((float(values.max()) for values in maps.values()), default=0.0)
    jobs = []
    for layer, values in maps.items():
        limit = {"layer": float(values.max()), "global": largest}.get(scale)
        for index, image in enumerate(values):
            name = layer.replace("/", "-").replace(":", "-") + (f"_{index}" if len(values) > 1 else "")
            jobs.append((image, folder / f"{name}.png", limit, f"{layer}, {SCALES[scale]}"))
    return jobs


def _save_arrays(maps: Mapping[str, np.ndarray], path: Path) -> Path:
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for layer, values in maps.items():  # not numpy.savez, which cannot store an array called "file"
            with archive.open(f"{layer}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, values)
    return path


def _save_mosaic(maps: np.ndarray, path: Path, limit: float | None, label: str) -> Path:
    image = Image.fromarray(_levels(maps, limit), "P")
    image.putpalette(_palette())
    text = PngInfo()
    text.add_text("Description", f"All {maps.shape[-1]} channels of {label}; grey ones are zero all over.")
    text.add_text("Source", str(Provenance(source=" and ".join(networks_in_use()))))
    with atomic_path(path) as temporary:
        image.save(temporary, "PNG", pnginfo=text, compress_level=1)
    return path


def _levels(maps: np.ndarray, limit: float | None) -> np.ndarray:
    """Mosaic of (h, w, c) maps as palette indices, uint8; `limit` None scales each map by its maximum."""
    dead = ~maps.any(axis=(0, 1))
    limits = np.maximum(maps.max(axis=(0, 1)), 0) if limit is None else np.full(maps.shape[-1], limit)
    factor = (LEVELS - 1) / np.where(limits > 0, limits, 1)
    tiles = (maps * factor.astype(np.float32)).clip(0, LEVELS - 1)
    tiles[..., dead] = DEAD
    whole = mosaic(tiles)
    return np.where(np.isnan(whole), GAP, whole).astype(np.uint8)


def _palette() -> list[int]:
    colours = matplotlib.colormaps["viridis"](np.linspace(0, 1, LEVELS), bytes=True)[:, :3]
    return [*colours.ravel().tolist(), 255, 255, 255, 160, 160, 160]
