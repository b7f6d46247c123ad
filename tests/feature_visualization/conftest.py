"""Fixtures of the feature visualization tests."""

import numpy as np
import pytest

import vggviz
from vggviz.feature_visualization.synthesis import visualize
from vggviz.objectives import channel, neuron
from visualizing import SHORT


@pytest.fixture(scope="session")
def drawn(functional):
    """Objectives (two channels and a neuron) and their images, drawn in one batch."""
    objectives = [channel("conv_b", 1), channel("conv_strided", 3), neuron("conv_b", 2)]
    return objectives, visualize(functional, objectives, **SHORT)


@pytest.fixture
def photographs():
    return vggviz.preprocess(np.stack([vggviz.load_image(name, 32) for name in ("cat", "coffee")]))
