"""Tiny ImageNet, read from its zip image by image."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = "tiny-imagenet-200"


@dataclass(frozen=True)
class TinyImageNet:
    """Classes and image names of the data set.

    Attributes:
        archive: path of the zip.
        wnids: WordNet ids of the classes, in the order of wnids.txt.
        labels: first English name of each class.
        training: for each class the names of its training images in the zip, sorted.
        validation: for each class the names of its validation images, sorted.
    """

    archive: Path
    wnids: list[str]
    labels: list[str]
    training: list[list[str]]
    validation: list[list[str]]

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Open the zip for reading images."""
        with zipfile.ZipFile(self.archive) as opened:
            yield Reader(opened)


@dataclass(frozen=True)
class Reader:
    """Reads images from the open zip."""

    opened: zipfile.ZipFile

    def image(self, name: str) -> Image.Image:
        """An image as RGB at its own size, 64 x 64 pixels in the public data set."""
        return Image.open(io.BytesIO(self.opened.read(name))).convert("RGB")


def load(archive: Path) -> TinyImageNet:
    """List the classes and images of the public zip, or of a subset in the same layout.

    Raises:
        FileNotFoundError: there is no such zip.
        ValueError: not a zip, another layout, or a class with fewer than 2 training images or no
            validation image.
    """
    if not archive.is_file():
        raise FileNotFoundError(f"There is no data set {str(archive)!r}; name Tiny ImageNet's zip.")
    try:
        with zipfile.ZipFile(archive) as opened:
            return _contents(archive, opened)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{str(archive)!r} is not Tiny ImageNet's zip ({error}).") from error


def _contents(archive: Path, opened: zipfile.ZipFile) -> TinyImageNet:
    wnids = opened.read(f"{ROOT}/wnids.txt").decode().split()
    names = dict(line.split("\t") for line in opened.read(f"{ROOT}/words.txt").decode().splitlines())
    files = sorted(name for name in opened.namelist() if name.endswith(".JPEG"))
    classes = {name: name.split("/")[2] for name in files if name.startswith(f"{ROOT}/train/")}
    for line in opened.read(f"{ROOT}/val/val_annotations.txt").decode().splitlines():
        file, wnid = line.split("\t")[:2]
        classes[f"{ROOT}/val/images/{file}"] = wnid
    parts = [_by_class(files, classes, wnids, f"{ROOT}/{part}/") for part in ("train", "val")]
    for wnid, training, validation in zip(wnids, *parts, strict=True):
        if len(training) < 2 or not validation:
            raise ValueError(
                f"Each class needs 2 training images and 1 validation image at least; {wnid!r} has "
                f"{len(training)} and {len(validation)}."
            )
    return TinyImageNet(archive, wnids, [names[wnid].split(",")[0] for wnid in wnids], *parts)


def _by_class(names: list[str], classes: dict[str, str], wnids: list[str], start: str) -> list[list[str]]:
    """Group the names that begin with `start` by class, in the order of `wnids`."""
    groups: dict[str, list[str]] = {wnid: [] for wnid in wnids}
    for name in names:
        if name.startswith(start) and classes.get(name) in groups:
            groups[classes[name]].append(name)
    return list(groups.values())
