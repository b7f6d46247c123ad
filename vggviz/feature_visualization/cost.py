"""Cost of gradient ascent, computed from layer shapes without running the model."""

from __future__ import annotations

from dataclasses import dataclass

from vggviz.models.summary import counted, format_macs


@dataclass(frozen=True)
class Cost:
    """Number of multiply-accumulates (MAC) of a feature visualization; `str` describes it in one line.

    Attributes:
        images: number of images.
        size: height and width of the images in pixels.
        steps: number of gradient ascent steps.
        macs: multiply-accumulates of the convolutions and dense layers in one forward pass of one image.
    """

    images: int
    size: tuple[int, int]
    steps: int
    macs: int

    @property
    def total(self) -> int:
        """Total multiply-accumulates; a backward pass to the image costs as much as a forward pass."""
        return 2 * self.macs * self.images * (self.steps + 1)

    def __str__(self) -> str:
        return (
            f"{counted(self.images, 'image')} of {self.size[0]} x {self.size[1]} pixels, "
            f"{counted(self.steps, 'step')}: "
            f"about 2 x {format_macs(self.macs)} per image and step, {format_macs(self.total)} in all."
        )
