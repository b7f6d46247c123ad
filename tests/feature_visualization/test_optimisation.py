"""Gradient ascent: silent channels, and the parts of a recipe."""

from dataclasses import replace

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from silent_channels import NETWORKS, initial_noise, silence
from vggviz.attribution.core import scores
from vggviz.feature_visualization.optimisation import Recipe
from vggviz.feature_visualization.synthesis import visualize
from vggviz.objectives import channel, neuron
from visualizing import SHORT, STEPS

# --- silent channels


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_silent_channel_becomes_active(kind):
    make, layer, output = NETWORKS[kind]
    objectives = [channel(output, 1), channel(output, 0)]
    model = silence(make(), layer, 1, objectives[0].label)
    both = visualize(model, objectives, **SHORT)
    assert both.values[0, 0] == 0 < both.reached[0]
    alone = visualize(model, objectives[0], **SHORT)
    assert np.allclose(alone.images[0], both.images[0], atol=0.5)


def test_a_silent_cell_becomes_active():
    model = networks.functional()
    inner = (neuron("conv_b", 1, 8 + row, 8 + column) for row, column in np.ndindex(16, 16))
    cell = next(cell for cell in inner if scores(model, initial_noise(cell.label), cell)[0] == 0)
    assert scores(model, initial_noise(cell.label), channel("conv_b", 1))[0] > 0
    assert visualize(model, cell, **SHORT).reached[0] > 0


def test_each_silent_term_of_a_sum_becomes_active():
    """Whether the other term is active, in the same layer or another one, makes no difference."""
    for layer, silent, other in [
        ("conv_b", channel("conv_b", 1), channel("conv_b", 0)),
        ("conv_b", channel("conv_b", 1), channel("conv_a", 0)),
        ("conv_a", channel("conv_a", 2), channel("conv_b", 1)),
    ]:
        both = silent + 1e-3 * other
        model = silence(networks.functional(), layer, silent.value.index, both.label)
        found = visualize(model, both, **(SHORT | {"steps": 2 * STEPS}))
        assert scores(model, vggviz.preprocess(found.images), silent)[0] > 0


def test_the_image_of_a_dead_channel_stays_noise(dead):
    found = visualize(dead, channel("conv", networks.DEAD), **SHORT)
    assert not found.values.any()
    assert np.isfinite(found.images).all()
    assert 1 < found.images.std() < 60


# --- recipes


@pytest.mark.parametrize(
    "change",
    [{"fourier": False}, {"decorrelate": False}, {"jitter": 0}, {"jitter": 4}, {"scale": 0}, {"rotation": 0}],
    ids=str,
)
def test_each_part_of_a_recipe_can_be_disabled(functional, change, drawn):
    objectives, whole = drawn[0][:2], drawn[1]
    found = visualize(functional, objectives, **(SHORT | {"recipe": replace(SHORT["recipe"], **change)}))
    assert (found.reached > found.values[:, 0]).all()
    assert not np.allclose(found.images, whole.images[:2], atol=1)


@pytest.mark.parametrize(
    "objective", [channel("conv_b", 1), 1e6 * channel("conv_b", 1)], ids=["one", "million"]
)
def test_total_variation_smooths_objectives_of_any_scale(functional, objective):
    def roughness(weight):
        recipe = Recipe(fourier=False, total_variation=weight, rate=0.2)
        image = visualize(functional, objective, **(SHORT | {"recipe": recipe})).images[0] / 255
        return sum((np.diff(image, axis=axis) ** 2).mean() for axis in (0, 1))

    assert roughness(10) < 0.5 * roughness(0)


def test_fourier_images_are_smoother_than_pixel_images(functional, drawn):
    objectives, spectra = drawn
    pixels = visualize(functional, objectives, **(SHORT | {"recipe": Recipe(fourier=False, rate=0.2)}))

    def high_frequency_share(images):
        power = np.abs(np.fft.fft2(images - images.mean((1, 2), keepdims=True), axes=(1, 2)) ** 2)
        frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(32)] * 2, indexing="ij"))
        return power[:, frequency > 0.25].sum() / power.sum()

    assert high_frequency_share(spectra.images) < 0.5 * high_frequency_share(pixels.images)


def test_transformations_and_total_variation_increase_with_the_stride():
    def defaults(stride):
        recipe = Recipe().at_stride(stride)
        return recipe.scale, recipe.rotation, recipe.total_variation

    for stride in (1, 2, 4):
        assert defaults(stride) == (0.1, 5, 0)
    assert np.allclose(defaults(8), (1 / 6, 10, 1 / 30))
    for stride in (16, 32):
        assert np.allclose(defaults(stride), (0.3, 20, 0.1))
    still = Recipe(jitter=0, scale=0, rotation=0, total_variation=0)
    assert still.at_stride(16) == still


@pytest.mark.parametrize(
    "wrong",
    [{"rate": -1}, {"jitter": 1.5}, {"scale": 1}, {"rotation": float("nan")}, {"total_variation": -0.1}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_wrong_values_in_a_recipe(wrong):
    with refused(*wrong, *wrong.values()):
        Recipe(**wrong)
