"""Sources of weights, files of weights, and the download of Keras' own files."""

from __future__ import annotations

import logging
import math
import os
import re
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from tqdm import TqdmWarning, tqdm

from vggviz._shared import hashing, package_data, validation
from vggviz._shared.files import atomic_path, home

if TYPE_CHECKING:
    import requests

Shapes = dict[str, list[tuple[int, ...]]]
"""Shapes of kernel and bias of layers, by name."""
SOURCES = ("imagenet", "random")
VGG = re.compile(r"block\d_conv\d")
"""Names of convolutions in Keras' VGG16 and VGG19."""
TIMEOUT = 5.0
"""Seconds to wait for each part of a server's answer."""
SLOW_BYTES_A_SECOND = 2_500_000
"""20 Mbit a second: the speed for which the duration of a download is announced."""

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class RemoteFile:
    """A file on Keras' server, of some size and MD5 checksum, stored in Keras' own cache."""

    name: str
    url: str
    md5: str
    bytes: int

    @property
    def path(self) -> Path:
        """Path in Keras' cache, whether the file is there or not; below /tmp without a writable home."""
        return Path(os.environ.get("KERAS_HOME") or Path(home() or "/tmp", ".keras")) / "models" / self.name


_VGG16 = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16"
_NOTOP = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
_TOP = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"

KERAS_CONVOLUTIONS = RemoteFile(_NOTOP, f"{_VGG16}/{_NOTOP}", "6d6bbae143d832006294945121d1f1fc", 58_889_256)
"""Keras Applications' own file of what the package holds; the sum is that of keras.applications.vgg16."""
KERAS_WHOLE = RemoteFile(_TOP, f"{_VGG16}/{_TOP}", "64373286793e3c8b2b4e3219cbf3544b", 553_467_096)
"""The same with the three dense layers."""


def resolve(source: str | os.PathLike[str] | None = None) -> str:
    """One of SOURCES, or the path of a file; None is what VGGVIZ_WEIGHTS says, or else "imagenet".

    Raises:
        ValueError, FileNotFoundError: there is no such source or file, or it is a folder.
    """
    if source is None:
        source = os.environ.get("VGGVIZ_WEIGHTS") or "imagenet"
    source = str(validation.instance("The name of weights, or a path,", source, (str, os.PathLike)))
    path = Path(source)
    if source in SOURCES or validation.is_file(path):
        return source
    if path.suffix or os.sep in source or validation.is_folder(path):
        check_file("weights", path)
    raise ValueError(f"Unknown weights {validation.shown(source)}; use {', '.join(SOURCES)}, or a path.")


def check_file(what: str, path: Path) -> None:
    """Raise FileNotFoundError if there is no such file, ValueError if it is a folder."""
    shown = validation.shown(path)
    if validation.is_file(path / "saved_model.pb"):
        raise ValueError(
            f"{shown} is a folder in TensorFlow's SavedModel format, of which Keras 3 runs the whole only "
            "(keras.layers.TFSMLayer); for its layers, save it again with the package tf_keras: "
            "tf_keras.models.load_model(folder).save('model.h5')."
        )
    if validation.is_folder(path):
        raise ValueError(f"{shown} is a folder; a {what} file is wanted, .keras or .h5.")
    if not validation.is_file(path):
        raise FileNotFoundError(f"There is no {what} file {shown}.")


def fetch(file: RemoteFile) -> Path:
    """The path of a file in Keras' cache; it is downloaded and checked if it is missing or damaged.

    Raises:
        ConnectionError: no answer within TIMEOUT seconds, or a download cut short.
        ValueError: the checksum of the download is wrong.
        OSError: the cache cannot be written.
    """
    import requests

    with warnings.catch_warnings(action="ignore", category=TqdmWarning):  # in notebooks without ipywidgets
        import pooch

    if validation.is_file(file.path) and hashing.md5(file.path) == file.md5:
        return file.path
    minutes = math.ceil(file.bytes / (SLOW_BYTES_A_SECOND * 60))
    log.warning(
        f"{file.name}: {file.bytes / 1e6:,.0f} MB are downloaded once into {file.path.parent}, "
        f"{minutes} minute{'s' * (minutes > 1)} at 20 Mbit a second."
    )
    file.path.parent.mkdir(parents=True, exist_ok=True)
    outer = sys.exception()
    bar = tqdm(total=file.bytes, unit="B", unit_scale=True, desc=file.name, leave=False)
    with bar, atomic_path(file.path) as beside:
        download = pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 18, timeout=TIMEOUT)
        try:
            download(file.url, str(beside), None)
        except requests.RequestException as error:
            raise ConnectionError(f"{file.url} could not be fetched ({_reason(error, outer)}).") from error
        if (found := hashing.md5(beside)) != file.md5:
            raise ValueError(f"{file.name} has md5 {found}, not {file.md5}; the download is deleted.")
    return file.path


