"""The drawings in the book's atlas are those that the library would make."""

import shutil
from pathlib import Path

import pytest

import vggviz
from vggviz.channel_atlas import drawings
from vggviz.feature_visualization.channels import ChannelDrawing

ATLAS = Path(__file__).parents[2] / "book" / "atlas"


@pytest.mark.imagenet
def test_nothing_is_drawn_again(vgg16_imagenet, tmp_path, monkeypatch):
    def refuse(self, *_):
        raise AssertionError(f"{self.layer}, {self.side}, is drawn")

    monkeypatch.setattr(ChannelDrawing, "draw", refuse)
    for path in [ATLAS / drawings.INDEX, *ATLAS.glob("*.webp")]:
        shutil.copy(path, tmp_path)
    for layer in vggviz.conv_layers(vgg16_imagenet):
        found = drawings.draw_layer(vgg16_imagenet, layer, tmp_path)
        sides = {name.removesuffix("_start") for name in found if name.endswith("_start")}
        for side in sides:
            assert (found[f"{side}_reached"] > found[f"{side}_start"]).all(), "each drawing rises"
            assert len(drawings.read(tmp_path, layer, side)) == len(found[f"{side}_start"])
