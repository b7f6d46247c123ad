"""`make archive`: pack the built book into one zip file that opens from disk.

The same pages give the same bytes.
"""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from vggviz_book import kernels

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
BOOK = BUILD / "html"
NAME = "inside-vgg16"
PACKED = {".gz", ".packed", ".png", ".webp", ".woff2", ".zip"}
"""Suffixes of files that are compressed already."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold: one for all builds."""


def main() -> int:
    """Pack the last book that was built; return the exit status."""
    kernels.put_on_path(ROOT, os.environ)
    from vggviz._shared.files import atomic_path

    kernels.lock_builds(ROOT)
    if not (BOOK / "index.html").is_file():
        print("There is no book yet: run 'make book' first.", file=sys.stderr)
        return 1
    files = list(pages(BOOK))
    size = sum(file.stat().st_size for file in files)
    print(f"Packing {len(files):,} files of {size / 1e6:,.0f} MB.", flush=True)
    target = BUILD / f"{NAME}.zip"
    with atomic_path(target) as beside:
        pack(BOOK, tqdm(files, unit="file", disable=None, leave=False), beside)
    print(f"{os.path.relpath(target)}, {target.stat().st_size / 1e6:,.0f} MB: unpack it and open index.html.")
    return 0


def pages(folder: Path) -> Iterator[Path]:
    """Files of a built book sorted by name, without those that only the build needs."""
    for file in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        inside = file.relative_to(folder)
        if (
            file.is_file()
            and not any(part.startswith(".") for part in inside.parts)
            and inside.parts[0] != "reports"
        ):
            yield file


def pack(folder: Path, files: Iterator[Path] | tqdm[Path], target: Path) -> None:
    """Write files of a folder into a zip, without their times and owners."""
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{NAME}/{file.relative_to(folder).as_posix()}", EARLIEST)
            entry.create_system = 3  # Unix, whose permissions follow
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if file.suffix in PACKED else zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes(), compresslevel=6)


if __name__ == "__main__":
    sys.exit(main())
