"""A small data set in the layout of Tiny ImageNet's zip."""

from __future__ import annotations

import io
import zipfile

import numpy as np
from PIL import Image

from training import data

CLASSES, TRAINING, VALIDATION = 3, 12, 4
"""Number of classes, and of training and validation images of each class."""


def write_zip(path):
    """Write a zip of noise images, dark, medium and bright by class; returns the path."""
    random = np.random.default_rng(0)
    wnids = [f"n{9 - k:08d}" for k in range(CLASSES)]
    with zipfile.ZipFile(path, "w") as opened:
        root, rows = data.ROOT, []
        opened.writestr(f"{root}/wnids.txt", "\n".join(wnids))
        opened.writestr(f"{root}/words.txt", "\n".join(f"{w}\tthing {w}, another name" for w in wnids))
        for k, wnid in enumerate(wnids):
            for index in range(TRAINING):
                opened.writestr(f"{root}/train/{wnid}/images/{wnid}_{index}.JPEG", jpeg(random, k))
        for index in range(VALIDATION * CLASSES):
            opened.writestr(f"{root}/val/images/val_{index}.JPEG", jpeg(random, index % CLASSES))
            rows.append(f"val_{index}.JPEG\t{wnids[index % CLASSES]}\t0\t0\t62\t62")
        opened.writestr(f"{root}/val/val_annotations.txt", "\n".join(rows))
    return path


def jpeg(random, brightness):
    """A JPEG file of noise around 80 * `brightness` + 30."""
    pixels = (random.integers(0, 60, (64, 64, 3)) + 80 * brightness).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()
