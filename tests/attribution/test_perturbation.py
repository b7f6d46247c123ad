"""Occlusion: exact results for linear models, and errors. Score-CAM is tested in test_cam."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.attribution.perturbation import occlusion
from vggviz.objectives import channel, class_logit, neuron

# --- occlusion


@pytest.mark.parametrize("fill", [0, 3.0, np.array([1.0, -2.0, 5.0])])
def test_occlusion_of_a_weighted_sum_equals_the_covered_terms(linear, small, fill):
    model, weights = linear
    maps = occlusion(model, small, channel("conv", 0), size=2, stride=2, fill=fill)
    terms = (weights * (small - fill)).sum(axis=-1)
    covered = terms.reshape(2, 4, 2, 4, 2).sum(axis=(2, 4)).repeat(2, axis=1).repeat(2, axis=2)
    assert maps.dtype == np.float32
    assert np.allclose(maps, covered, rtol=1e-3, atol=1e-3)


def test_overlapping_squares_are_averaged(linear, small):
    model, weights = linear
    maps = occlusion(model, small, channel("conv", 0), size=3, stride=2)
    terms = (weights * small).sum(axis=-1)
    starts = [0, 2, 4, 5]  # the last one ends at the edge
    losses = np.full((16, 2, 8, 8), np.nan)
    for k, (y, x) in enumerate((y, x) for y in starts for x in starts):
        square = (slice(None), slice(y, y + 3), slice(x, x + 3))
        losses[k][square] = terms[square].sum(axis=(1, 2), keepdims=True)
    assert np.allclose(maps, np.nanmean(losses, axis=0), rtol=1e-3, atol=1e-3)


def test_the_map_is_zero_outside_the_receptive_field(functional, batch):
    activations = vggviz.feature_maps(functional, batch, "conv_strided")["conv_strided"][:, 2, 4]
    objective = neuron("conv_strided", int(activations.max(axis=0).argmax()), 2, 4)
    maps = occlusion(functional, batch, objective, size=4, stride=4)
    top, left, bottom, right = vggviz.receptive_fields(functional)["conv_strided"].box(2, 4, 32)
    outside = np.ones((32, 32), bool)
    outside[top // 4 * 4 : -(-bottom // 4) * 4, left // 4 * 4 : -(-right // 4) * 4] = False
    assert outside.any()
    assert np.abs(maps[:, outside]).max() < 1e-5 * np.abs(maps).max()


def test_the_map_of_a_dead_channel_is_zero(dead, batch):
    assert not occlusion(dead, batch, channel("conv", networks.DEAD), size=16, stride=16).any()


def test_a_batch_equals_single_images(sequential, batch):
    given = batch.copy()
    maps = occlusion(sequential, batch, class_logit(1), size=16, stride=8)
    alone = [occlusion(sequential, p[None], class_logit(1), size=16, stride=8)[0] for p in batch]
    assert np.allclose(maps, alone, atol=1e-4 * np.abs(maps).max())
    assert np.array_equal(batch, given)


# --- errors


@pytest.mark.parametrize(("size", "stride"), [(0, 8), (33, 8), (16, 0), (2.5, 1)])
def test_wrong_sizes_and_strides(functional, batch, size, stride):
    words = ("stride", stride, "1 to 16") if size == 16 else ("size", size, "1 to 32")
    with refused(*words):
        occlusion(functional, batch, channel("conv_a", 0), size=size, stride=stride)


def test_wrong_batches_and_objectives(functional, batch):
    with refused("32, 32, 3", "(3, 16, 32, 3)"):
        occlusion(functional, batch[:, :16], channel("conv_a", 0))
    with refused("'conv_x'", "'conv_a'"):
        occlusion(functional, batch, channel("conv_x", 0))
