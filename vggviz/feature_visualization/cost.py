"""What gradient ascent will cost, said before it starts: arithmetic over the layers, nothing is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vggviz.models.summary import format_macs

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Cost:
    """Multiplications of a drawing; `str` says it in a line.

    Attributes:
        images: how many.
        size: their height and width in pixels.
        steps: of gradient ascent.
        macs: multiplications with addition, of one image once through the network.
    """

    images: int
    size: tuple[int, int]
    steps: int
    macs: int

    @property
    def total(self) -> int:
        """All multiplications with addition; the way back to the pixels takes as many as the way up."""
        return 2 * self.macs * self.images * (self.steps + 1)

    def __str__(self) -> str:
        images = f"{self.images} image{'' if self.images == 1 else 's'}"
        return (
            f"{images} of {self.size[0]} x {self.size[1]} pixels, {self.steps} steps: "
            f"about 2 x {format_macs(self.macs)} an image and step, {format_macs(self.total)} in all."
        )
