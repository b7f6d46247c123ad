"""What is lost without a channel equals what the network computes with the channel's map set to zero."""

import keras
import numpy as np
import pytest

import networks
from vggviz.attribution.ablation import (
    ablation_losses,
    answer_tensor,
    first_order_losses,
    has_exact_answer,
    macs_behind,
)
from vggviz.models import graph


def chain(reader_strides=1):
    """Two convolutions with a biased normalisation between, and a classifier."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    inputs = keras.Input((17, 17, 3))
    x = layers.Conv2D(6, 3, activation="relu", name="off", bias_initializer="normal")(inputs)
    x = layers.BatchNormalization(beta_initializer="ones", name="normalised")(x)
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.Conv2D(5, 3, strides=reader_strides, padding="same", activation="elu", name="reader")(x)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(7, 2, activation="relu", name="last")(x))
    return keras.Model(inputs, layers.Dense(4, activation="softmax", name="classes")(x))


def pictures(model, count=2):
    shape = (1, *model.input_shape[1:])
    return [np.random.default_rng(k).normal(size=shape).astype(np.float32) for k in range(count)]


def directly(model, layer, following, batches):
    """The same numbers, by computing all later layers for each channel."""
    steps = graph.unfold(model).steps
    outputs = {"answer": answer_tensor(model)}
    outputs |= {"after": steps[following].output} if following else {}
    path = keras.Model(steps[layer].output, outputs)
    source = keras.Model(graph.unfold(model).inputs[0], steps[layer].output)
    rows = []
    for batch in batches:
        maps = np.asarray(source(batch))
        found = path(maps)
        before, logits = (np.asarray(found.get(k, 1), np.float64) for k in ("after", "answer"))
        first, second = np.argsort(-logits[0])[:2]
        row = []
        for channel in range(maps.shape[-1]):
            changed = maps.copy()
            changed[..., channel] = 0
            found = path(changed)
            after, other = (np.asarray(found.get(k, 1), np.float64) for k in ("after", "answer"))
            lead = other[0, first] - other[0, second] - logits[0, first] + logits[0, second]
            row.append((np.linalg.norm(after - before) / np.linalg.norm(before), lead))
        rows.append(row)
    return np.mean(rows, axis=0).T


@pytest.mark.parametrize("strides", [1, 2])
def test_losses_are_exact(strides):
    model = chain(strides)
    batches = pictures(model)
    losses = ablation_losses(model, "off", batches)
    following, answer = directly(model, "off", "reader", batches)
    np.testing.assert_allclose(losses.next_layer, following, rtol=1e-4)
    np.testing.assert_allclose(losses.answer, answer, rtol=1e-3, atol=1e-6)
    assert np.abs(answer).min() > 0


def test_the_last_layer_has_no_next_one_and_its_estimate_is_exact():
    model = chain()
    batches = pictures(model)
    losses = ablation_losses(model, "last", batches)
    assert losses.next_layer is None
    _, answer = directly(model, "last", None, batches)
    np.testing.assert_allclose(losses.answer, answer, rtol=1e-3, atol=1e-6)
    estimated = first_order_losses(model, ["off", "last"], batches)
    np.testing.assert_allclose(estimated["last"], answer, rtol=1e-3, atol=1e-6)


def test_a_channel_with_zero_output_weights_changes_nothing():
    model = chain()
    kernel, bias = model.get_layer("reader").get_weights()
    kernel[:, :, 2] = 0
    model.get_layer("reader").set_weights([kernel, bias])
    losses = ablation_losses(model, "off", pictures(model))
    assert losses.next_layer[2] == 0
    assert losses.answer[2] == 0
    assert (losses.next_layer[[0, 1, 3, 4, 5]] > 0).all()


def test_some_channels_can_be_asked_for():
    model = chain()
    batches = pictures(model)
    some, every = (ablation_losses(model, "off", batches, which) for which in ([1, 4], None))
    assert np.flatnonzero(~np.isnan(some.answer)).tolist() == [1, 4]
    np.testing.assert_allclose(some.answer[[1, 4]], every.answer[[1, 4]], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(some.next_layer, every.next_layer, rtol=1e-6)


def test_what_a_network_lacks_is_not_known():
    model = networks.functional()  # no classes
    losses = ablation_losses(model, "conv_a", pictures(model))
    assert losses.answer is None
    assert losses.next_layer.shape == (4,)
    assert first_order_losses(model, ["conv_a"], pictures(model)) == {}
    assert ablation_losses(model, "conv_linear", pictures(model)).next_layer is None
    assert not has_exact_answer(model, "conv_a")


def test_a_branch_is_switched_off_whole():
    """A layer that a convolution and a sum read: the answer's change is that of both ways."""
    keras.utils.set_random_seed(5)
    inputs = keras.Input((9, 9, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="off")(inputs)
    y = keras.layers.Conv2D(4, 3, padding="same", name="reader")(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(x + y))
    model = keras.Model(inputs, keras.layers.Dense(3)(x))
    batches = pictures(model)
    losses = ablation_losses(model, "off", batches)
    following, answer = directly(model, "off", "reader", batches)
    np.testing.assert_allclose(losses.answer, answer, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(losses.next_layer, following, rtol=1e-4)
    assert has_exact_answer(model, "off")
    assert not has_exact_answer(model, "reader"), "the sum reads another way as well"
    assert ablation_losses(model, "reader", batches).answer is None
    estimated = first_order_losses(model, ["off", "reader"], batches)
    assert np.abs(estimated["reader"]).max() > 0


def test_the_cost_is_that_of_the_layers_behind_the_reader():
    model = chain()
    last, classes = 6 * 6 * 7 * 2 * 2 * 5, 7 * 4
    assert macs_behind(model, "off") == last + classes
    assert macs_behind(model, "last") == classes
