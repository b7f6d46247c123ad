"""Provenance of pages and figures: the weights, the versions of packages, and the date."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import os
import platform
import time
import weakref
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from vggviz._shared import validation

if TYPE_CHECKING:
    import keras


@functools.cache
def package_versions(
    packages: tuple[str, ...] = ("vggviz", "tensorflow", "keras", "numpy", "matplotlib"),
) -> dict[str, str]:
    """Versions of Python and of the packages that affect figures: {name: version}."""
    versions = {"Python": platform.python_version()}
    for package in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # a checkout that is not installed
            versions[package] = importlib.metadata.version(package)
    return versions


@dataclass(frozen=True)
class Provenance:
    """Weights, versions and date with which a page or a figure was computed.

    Attributes:
        source: "imagenet", "random (...)", a file's name, or a model's name; "" without a network.
        sha256: checksum of the weights' file; "" if there is none.
        classifier: "linear" or "dense", as in `load_vgg16`; "" without one.
        classes: WordNet ids of the network's classes; () if unknown.
        labels: English names of the classes.
        versions: {package: version}.
        date: date of the computation, ISO 8601.
    """

    source: str = ""
    sha256: str = ""
    classifier: str = ""
    classes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=lambda: dict(package_versions()))
    date: str = field(default_factory=lambda: _today())

    def __str__(self) -> str:
        return self.with_network(self.network)

    def with_network(self, label: str) -> str:
        """One line of text for a page or a figure, with another description of its networks."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"Computed with {label}; {versions}; {self.date}."

    @property
    def network(self) -> str:
        """The network in one phrase, with its source, the file's checksum and the classifier."""
        if not self.source:
            return "no network"
        classifier = f" and the {self.classifier} classifier" if self.classifier else ""
        return f"{self.source} weights" + (f" (sha256 {self.sha256})" if self.sha256 else "") + classifier

    def _repr_html_(self) -> str:
        return f'<p class="provenance">{escape(str(self))}</p>'


_provenances: weakref.WeakKeyDictionary[Any, Provenance] = weakref.WeakKeyDictionary()


def provenance(model: keras.Model | None = None) -> Provenance:
    """Provenance of a model: its weights, the versions of packages, and today's date.

    Args:
        model: any Keras model; None for computations without a network.

    Returns:
        A Provenance, which prints as one line.

    Raises:
        TypeError: not a Keras model.
    """
    if model is None:
        return Provenance()
    check_model(model)
    return _provenances.get(model) or Provenance(source=f"{model.name}'s own")


def check_model(model: keras.Model) -> None:
    """Raise TypeError unless it looks like a Keras model; does not import TensorFlow."""
    if not isinstance(getattr(model, "name", None), str) or not hasattr(model, "layers"):
        raise TypeError(f"A Keras model is wanted; got {validation.shown(model)}.")


def note_provenance(model: keras.Model, known: Provenance) -> None:
    """Record the provenance of a model."""
    _provenances[model] = known


def source_line() -> str:
    """One line of text for a file, with all networks of recorded provenance that exist in this process."""
    plain, networks = Provenance(), sorted({known.network for known in _provenances.values()})
    return plain.with_network(" and ".join(networks) or plain.network)


def _today() -> str:
    """Today's date, or that of SOURCE_DATE_EPOCH in a reproducible build (UTC)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return time.strftime("%Y-%m-%d", time.gmtime(int(epoch) if epoch else None))
