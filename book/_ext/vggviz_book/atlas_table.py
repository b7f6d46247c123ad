"""The table of all numbers of the book's atlas, with its data dictionary, as one file to download."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from vggviz_book import fingerprint

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

ATLAS = Path("book", "atlas")
PACKED = Path("_build", "data", "vgg16-channels.zip")
"""Pages link it by the role download."""
DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in it, so that equal tables make equal files."""


def provide(app: Sphinx, config: Config) -> None:
    """Pack the table, unless that of the same atlas and library is there; takes five seconds.

    A book without an atlas has none.
    """
    root = Path(app.srcdir)
    atlas, packed = root / ATLAS, root / PACKED
    if not (atlas / "atlas.json").is_file():
        return
    digest = fingerprint.of_figures(root, {}).encode()
    if not packed.is_file() or _digest_in(packed) != digest:
        pack(atlas, packed, digest)


def pack(atlas: Path, packed: Path, digest: bytes = b"") -> None:
    """Write the table of an atlas and its data dictionary.

    Args:
        atlas: its folder.
        packed: the zip file.
        digest: kept as the file's comment.
    """
    from vggviz._shared.files import atomic_path
    from vggviz.channel_atlas.folder import read_atlas

    packed.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        table = read_atlas(atlas).write_table(Path(folder, f"{packed.stem}.csv"))
        with atomic_path(packed) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            archive.comment = digest
            for path in sorted(table.parent.iterdir()):
                entry = zipfile.ZipInfo(path.name, DATE)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)


def _digest_in(packed: Path) -> bytes:
    """The digest that a file was written with; empty for a damaged file."""
    try:
        with zipfile.ZipFile(packed) as archive:
            return archive.comment
    except zipfile.BadZipFile:
        return b""
