"""What a page or a figure was computed with."""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
import os
import platform
import weakref
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from vggviz._shared import validation

if TYPE_CHECKING:
    import keras


@functools.cache
def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that figures depend on."""
    versions = {"Python": platform.python_version()}
    for package in ("vggviz", "tensorflow", "keras", "numpy", "matplotlib"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue  # run from a checkout that is not installed
    return versions


@dataclass(frozen=True)
class Provenance:
    """What a page or a figure was computed with.

    Attributes:
        source: "imagenet", "random (...)", a file's name, or a model's name; "" without a network.
        sha256: of the weights' file, "" where there is none.
        classifier: "linear" or "dense" where `load_vgg16` put one on top, else "".
        classes: WordNet ids of the network's classes, () where it has none or they are not known.
        labels: their names in English.
        versions: {package: version}.
        date: the day, ISO 8601.
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
        """The line for a page or a figure that was computed with the network, or networks, named."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"Computed with {label}; {versions}; {self.date}."

    @property
    def network(self) -> str:
        """The network in words, its source and the file's sum."""
        if not self.source:
            return "no network"
        classifier = f" and the {self.classifier} classifier" if self.classifier else ""
        return f"{self.source} weights" + (f" (sha256 {self.sha256})" if self.sha256 else "") + classifier

    def _repr_html_(self) -> str:
        return f'<p class="provenance">{escape(str(self))}</p>'


_provenances: weakref.WeakKeyDictionary[Any, Provenance] = weakref.WeakKeyDictionary()


def provenance(model: keras.Model | None = None) -> Provenance:
    """What a model's weights are, and with which versions it is computed today.

    Args:
        model: a model of `load_vgg16` or any other; None for a page that needs no network.
    """
    if model is None:
        return Provenance()
    check_model(model)
    return _provenances.get(model) or Provenance(source=f"{model.name}'s own")


def check_model(model: keras.Model) -> None:
    """Raise TypeError unless it is a model, as far as can be seen without starting TensorFlow."""
    if not isinstance(getattr(model, "name", None), str) or not hasattr(model, "layers"):
        raise TypeError(f"A Keras model is wanted; got {validation.shown(model)}.")


def note_provenance(model: keras.Model, made_of: Provenance) -> None:
    """Remember what a model was made of."""
    _provenances[model] = made_of


def networks_in_use() -> list[str]:
    """Every network of known provenance that is alive in this process, in words, sorted."""
    return sorted({made_of.network for made_of in _provenances.values()})


def _today() -> str:
    """Today, or the day that SOURCE_DATE_EPOCH sets for a reproducible build (UTC)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.UTC)
    return (datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch else now).date().isoformat()
