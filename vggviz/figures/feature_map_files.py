"""Every map of every layer on disk, the fast way: pixels straight from the mosaic, no figure."""

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
"""Entries of the palette behind the levels: white gaps, and grey for channels that are zero all over."""


def save_feature_maps(
    maps: Mapping[str, np.ndarray], folder: str | os.PathLike[str], *, scale: str = "layer"
) -> list[Path]:
    """Write every channel of every layer: a PNG mosaic for each layer and image, and one .npz.

    Channels stand by index, left to right, top to bottom; one pixel is one cell. Channels that are
    zero all over are grey. `numpy.load` reads the .npz: the values themselves, by layer.

    Args:
        maps: {layer: float32 (N, h, w, c)}.
        folder: made if it is not there. Files of the same name are replaced.
        scale: "channel", "layer" or "global": what the brightest colour stands for.

    Returns:
        The files written.

    Raises:
        ValueError: an unknown scale, maps of another shape, or a folder that cannot be written.
        OSError: the disk is full; files that were there before then stand as they were.
    """
    validation.one_of("scale", scale, SCALES)
    maps = {layer: check_maps(layer, values) for layer, values in validation.mapping("Maps", maps).items()}
    folder = output_folder(folder)
    top = max((float(values.max()) for values in maps.values()), default=0.0)
    jobs = []
    for layer, values in maps.items():
        limit = {"layer": float(values.max()), "global": top}.get(scale)
        for index, image in enumerate(values):
            name = layer.replace("/", "-").replace(":", "-") + (f"_{index}" if len(values) > 1 else "")
            jobs.append((image, folder / f"{name}.png", limit, f"{layer}, {SCALES[scale]}"))
    # NumPy and zlib let go of the interpreter while they work, so threads do run side by side.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        arrays = pool.submit(_save_arrays, maps, folder / "feature_maps.npz")
        work = pool.map(lambda job: _save_mosaic(*job), jobs)
        written = list(tqdm(work, desc="saving layers", total=len(jobs), leave=False, delay=1))
    return [*written, arrays.result()]


def _save_arrays(maps: Mapping[str, np.ndarray], path: Path) -> Path:
    with atomic_path(path) as beside, zipfile.ZipFile(beside, "w") as archive:
        for layer, values in maps.items():  # numpy.savez takes no layer called "file"
            with archive.open(f"{layer}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, values)
    return path


def _save_mosaic(maps: np.ndarray, path: Path, limit: float | None, label: str) -> Path:
    image = Image.fromarray(_levels(maps, limit), "P")
    image.putpalette(_palette())
    text = PngInfo()
    text.add_text("Description", f"All {maps.shape[-1]} channels of {label}; grey ones are zero all over.")
    text.add_text("Source", str(Provenance(source=" and ".join(networks_in_use()))))
    with atomic_path(path) as beside:
        image.save(beside, "PNG", pnginfo=text, compress_level=1)
    return path


def _levels(maps: np.ndarray, limit: float | None) -> np.ndarray:
    """uint8 mosaic of palette entries from (h, w, c) maps."""
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
