"""Cost of a visualization: the multiply-accumulates of the layers needed, logged before it starts."""

import logging

import pytest

import vggviz
from vggviz.feature_visualization.optimisation import GradientAscent
from vggviz.feature_visualization.synthesis import visualization_cost, visualize
from vggviz.objectives import channel
from visualizing import SHORT, STEPS


def test_the_cost_counts_the_layers_needed(nested):
    macs = {row.name: row.macs for row in vggviz.layer_table(nested)}
    cost = visualization_cost(nested, [channel("inner_conv3", 0)] * 3, size=32, steps=9)
    assert cost.macs == macs["inner_conv1"] + macs["inner_conv2"] + macs["inner_conv3"]
    assert cost.total == 2 * 3 * 10 * cost.macs
    assert visualization_cost(nested, channel("scores", 0)).macs == sum(macs.values())
    half = visualization_cost(nested, channel("inner_conv3", 0), size=16)
    assert half.macs * 4 == cost.macs
    assert str(cost).startswith("3 images of 32 x 32 pixels, 9 steps: about 2 x ")
    one = visualization_cost(nested, channel("inner_conv3", 0), size=16, steps=1)
    assert str(one).startswith("1 image of 16 x 16 pixels, 1 step: about 2 x ")


def test_the_cost_of_vgg16(vgg16):
    cost = visualization_cost(vgg16, channel("block5_conv3", 0), size=224)
    assert cost.macs == pytest.approx(15.35e9, rel=1e-3)
    assert visualization_cost(vgg16, channel("block5_conv3", 0)).size == (128, 128)
    assert visualization_cost(vgg16, channel("block2_conv2", 0)).size == (64, 64)


def test_the_cost_is_logged_first(functional, caplog, monkeypatch):
    monkeypatch.setattr(GradientAscent, "run", lambda *_: pytest.fail("drawn first"))
    with caplog.at_level(logging.INFO, "vggviz"), pytest.raises(pytest.fail.Exception):
        visualize(functional, channel("conv_b", 1), **SHORT)
    assert caplog.messages == [
        str(visualization_cost(functional, channel("conv_b", 1), size=32, steps=STEPS))
    ]