def _reason(error: requests.RequestException, outer: BaseException | None) -> str:
    """The first of the exceptions that led to an error, later than `outer`: the others only wrap it."""
    from urllib3.exceptions import IncompleteRead

    if error.response is not None:
        error.response.close()  # pooch leaves the connection open
        return f"the server answered {error.response.status_code} {error.response.reason}"
    first: BaseException = error
    while (earlier := first.__context__) is not None and earlier is not outer:
        first = earlier
    if isinstance(first, IncompleteRead):
        return f"cut short: {first.partial:,} of {first.partial + first.expected:,} bytes came"
    return " ".join(str(first).split()) or type(first).__name__


def read_h5(source: Path | BinaryIO, wanted: Shapes, only: str | None = None) -> dict[str, list[np.ndarray]]:
    """VGG16's weights by layer, float32, from an HDF5 file of Keras; VGG16 may be nested.

    Args:
        source: the file.
        wanted: shapes of all layers of VGG16.
        only: the one layer whose numbers are read and checked; None for all.

    Raises:
        ValueError: damaged, of another network, a layer missing, or weights that are not finite.
    """
    import h5py  # 0.2 s that pages without a network need not pay

    origin = validation.path_text(source) if isinstance(source, Path) else package_data.WEIGHTS
    try:
        with h5py.File(source) as file:
            found = _by_layer(file.get("model_weights", file), wanted, only)
    except Exception as error:  # h5py raises nearly anything on a damaged file
        reason = " ".join(str(error).split())
        raise ValueError(
            f"The weights file {origin!r} is damaged or cut short, or no HDF5 file ({reason})."
        ) from error
    check(found, wanted, origin)
    return {name: found[name] for name in wanted if only in (None, name)}


def _by_layer(root: Any, wanted: Iterable[str], only: str | None) -> dict[str, list[np.ndarray]]:
    """Arrays of VGG16's and VGG19's layers, kernels first.

    An array's path contains its layer's name, or, as Keras 3 writes weights alone, its layer's class and
    number: "layers/conv2d_3/vars/0".
    """
    numbered = {"dense": "fc1", "dense_1": "fc2", "dense_2": "predictions"}
    for i, name in enumerate(name for name in wanted if VGG.fullmatch(name)):
        numbered[f"conv2d_{i}" if i else "conv2d"] = name
    found: dict[str, list[np.ndarray]] = {}

    def note(path: str, item: Any) -> None:
        *groups, _ = path.split("/")
        if groups[-1:] == ["vars"]:
            groups = [numbered.get(group, "") for group in groups[-2:-1]]
        names = [group for group in groups if group in wanted or VGG.fullmatch(group)]
        if names and hasattr(item, "shape"):
            is_read = only in (None, names[-1])
            values = np.asarray(item, np.float32) if is_read else np.broadcast_to(np.float32(0), item.shape)
            found.setdefault(names[-1], []).append(values)

    root.visititems(note)
    return {name: sorted(arrays, key=np.ndim, reverse=True) for name, arrays in found.items()}


def check(found: dict[str, list[np.ndarray]], wanted: Shapes, origin: str) -> None:
    """Raise ValueError unless weights by layer are those of VGG16, or if there are layers of VGG19."""
    other = f"{origin!r} is of another network:"
    if missing := [name for name in wanted if name not in found]:
        raise ValueError(f"{other} it lacks VGG16's layers {', '.join(missing)}.")
    if more := [name for name in found if VGG.fullmatch(name) and name not in wanted]:
        raise ValueError(f"{other} VGG16 has no layers {', '.join(more)}.")
    for layer, shapes in wanted.items():
        if (got := [array.shape for array in found[layer]]) != shapes:
            raise ValueError(f"{other} the weights of {layer!r} have shapes {got}; VGG16 has {shapes}.")
        check_finite(layer, found[layer], origin)


def check_finite(name: str, weights: list[np.ndarray], origin: str) -> None:
    """Raise ValueError if the weights of that name, of a file or model, are not finite numbers."""
    if not all(np.isfinite(array).all() for array in weights):
        raise ValueError(f"{origin!r} has weights that are not finite numbers, in {name!r}.")
