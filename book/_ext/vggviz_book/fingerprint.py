"""Digests of all inputs of the figures and of the pages, by which caches are invalidated."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path

from vggviz_book import npm, repository

COMPUTING = ("tensorflow", "keras", "numpy", "matplotlib", "scikit-image", "pillow")
WRITING = ("jupyter-book", "myst-nb", "sphinx", "sphinx-book-theme", "sphinx-exercise", "jupytext")
NOTE = ".made-of"
"""File in a built book with its digest; only `make book` writes it, and any build removes it."""
PAINTING = "vggviz/explorer/page"
"""The explorer's scripts, which no cached output depends on."""
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints", "_build", "node_modules"}


def of_figures(root: Path, environ: Mapping[str, str]) -> str:
    """Digest of all that a figure is computed from: library, versions, weights, image and the book's atlas.

    Args:
        root: the folder of the book's `_config.yml`.
        environ: may hold VGGVIZ_IMAGE and VGGVIZ_WEIGHTS.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    _add_versions(digest, COMPUTING)
    sources = ("vggviz", "benchmarks", "book/atlas", "requirements.txt", "pyproject.toml")
    _add_files(digest, root, [root / source for source in sources], without=root / PAINTING)
    for part in (_image(environ), _weights(environ), _runtime(root)):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


def of_book(root: Path, environ: Mapping[str, str]) -> str:
    """Digest of all that the built pages depend on: figures, sources of the book, its addresses."""
    digest = hashlib.sha256(of_figures(root, environ).encode())
    _add_versions(digest, WRITING)
    sources = (PAINTING, "book/_ext", "book/_static", "_config.yml", "_toc.yml", "package-lock.json")
    pages = [*root.glob("book/*.md"), *root.glob("book/*.bib")]  # without files that cells write
    _add_files(digest, root, [*pages, *(root / source for source in sources)])
    digest.update(f"{repository.repository(root, environ)} {repository.site(environ)}".encode())
    return digest.hexdigest()[:16]


def _add_versions(digest: hashlib._Hash, packages: Iterable[str]) -> None:
    for package in packages:
        try:
            digest.update(f"{package}=={importlib.metadata.version(package)}\n".encode())
        except importlib.metadata.PackageNotFoundError:
            digest.update(f"{package} missing\n".encode())


def _add_files(
    digest: hashlib._Hash, root: Path, paths: Iterable[Path], *, without: Path | None = None
) -> None:
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    for file in sorted(set(files)):
        is_left_out = without in file.parents or LEFT_OUT.intersection(file.relative_to(root).parts)
        if file.is_file() and not is_left_out:
            digest.update(f"{file.relative_to(root).as_posix()}\0{_content(file)}\n".encode())


def _runtime(root: Path) -> str:
    """Whether explorers are written with LiteRT.js."""
    return "with npm's packages" if npm.is_installed(root) else "without npm's packages"


def _content(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _image(environ: Mapping[str, str]) -> str:
    """Checksum of VGGVIZ_IMAGE if it is a file, else its value."""
    name = environ.get("VGGVIZ_IMAGE", "")
    return _content(Path(name)) if name and Path(name).is_file() else name


def _weights(environ: Mapping[str, str]) -> str:
    """Checksum of VGGVIZ_WEIGHTS if it is a file, else its value."""
    source = environ.get("VGGVIZ_WEIGHTS") or "imagenet"
    return _content(Path(source)) if Path(source).is_file() else source
