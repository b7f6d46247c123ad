"""Gradients by PyTorch and JAX are those of TensorFlow. Skipped where they are not installed."""

import keras
import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz._shared import backend
from vggviz.feature_visualization.channels import ChannelDrawing, ChannelRecipe
from vggviz.feature_visualization.optimisation import Recipe
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models.parts import part
from vggviz.network_gradients import engines
from vggviz.network_gradients.chain import Convolution, Pool, chain
from vggviz.network_gradients.engines import ENGINES, score_gradient

LAYER = "block3_conv1"
OWN = [0, 1, 1]


@pytest.fixture(scope="module")
def tiny():
    return networks.tiny_vgg16()


@pytest.fixture(params=ENGINES)
def engine(request):
    pytest.importorskip(request.param)
    return request.param


def reference(model, batch, factor, layer=LAYER):
    """Scores and their gradient, of maps that are not zero everywhere, by TensorFlow."""
    tf = backend.tensorflow()
    function = part(model, [layer], any_size=True, activated=False)
    images = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(images)
        before = tf.gather(function(images)[layer], [[index] for index in OWN], axis=-1, batch_dims=1)
        scores = tf.reduce_mean(tf.nn.relu(factor * before), axis=(1, 2, 3))
        total = tf.reduce_sum(scores)
    return scores.numpy(), tape.gradient(total, images).numpy()


@pytest.mark.parametrize("factor", [1.0, -1.0])
def test_scores_and_gradients_are_those_of_tensorflow(tiny, engine, factor):
    batch = vggviz.preprocess(np.random.default_rng(1).integers(0, 256, (3, 24, 20, 3), np.uint8))
    scores, gradient, silent = score_gradient(engine, chain(tiny, LAYER), OWN, factor)(batch)
    expected_scores, expected = reference(tiny, batch, factor)
    assert scores.dtype == gradient.dtype == np.float32
    assert silent.tolist() == (expected_scores == 0).tolist()
    assert np.allclose(scores, expected_scores, rtol=1e-4)
    assert np.abs(gradient - expected)[~silent].max() <= 1e-4 * np.abs(expected).max()
    assert np.abs(expected).max() > 0


def test_a_pool_may_come_first(engine):
    """It reads the image, whose negative values no ReLU hides."""
    layers = keras.layers
    keras.utils.set_random_seed(0)
    convolutions = layers.Conv2D(4, 3, padding="same", activation="relu"), layers.Conv2D(2, 3, padding="same")
    model = keras.Sequential([keras.Input((24, 20, 3)), layers.MaxPooling2D(), *convolutions])
    layer = convolutions[-1].name
    batch = np.random.default_rng(1).normal(-1, 1, (3, 24, 20, 3)).astype(np.float32)
    scores, gradient, _ = score_gradient(engine, chain(model, layer), OWN, 1.0)(batch)
    expected_scores, expected = reference(model, batch, 1.0, layer)
    assert np.allclose(scores, expected_scores, rtol=1e-4)
    assert np.abs(gradient - expected).max() <= 1e-4 * np.abs(expected).max()


def test_jax_compiles_once_for_all_batches_of_a_shape(tiny, monkeypatch):
    pytest.importorskip("jax")
    traced, values = [], engines._jax_values
    monkeypatch.setattr(engines, "_jax_values", lambda *given: traced.append(1) or values(*given))
    engines._jax_compiled.cache_clear()
    for own, factor in (([0, 1], 1.0), ([2, 3], 1.0), ([0, 1], -1.0)):
        batch = np.random.default_rng(own[0]).normal(size=(2, 16, 16, 3)).astype(np.float32)
        score_gradient("jax", chain(tiny, LAYER), own, factor)(batch)
    assert len(traced) == 1


def test_a_silent_channel_has_the_gradient_of_its_pre_activation(engine):
    kernel = np.zeros((1, 1, 3, 2), np.float32)
    kernel[..., 0], kernel[..., 1] = 2, -3
    found = score_gradient(engine, [Convolution(kernel, np.full(2, -1e6, np.float32))], [0, 1], 1.0)
    scores, gradient, silent = found(np.ones((2, 4, 5, 3), np.float32))
    assert scores.tolist() == [0, 0]
    assert silent.tolist() == [True, True]
    assert np.allclose(gradient[0], 2 / 20)
    assert np.allclose(gradient[1], -3 / 20)


@pytest.mark.parametrize("side", ["optimum", "opposite"])
def test_drawings_are_those_of_tensorflow(tiny, engine, side):
    recipe = ChannelRecipe(steps=5, ascent=Recipe(rate=0.2, jitter=1))
    one, other = (
        ChannelDrawing(tiny, LAYER, side, recipe, as_vgg16_reads, name).draw(range(2), lambda: None)
        for name in ("tensorflow", engine)
    )
    assert np.allclose(one["reached"], other["reached"], rtol=1e-2)
    assert np.abs(one["images"] - other["images"].astype(float)).mean() < 1


def test_a_chain_holds_kernels_and_pools(tiny):
    found = chain(tiny, "block2_conv1")
    assert [type(layer) for layer in found] == [Convolution, Convolution, Pool, Convolution]
    kernel, bias = tiny.get_layer("block2_conv1").get_weights()
    assert np.array_equal(found[-1].kernel, kernel)
    assert np.array_equal(found[-1].bias, bias)
    assert found[2].size == 2


@pytest.mark.parametrize("layer", ["conv_even", "conv_linear", "conv_strided"])
@refused("is another layer", "draw with TensorFlow")
def test_other_layers_are_refused(functional, layer):
    chain(functional, layer)


@refused("is another layer (Rescaling)")
def test_a_rescaling_is_refused():
    chain(networks.nested(), "inner_conv1")


@refused("Unknown engine", "torch", "jax")
def test_an_unknown_engine_is_refused():
    score_gradient("numpy", [], [], 1.0)


@refused("'torch' is not installed")
def test_an_engine_that_is_missing_is_refused(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    score_gradient("torch", [], [], 1.0)
