"""Finished images saved with their settings, so that an interrupted run can be continued."""

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
from vggviz.models.provenance import source_line

MAX_LABEL = 80
"""Maximum number of characters of an image's label in its file name."""


@dataclass(frozen=True)
class Checkpoints:
    """Images drawn with the same settings, saved in a folder that may contain others.

    Each image is saved as a PNG for viewing and an .npz with its unrounded levels, its values and its
    settings. The names of both end in the first eight digits of a hash of label and settings, so images
    drawn with other settings are neither loaded nor overwritten.

    Attributes:
        folder: an existing folder.
        settings: everything that the images depend on except their labels; JSON values.
    """

    folder: Path
    settings: Mapping[str, Any]

    def load(self, label: str) -> tuple[np.ndarray, np.ndarray] | None:
        """Load an image and its values; None if the file is missing or damaged.

        Args:
            label: the image's label.

        Returns:
            The image, float32 (H, W, 3), and its values, float32 (steps + 1,); see `save`.
        """
        try:
            # Opened here, since numpy.load leaves damaged files open.
            with self._path(label, ".npz").open("rb") as stream, np.load(stream) as saved:
                matches = str(saved["settings"]) == self._settings_text(label)
                return (saved["image"], saved["values"]) if matches else None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def save(self, label: str, image: np.ndarray, values: np.ndarray) -> None:
        """Save an image as PNG, then as .npz, whose existence implies that of the PNG.

        Args:
            label: the image's label.
            image: float32 (H, W, 3), RGB, levels 0 to 255.
            values: float32 (steps + 1,).

        Raises:
            OSError: the folder cannot be written, or the disk is full.
        """
        text = PngInfo()
        text.add_text("Description", f"{label}, drawn in {len(values) - 1} steps: {values[-1]:.4g}.")
        text.add_text("Source", source_line())
        with atomic_path(self._path(label, ".png")) as temporary:
            Image.fromarray(np.rint(image).astype(np.uint8)).save(temporary, "PNG", pnginfo=text)
        with atomic_path(self._path(label, ".npz")) as temporary:
            np.savez(temporary, image=image, values=values, settings=self._settings_text(label))

    def _settings_text(self, label: str) -> str:
        return json.dumps({"words": label, **self.settings}, sort_keys=True)

    def _path(self, label: str, suffix: str) -> Path:
        digits = hashlib.sha256(self._settings_text(label).encode()).hexdigest()[:8]
        name = re.sub(r"[^\w.]+", "-", label).strip("-.")[:MAX_LABEL]
        return self.folder / f"{name}-{digits}{suffix}"
