"""Where weights come from, and their provenance: the only door to the network and the disk."""

from __future__ import annotations

import http.client
import logging
import math
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from tqdm import tqdm

from vggviz._shared import package_data, validation
from vggviz._shared.files import atomic_path, home
from vggviz._shared.hashing import md5

if TYPE_CHECKING:
    pass

SOURCES = ("imagenet", "random")
CLASSIFIERS = ("linear", "dense")
TIMEOUT = 5.0
"""Seconds without an answer after which a download is given up."""
SLOW_BYTES_A_SECOND = 2_500_000
"""20 Mbit: the speed at which the time of a download is told beforehand."""

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class RemoteFile:
    """A file that Keras keeps on its server, and we in Keras' own cache.

    Attributes:
        name: of the file in the cache.
        url: where it is downloaded from.
        md5: its sum, in hexadecimal.
        bytes: its size.
    """

    name: str
    url: str
    md5: str
    bytes: int

    @property
    def path(self) -> Path:
        """Its place in Keras' cache, whether it is there or not."""
        return Path(os.environ.get("KERAS_HOME") or _keras_home()) / "models" / self.name


_VGG16 = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16"
_NOTOP = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
_TOP = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"

KERAS_CONVOLUTIONS = RemoteFile(_NOTOP, f"{_VGG16}/{_NOTOP}", "6d6bbae143d832006294945121d1f1fc", 58_889_256)
"""Keras Applications' own file of what the package holds; the sum is that of keras.applications.vgg16."""
KERAS_WHOLE = RemoteFile(_TOP, f"{_VGG16}/{_TOP}", "64373286793e3c8b2b4e3219cbf3544b", 553_467_096)
"""The same with the three dense layers."""


def resolve(source: str | os.PathLike[str] | None = None) -> str:
    """The source of weights that is meant.

    Args:
        source: one of SOURCES, or a path. None is what VGGVIZ_WEIGHTS says; if it says nothing, "imagenet".

    Returns:
        "imagenet", "random" or a path that exists.

    Raises:
        ValueError, FileNotFoundError: there is no such source or file.
    """
    if source is None:
        source = os.environ.get("VGGVIZ_WEIGHTS") or "imagenet"
    source = str(validation.instance("The name of weights, or a path,", source, (str, os.PathLike)))
    if source in SOURCES or validation.is_file(Path(source)):
        return source
    if Path(source).suffix or os.sep in source:
        raise FileNotFoundError(f"There is no weights file {validation.shown(source)}.")
    raise ValueError(f"Unknown weights {validation.shown(source)}; use {', '.join(SOURCES)}, or a path.")


def fetch(file: RemoteFile, timeout: float | None = None) -> Path:
    """A file of Keras' server from Keras' cache; downloaded, checked and put in place if it is not there.

    Args:
        file: which.
        timeout: seconds without an answer after which to give up; None is TIMEOUT.

    Raises:
        ConnectionError: no network, no answer, or the download broke off.
        ValueError: what came is not the right file.
        OSError: the cache cannot be written.
    """
    if file.path.is_file() and md5(file.path) == file.md5:
        return file.path
    file.path.parent.mkdir(parents=True, exist_ok=True)
    log.warning("%s", _announcement(file))
    with atomic_path(file.path) as beside:
        _download(file, beside, TIMEOUT if timeout is None else timeout)
        if (found := md5(beside)) != file.md5:
            raise ValueError(f"{file.url} gave a file with md5 {found}, not {file.md5}; it was not kept.")
    return file.path


def _announcement(file: RemoteFile) -> str:
    """What a download will cost, in a sentence, before it begins."""
    minutes = math.ceil(file.bytes / (SLOW_BYTES_A_SECOND * 60))
    return (
        f"{file.name}: {file.bytes / 1e6:,.0f} MB are downloaded once into {file.path.parent}, "
        f"{minutes} minute{'' if minutes == 1 else 's'} at 20 Mbit a second."
    )


def read_h5(source: Path | BinaryIO, wanted: dict[str, list[tuple[int, ...]]]) -> dict[str, list[np.ndarray]]:
    """Weights by layer from an HDF5 file of Keras' layout (one group a layer, as in its VGG16 files).

    Args:
        source: the file, or its bytes.
        wanted: {layer: shapes of its weights, in order}.

    Returns:
        {layer: float32 arrays}.

    Raises:
        ValueError: damaged, cut short, of another network, a layer missing, or weights that are
            not finite.
    """
    import h5py  # 0.2 s that pages without a network need not pay

    origin = validation.words(source) if isinstance(source, Path) else package_data.WEIGHTS
    try:
        with h5py.File(source) as file:
            root = file.get("model_weights", file)
            found = {name: _layer_weights(root[name]) for name in wanted if name in root}
    except Exception as error:  # h5py raises nearly anything on a damaged file
        reason = " ".join(str(error).split())
        raise ValueError(f"The weights file {origin!r} is damaged or cut short ({reason}).") from error
    if missing := [name for name in wanted if name not in found]:
        raise ValueError(f"The weights file {origin!r} lacks VGG16's layers {', '.join(missing)}.")
    for name, shapes in wanted.items():
        check_weights(name, found[name], shapes, origin)
    return found


def check_weights(layer: str, weights: list[np.ndarray], shapes: list[tuple[int, ...]], origin: str) -> None:
    """Raise ValueError if a layer's weights are of another shape than wanted, or not finite."""
    if (got := [w.shape for w in weights]) != shapes:
        raise ValueError(
            f"{origin!r} is of another network: the weights of {layer!r} have shapes {got}; "
            f"VGG16 has {shapes}."
        )
    if not all(np.isfinite(w).all() for w in weights):
        raise ValueError(f"{origin!r} has weights that are not finite numbers, in {layer!r}.")


def _layer_weights(group: Any) -> list[np.ndarray]:
    names = [name.decode() if isinstance(name, bytes) else name for name in group.attrs["weight_names"]]
    return [np.asarray(group[name], np.float32) for name in names]


def _download(file: RemoteFile, beside: Path, timeout: float) -> None:
    """Copy the file from its server, with a progress bar that says the size."""
    got = total = 0
    try:
        with urllib.request.urlopen(file.url, timeout=timeout) as answer, beside.open("wb") as out:
            total = int(answer.headers.get("Content-Length") or 0)
            with tqdm(total=total or None, unit="B", unit_scale=True, desc=file.name, leave=False) as bar:
                while block := answer.read(1 << 18):
                    out.write(block)
                    got += len(block)
                    bar.update(len(block))
    except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is the server's answer too, and would hold the connection
        raise ConnectionError(f"{file.url} could not be fetched ({_reason(error)}).") from error
    if got < total:
        raise ConnectionError(f"{file.url} was cut short: {got:,} of {total:,} bytes came.")


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "reason", None) or error).split()) or type(error).__name__


def _keras_home() -> Path:
    """Where Keras has its cache: at home, or where that is not there or cannot be written, in /tmp."""
    return Path(home() or "/tmp", ".keras")
