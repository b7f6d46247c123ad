"""Fixtures of the tests of plots: arrays that may not be changed, and checks of side effects."""

import numpy as np
import pytest

import vggviz
from plotted import DEAD, read_only


@pytest.fixture(autouse=True)
def no_side_effects(monkeypatch):
    """No plot calls plt.show or changes rcParams; figures are closed after each test."""
    import matplotlib as mpl  # not before tests/conftest.py has chosen the backend
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: pytest.fail("plt.show was called"))
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before
    plt.close("all")


@pytest.fixture(scope="module")
def maps():
    """Maps of 12 channels of distinct maxima, channel `DEAD` dead; the second image has larger values."""
    values = np.random.default_rng(1).exponential(1, (2, 8, 8, 12)).astype(np.float32)
    values *= np.random.default_rng(2).permutation(np.arange(1, 13)).astype(np.float32)
    values[1] *= 3
    values[..., DEAD] = 0
    small = values[:, :4, :4] * 10
    return {"conv": read_only(values), "deep": read_only(small)}


@pytest.fixture(scope="module")
def linear():
    """Maps without ReLU, with values of both signs."""
    values = np.random.default_rng(4).normal(0, 2, (1, 6, 6, 5)).astype(np.float32)
    values[..., DEAD] = 0
    return {"linear": read_only(values)}


@pytest.fixture(scope="module")
def image():
    return read_only(np.random.default_rng(3).integers(0, 256, (40, 40, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def cell():
    rng = np.random.default_rng(6)
    patch, kernel = rng.normal(size=(2, 3, 3, 20)).astype(np.float32)
    products = read_only(patch * kernel)
    total = float(products.sum(dtype=float)) + 0.5
    return vggviz.Cell(
        "conv", 4, 2, 1, read_only(patch), read_only(kernel), products, 0.5, total, max(total, 0)
    )
