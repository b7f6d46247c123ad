"""Exact sums equal those of Python's fractions, for all dtypes."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vggviz.activations import exact_sums

KINDS = {
    np.float16: {"width": 16},
    np.float32: {"width": 32},
    np.float64: {"min_value": -1e100, "max_value": 1e100, "allow_subnormal": False},
}


def fractions(cells):
    return [[Fraction(int(x) if cells.dtype.kind in "ui" else float(x)) for x in row] for row in cells.T]


def check_sums(cells, columns=slice(None)):
    """Fractions take long: of many columns some are enough."""
    sums, squares = (found[columns] for found in exact_sums.exact_sums(cells))
    for column, total, square in zip(fractions(cells[:, columns]), sums, squares, strict=True):
        assert Fraction(total, 1 << -exact_sums.UNIT) == sum(column)
        assert Fraction(square, 1 << -exact_sums.UNIT) == sum(x * x for x in column)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_the_sums_are_exact(kind, data):
    settings = {"allow_nan": False, "allow_infinity": False} | KINDS[kind]
    numbers = st.floats(**settings).map(lambda x: 0.0 if 0 < abs(x) < 1e-100 and kind is np.float64 else x)
    check_sums(data.draw(arrays(kind, (st.integers(1, 9).map(lambda n: (n, 2))), elements=numbers)))


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.uint32])
def test_integers(kind):
    limits = np.iinfo(kind)
    check_sums(np.random.default_rng(0).integers(limits.min, limits.max, (50, 3), kind, endpoint=True))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5000, 1), (1500, 3), (40, 600)])
def test_several_blocks(rows, columns):
    numbers = (
        np.random.default_rng(1).normal(0, 3, (rows, columns))
        * 10.0 ** np.arange(-8, 8).repeat(-(-columns // 16))[:columns]
    )
    check_sums(numbers.astype(np.float32))


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("least", [0.5, 2**-18, 2**-19 * 1.5, 2**-20 * 1.5, 2**-30 * 1.1, 1e-40])
def test_float32_with_a_small_value_among_others(order, least):
    """Down to 2 ** -19 of the largest, all are multiples of one unit, and are added in a quicker way."""
    rng = np.random.default_rng(5)
    cells = rng.uniform(0.5, 1, (2500, 40)) * rng.choice([0, -0.0, 1, -1], (2500, 40))
    cells[1234, 17] = np.nextafter(np.float32(least), np.float32(1))
    check_sums(np.asarray(cells, np.float32, order=order), slice(0, None, 17))


@pytest.mark.parametrize("scale", [2.0**-140, 2.0**-120, 2.0**100])
def test_float32_of_any_size(scale):
    cells = np.random.default_rng(6).uniform(-1, 1, (50, 3)).astype(np.float32)
    check_sums(cells * np.float32(scale))


def test_maps_with_channels_first_are_summed_where_they_are(monkeypatch):
    planes = np.random.default_rng(7).normal(size=(4, 60, 70)).astype(np.float32)
    cells = np.moveaxis(planes, 0, -1).reshape(-1, 4)
    assert np.shares_memory(cells, planes)
    check_sums(cells)
    lengths = [len(cells[rows, columns]) for rows, columns in exact_sums._blocks(cells)]
    assert max(lengths) == 1024


def test_blocks_full_of_large_numbers():
    check_sums(np.random.default_rng(3).uniform(1.9, 2, (4000, 1)))


def test_the_largest_and_the_smallest_values():
    extremes = np.array([[3.4e38], [1e-45], [-3.4e38], [1.0]], np.float32)
    check_sums(extremes)
    check_sums(np.repeat(extremes, 400, axis=0))
    check_sums(np.array([[2.0**399], [2.0**-399 * (1 + 2.0**-52)], [-1 - 2.0**-52]]))


def test_mean_and_standard_deviation_are_correctly_rounded():
    cells = np.random.default_rng(2).normal(1e4, 1e-3, (300, 4)).astype(np.float32)
    sums, squares = exact_sums.exact_sums(cells)
    for column, mean, std in zip(
        fractions(cells),
        exact_sums.rounded_mean(sums, 300),
        exact_sums.rounded_std(sums, squares, 300),
        strict=True,
    ):
        exact = sum(column) / 300
        assert mean == float(exact)
        assert std == float(sum((x - exact) ** 2 for x in column) / 300) ** 0.5


def test_equal_values_have_no_spread():
    sums, squares = exact_sums.exact_sums(np.full((77, 2), 0.1, np.float32))
    assert not exact_sums.rounded_std(sums, squares, 77).any()


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(wrong):
    with pytest.raises(ValueError, match="NaN or infinite"):
        exact_sums.exact_sums(np.array([[1.0], [wrong]]))


@pytest.mark.parametrize("wrong", [1e-130, 5e-324, 1e130])
def test_values_too_large_or_too_small(wrong):
    with pytest.raises(ValueError, match="can be added exactly"):
        exact_sums.exact_sums(np.array([[1.0], [wrong]]))
