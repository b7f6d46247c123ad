"""Tiny ImageNet's zip, read picture by picture."""

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
    """What the zip holds.

    Attributes:
        archive: the zip.
        wnids: WordNet ids of the classes, in the order of wnids.txt.
        labels: their first English names.
        training: for each class the names of its training pictures in the zip, sorted.
        validation: for each class the names of its validation pictures, sorted.
    """

    archive: Path
    wnids: list[str]
    labels: list[str]
    training: list[list[str]]
    validation: list[list[str]]

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Something to read pictures with; the zip is closed at the end."""
        with zipfile.ZipFile(self.archive) as pack:
            yield Reader(pack)


@dataclass(frozen=True)
class Reader:
    """Reads pictures from the open zip."""

    pack: zipfile.ZipFile

    def picture(self, name: str) -> Image.Image:
        """The picture, RGB, as it was decoded (64 x 64 pixels in the public data set)."""
        return Image.open(io.BytesIO(self.pack.read(name))).convert("RGB")


def load(archive: Path) -> TinyImageNet:
    """The contents of the public data set's zip, or of a part of it in the same layout.

    Raises:
        FileNotFoundError: there is no such zip.
        ValueError: it is no zip, of another layout, or some class has fewer than two training pictures
            or no validation picture.
    """
    if not archive.is_file():
        raise FileNotFoundError(f"There is no data set {str(archive)!r}; name Tiny ImageNet's zip.")
    try:
        with zipfile.ZipFile(archive) as pack:
            return _contents(archive, pack)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{str(archive)!r} is not Tiny ImageNet's zip ({error}).") from error


def _contents(archive: Path, pack: zipfile.ZipFile) -> TinyImageNet:
    wnids = pack.read(f"{ROOT}/wnids.txt").decode().split()
    words = dict(line.split("\t") for line in pack.read(f"{ROOT}/words.txt").decode().splitlines())
    there = sorted(name for name in pack.namelist() if name.endswith(".JPEG"))
    shown = {name: name.split("/")[2] for name in there if name.startswith(f"{ROOT}/train/")}
    for line in pack.read(f"{ROOT}/val/val_annotations.txt").decode().splitlines():
        file, wnid = line.split("\t")[:2]
        shown[f"{ROOT}/val/images/{file}"] = wnid
    parts = [_by_class(there, shown, wnids, f"{ROOT}/{part}/") for part in ("train", "val")]
    for wnid, training, validation in zip(wnids, *parts, strict=True):
        if len(training) < 2 or not validation:
            raise ValueError(
                f"Each class needs 2 training pictures and 1 validation picture at least; {wnid!r} has "
                f"{len(training)} and {len(validation)}."
            )
    return TinyImageNet(archive, wnids, [words[wnid].split(",")[0] for wnid in wnids], *parts)


def _by_class(names: list[str], shown: dict[str, str], wnids: list[str], start: str) -> list[list[str]]:
    groups: dict[str, list[str]] = {wnid: [] for wnid in wnids}
    for name in names:
        if name.startswith(start) and shown.get(name) in groups:
            groups[shown[name]].append(name)
    return list(groups.values())
