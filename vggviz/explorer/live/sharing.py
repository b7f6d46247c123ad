"""Files that are stored once: what a part of the network and the files of kernels both hold."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WORTH = 1 << 16
"""Bytes from which content is taken out of a file; for less, a request would cost more than it saves."""


@dataclass(frozen=True)
class Part:
    """A piece of a larger file, which is put into it at `place`.

    Attributes:
        file: path in the page's folder.
        place: bytes before it in the larger file.
        packed: gzip-compressed content.
    """

    file: str
    place: int
    packed: bytes

    def entry(self) -> dict[str, Any]:
        """The part's entry in manifest.json."""
        digest = hashlib.sha256(self.packed).hexdigest()
        return {"file": self.file, "place": self.place, "bytes": len(self.packed), "sha256": digest}


def split(content: bytes, stored: Mapping[str, bytes]) -> tuple[Part, ...]:
    """Split a file into what other files hold, and the rest, in which zeros stand in their places.

    Args:
        content: the file.
        stored: {path: gzip-compressed content} of the other files.

    Returns:
        The rest first, at place 0; then the others, which do not overlap.
    """
    rest, shared = bytearray(content), []
    for place, file, length in _found(content, stored):
        rest[place : place + length] = bytes(length)
        shared.append(Part(file, place, stored[file]))
    packed = gzip.compress(bytes(rest), 6, mtime=0)
    # Not ".gz": some hosts serve such files with Content-Encoding, and browsers would decompress
    # them, so that neither checksum nor byte ranges would match.
    name = f"live/{hashlib.sha256(packed).hexdigest()[:12]}.tflite.packed"
    return Part(name, 0, packed), *shared


def _found(content: bytes, stored: Mapping[str, bytes]) -> Iterator[tuple[int, str, int]]:
    """Yield (place, path, length) of the files that the content holds."""
    taken: list[range] = []
    for file, packed in stored.items():
        wanted = gzip.decompress(packed)
        place = content.find(wanted) if len(wanted) >= WORTH else -1
        span = range(place, place + len(wanted))
        # Kernels of zeros may lie in one another.
        if place >= 0 and not any(span.start < other.stop and other.start < span.stop for other in taken):
            taken.append(span)
            yield place, file, len(wanted)
