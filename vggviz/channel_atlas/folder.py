"""The folder of an atlas: its head, atlas.json, and one .npz of arrays for each layer; reading and writing.

What each array is, its unit, and what it was computed from: see the data dictionary, data/atlas_columns.json.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import validation
from vggviz._shared.files import atomic_folder, atomic_path
from vggviz.channel_atlas import drawings
from vggviz.forward_only.network import ForwardOnly
from vggviz.models.graph import check_name, unfold
from vggviz.passports.packing import packed, unpacked, without_little
from vggviz.passports.passport import Passport, passport_of
from vggviz.passports.table import rows_of, write_data_package

if TYPE_CHECKING:
    import keras

HEAD = "atlas.json"
FORMAT = 1
"""Version of the files' format and of what is computed; an atlas of another one is not taken up again."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Atlas:
    """What is known of each channel of a network, as read from a folder; it may be unfinished.

    Attributes:
        folder: where it is.
        head: contents of atlas.json:

            - ``weights``: SHA-256 of the weights that the maps depend on; ``network``: where they are from;
              ``version`` of vggviz; ``recipe``: whatever else the numbers depend on;
            - ``side`` of the network's input in pixels; ``pictures``: their names; ``axes``: {array: values
              of its second axis, or of its second and third};
            - ``families``: names of the families; ``thresholds`` of the rule;
            - ``classes``: names of those that `classes` counts; ``labels``: of those that the network tells;
            - ``layers``: {layer: {``file``, ``channels``, ``field``: [size, stride, padding] of its receptive
              field or None, ``reads`` and ``feeds``: the layers of `inputs` and `outputs` or None,
              and the layer's own numbers}}.
    """

    folder: Path
    head: Mapping[str, Any]

    @property
    def layers(self) -> list[str]:
        """Names of the layers, in the order they run."""
        return list(self.head["layers"])

    @property
    def is_finished(self) -> bool:
        """Whether every part of the numbers of every layer is there."""
        return all(set(self.head["parts"]) <= self.parts(layer) for layer in self.layers)

    def parts(self, layer: str) -> set[str]:
        """Names of the parts whose arrays of a layer are there."""
        return set(read_arrays(self.path(layer)).get("parts", np.array([], "U1")).tolist())

    def arrays(self, layer: str) -> Arrays:
        """Arrays of a layer's channels, {name: (channels, ...)}, read-only; none for what is not known.

        Args:
            layer: the layer's name.

        Raises:
            ValueError: an unknown layer, or a damaged file.
        """
        found = dict(read_arrays(self.path(layer)))
        found.pop("parts", None)
        return found

    def drawings(self, layer: str) -> np.ndarray | None:
        """Drawn optimum of each channel of a layer, uint8 (channels, side, side, 3); None if not drawn.

        Args:
            layer: the layer's name.

        Raises:
            ValueError: an unknown layer.
        """
        self.path(layer)
        return drawings.read(self.folder, layer)

    def passport(self, layer: str, channel: int) -> Passport:
        """Whatever is known of one channel.

        Args:
            layer: the layer's name.
            channel: the channel's index, from 0.

        Raises:
            ValueError: an unknown layer, or a channel that it does not have.
        """
        check_name(layer, self.layers)
        count = self.head["layers"][layer]["channels"]
        channel = validation.whole(f"channel of {layer!r}", channel, 0, count - 1)
        return passport_of(self.head, layer, channel, self.arrays(layer))

    def table(self) -> list[dict[str, Any]]:
        """All numbers, a row for each channel: {column: value}, the same columns in each; None if unknown.

        An array of more than one axis has a column for each of its values, such as "orientation_7"; expanded
        weights are left out.
        """
        return rows_of({layer: self.arrays(layer) for layer in self.layers}, self.head["families"])

    def write_table(self, path: str | os.PathLike[str]) -> Path:
        """Write all numbers as CSV, and beside it NAME.datapackage.json, which describes every column.

        Args:
            path: of the CSV file.

        Returns:
            The path of the CSV file.

        Raises:
            OSError: the folder does not exist, or is not writable.
        """
        return write_data_package(validation.path("table's file", path), self.table(), self.head)

    def save_small(self, folder: str | os.PathLike[str]) -> Atlas:
        """Write the numbers in about a quarter of the bytes: rounded, and without what says little.

        Curves and expanded weights are rounded to 1/254 of a channel's largest, other numbers to three
        digits. Left out are the spreads of the random network, and the expanded weights of channels whose
        responses they do not predict, which become NaN.

        Args:
            folder: new or empty, or of an earlier small atlas, which is replaced.

        Returns:
            The small atlas.

        Raises:
            ValueError: the folder has other contents, or is not writable.
        """
        with atomic_folder(validation.path("folder", folder), marker=HEAD) as temporary:
            write_head(temporary, self.head)
            for layer in self.layers:
                arrays = without_little(read_arrays(self.path(layer)))
                write_arrays(temporary / self.path(layer).name, packed(arrays))
        return read_atlas(folder)

    def path(self, layer: str) -> Path:
        """Path of the file of a layer's arrays.

        Args:
            layer: the layer's name.

        Raises:
            ValueError: an unknown layer.
        """
        check_name(layer, self.layers)
        return self.folder / self.head["layers"][layer]["file"]


