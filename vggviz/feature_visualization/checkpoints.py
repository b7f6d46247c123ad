"""Finished images on disk, each with its settings, so that a run can be taken up where it ended."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vggviz._shared.files import atomic_path
from vggviz.models.provenance import Provenance, networks_in_use

LONGEST = 80
"""Letters of an image's words that go into the name of its file."""


@dataclass(frozen=True)
class Album:
    """A folder of images drawn with the same settings, perhaps among others.

    Each image is a PNG to look at, and an .npz that holds its exact levels, its values and its
    settings. The settings are in the name of both, as eight digits of their hash: an image drawn
    with others is another file, neither mistaken for this one nor replaced by it.

    Attributes:
        folder: where; it must exist.
        settings: all that the images depend on but their words, as JSON has it.
    """

    folder: Path
    settings: Mapping[str, Any]

    def load(self, label: str) -> tuple[np.ndarray, np.ndarray] | None:
        """An image and its values by step, or None if it is not there, or not whole."""
        try:
            # opened here: numpy.load leaves a damaged file open
            with self._path(label, ".npz").open("rb") as stream, np.load(stream) as saved:
                whole = str(saved["settings"]) == self._text(label)
                return (saved["image"], saved["values"]) if whole else None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def save(self, label: str, image: np.ndarray, values: np.ndarray) -> None:
        """Write an image: the PNG, then the .npz, whose presence says that both are there.

        Args:
            label: what was drawn.
            image: float32 (H, W, 3), RGB, levels 0 to 255.
            values: float32 (steps + 1,).

        Raises:
            OSError: the folder cannot be written, or the disk is full.
        """
        text = PngInfo()
        text.add_text("Description", f"{label}, drawn in {len(values) - 1} steps: {values[-1]:.4g}.")
        text.add_text("Source", str(Provenance(source=" and ".join(networks_in_use()))))
        with atomic_path(self._path(label, ".png")) as beside:
            Image.fromarray(np.rint(image).astype(np.uint8)).save(beside, "PNG", pnginfo=text)
        with atomic_path(self._path(label, ".npz")) as beside:
            np.savez(beside, image=image, values=values, settings=self._text(label))

    def _text(self, label: str) -> str:
        return json.dumps({"words": label, **self.settings}, sort_keys=True)

    def _path(self, label: str, ending: str) -> Path:
        digits = hashlib.sha256(self._text(label).encode()).hexdigest()[:8]
        name = re.sub(r"[^\w.]+", "-", label).strip("-.")[:LONGEST]
        return self.folder / f"{name}-{digits}{ending}"
