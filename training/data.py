"""Tiny ImageNet as arrays: its zip is decoded once, not at each epoch."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from vggviz.files import atomic_path

SIDE = 64
ROOT = "tiny-imagenet-200"


@dataclass(frozen=True)
class Pictures:
    """A set of pictures and what they show.

    Attributes:
        images: uint8 (N, 64, 64, 3), RGB.
        labels: int64 (N,), numbers of classes.
    """

    images: np.ndarray
    labels: np.ndarray

    def only(self, classes: Sequence[int]) -> Pictures:
        """The pictures of some classes, numbered anew in the order given."""
        new = np.full(self.labels.max() + 1, -1)
        new[list(classes)] = np.arange(len(classes))
        kept = np.flatnonzero(new[self.labels] >= 0)
        return Pictures(self.images[kept], new[self.labels[kept]])

    def first(self, count: int) -> Pictures:
        """The first `count` pictures of a seeded shuffle, for a quick look."""
        order = np.random.default_rng(0).permutation(len(self.labels))[:count]
        return Pictures(self.images[order], self.labels[order])


@dataclass(frozen=True)
class DataSet:
    """Training and validation pictures, and the classes' names.

    Attributes:
        training: pictures to learn from.
        validation: pictures to measure with.
        wnids: WordNet ids of the classes.
        labels: their first English names.
    """

    training: Pictures
    validation: Pictures
    wnids: list[str]
    labels: list[str]

    def first(self, training: int, validation: int) -> DataSet:
        """So many pictures of each part, for a quick look."""
        pictures = self.training.first(training), self.validation.first(validation)
        return DataSet(*pictures, self.wnids, self.labels)

    def only(self, count: int) -> DataSet:
        """The first `count` classes.

        Raises:
            ValueError: there are not so many.
        """
        if not 2 <= count <= len(self.wnids):
            raise ValueError(f"From 2 to {len(self.wnids)} classes can be told apart; got {count}.")
        kept = range(count)
        pictures = self.training.only(kept), self.validation.only(kept)
        return DataSet(*pictures, self.wnids[:count], self.labels[:count])


def load(archive: Path, folder: Path) -> DataSet:
    """Tiny ImageNet from its zip, decoded into `folder` at the first call.

    Args:
        archive: the public data set's zip, or a part of it in the same layout.
        folder: where the arrays are kept.

    Raises:
        FileNotFoundError: there is no such zip.
        ValueError: it is no zip, or of another layout.
    """
    arrays = folder / f"{archive.stem}.npz"
    if not arrays.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(arrays) as beside:
            np.savez(beside, **_decode(archive))
    with np.load(arrays) as kept:
        names = json.loads(str(kept["names"]))
        training = Pictures(kept["training_images"], kept["training_labels"])
        validation = Pictures(kept["validation_images"], kept["validation_labels"])
    return DataSet(training, validation, *names)


def validation(archive: Path, wnids: Sequence[str]) -> Pictures:
    """The validation pictures of some classes, straight from the zip.

    Args:
        archive: as for `load`.
        wnids: WordNet ids of the classes, which are numbered in this order.

    Raises:
        FileNotFoundError: there is no such zip.
        ValueError: it is no zip, of another layout, or without one of the classes.
    """
    with _opened(archive) as pack:
        number = _numbers(pack)
        pictures = _validation(pack, number)
    return pictures.only([number[wnid] for wnid in wnids])


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    if not archive.is_file():
        raise FileNotFoundError(f"There is no data set {str(archive)!r}.")
    try:
        with zipfile.ZipFile(archive) as pack:
            yield pack
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{str(archive)!r} is not Tiny ImageNet's zip ({error}).") from error


def _decode(archive: Path) -> dict[str, np.ndarray]:
    with _opened(archive) as pack:
        number = _numbers(pack)
        training, watched = _training(pack, number), _validation(pack, number)
        words = dict(line.split("\t") for line in pack.read(f"{ROOT}/words.txt").decode().splitlines())
    return {
        "training_images": training.images,
        "training_labels": training.labels,
        "validation_images": watched.images,
        "validation_labels": watched.labels,
        "names": np.array(json.dumps([list(number), [words[wnid].split(",")[0] for wnid in number]])),
    }


def _numbers(pack: zipfile.ZipFile) -> dict[str, int]:
    """{WordNet id: number of the class}."""
    return {wnid: k for k, wnid in enumerate(pack.read(f"{ROOT}/wnids.txt").decode().split())}


def _training(pack: zipfile.ZipFile, number: dict[str, int]) -> Pictures:
    names = sorted(n for n in pack.namelist() if n.startswith(f"{ROOT}/train/") and n.endswith(".JPEG"))
    return Pictures(_pictures(pack, names), np.array([number[name.split("/")[2]] for name in names]))


def _validation(pack: zipfile.ZipFile, number: dict[str, int]) -> Pictures:
    rows = [line.split("\t") for line in pack.read(f"{ROOT}/val/val_annotations.txt").decode().splitlines()]
    there = set(pack.namelist())
    pairs = [(f"{ROOT}/val/images/{row[0]}", number[row[1]]) for row in rows]
    pairs = [(name, label) for name, label in pairs if name in there]
    return Pictures(_pictures(pack, [name for name, _ in pairs]), np.array([label for _, label in pairs]))


def _pictures(pack: zipfile.ZipFile, names: list[str]) -> np.ndarray:
    images = np.empty((len(names), SIDE, SIDE, 3), np.uint8)
    for k, name in enumerate(tqdm(names, desc="decoding", mininterval=1)):
        images[k] = np.asarray(Image.open(io.BytesIO(pack.read(name))).convert("RGB"))
    return images