def read_atlas(folder: str | os.PathLike[str], model: keras.Model | None = None) -> Atlas:
    """Read an atlas, finished or not.

    Args:
        folder: where `atlas` or ``vggviz atlas`` has written it.
        model: the network that it should be of; a classifier on top makes no difference. None for any.

    Raises:
        FileNotFoundError: there is no atlas in the folder.
        ValueError: a damaged atlas, one of another version's format, or one of other weights than the model.
    """
    place = validation.path("folder", folder)
    if not validation.is_file(place / HEAD):
        raise FileNotFoundError(f"There is no atlas in {validation.shown(place)}: it has no file {HEAD}.")
    try:
        head = json.loads((place / HEAD).read_text("utf-8"))
        fits = head["format"] == FORMAT and {"weights", "layers", "parts", "recipe"} <= set(head)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"The file {validation.shown(place / HEAD)} is damaged; make the atlas anew."
        ) from error
    if not fits:
        raise ValueError(
            f"The atlas in {validation.shown(place)} has format {validation.shown(head['format'])}, "
            f"this version of vggviz reads {FORMAT}; make it anew in another folder."
        )
    if model is not None and (found := maps_sha256(model)) != head["weights"]:
        raise ValueError(
            f"The atlas in {validation.shown(place)} is of other weights, {head['network']}, than the "
            f"model's ({head['weights'][:12]} and {found[:12]} by checksum)."
        )
    return Atlas(place, head)


def write_head(folder: Path, head: Mapping[str, Any]) -> None:
    """Write atlas.json."""
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, indent=1)
    with atomic_path(folder / HEAD) as temporary:
        temporary.write_text(f"{text}\n", "utf-8")


def add_arrays(path: Path, part: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Add the arrays of a part to those in a layer's file; equal arrays in any order make equal files."""
    known = dict(read_arrays(path, damaged_is_empty=True))
    parts = {*known.pop("parts", np.array([], "U1")).tolist(), part}
    write_arrays(path, {**known, **arrays, "parts": np.array(sorted(parts))})


def write_arrays(path: Path, found: Mapping[str, np.ndarray]) -> None:
    """Write a layer's file."""
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(found):
            stream = io.BytesIO()
            np.lib.format.write_array(stream, np.ascontiguousarray(found[name]), allow_pickle=False)
            undated = zipfile.ZipInfo(f"{name}.npy")  # so that equal arrays make equal files
            archive.writestr(undated, stream.getvalue(), zipfile.ZIP_DEFLATED)


def read_arrays(path: Path, *, damaged_is_empty: bool = False) -> Mapping[str, np.ndarray]:
    """Arrays in a layer's file, read-only; none if there is no such file.

    Raises:
        ValueError: the file is damaged, unless that is taken for an empty one.
    """
    try:
        state = path.stat()
    except FileNotFoundError:
        return {}
    try:
        return _read(path, state.st_mtime_ns, state.st_size, state.st_ino)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        if damaged_is_empty:
            return {}
        raise ValueError(f"The file {validation.shown(path)} is damaged; make the atlas again.") from error


@functools.lru_cache(maxsize=16)
def _read(path: Path, *state: int) -> Mapping[str, np.ndarray]:  # noqa: ARG001 - a changed file is read again
    with path.open("rb") as stream, np.load(stream) as saved:
        arrays = unpacked({name: saved[name] for name in saved.files})
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def maps_sha256(model: keras.Model) -> str:
    """SHA-256 of the layers whose outputs are maps: their names, kinds, sizes and weights, in hexadecimal.

    So it is the same with another classifier, or without one.
    """
    found = hashlib.sha256()
    for name, step in unfold(model).steps.items():
        if len(step.output.shape) == 4:
            found.update(repr((name, step.kind, tuple(step.output.shape[1:]))).encode())
            for array in _weights(model, step.layer):
                found.update(repr((array.shape, array.dtype.str)).encode() + array.tobytes())
    return found.hexdigest()


def _weights(model: keras.Model, layer: Any) -> list[np.ndarray]:
    if isinstance(model, ForwardOnly):  # whose layers list the shapes of their weights
        return [layer.kernel, layer.bias] if hasattr(layer, "kernel") else []
    return [np.asarray(weight) for weight in getattr(layer, "weights", ())]
