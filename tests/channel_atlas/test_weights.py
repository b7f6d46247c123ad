"""What the weights say: shares of kernels, and how well expanded weights predict responses."""

import numpy as np
import pytest

import networks
import vggviz
from vggviz.activations.linearised import linear_network
from vggviz.channel_atlas import weights
from vggviz.channel_atlas.responses import Work
from vggviz.models.receptive_field import receptive_fields


@pytest.fixture
def work(tmp_path):
    model = networks.sequential()
    levels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    names = vggviz.conv_layers(model)
    return Work(model, names, ("one", "two", "three"), levels, lambda images: images / 255, tmp_path)


def test_shares_are_signed_and_add_up_to_one():
    kernel = np.zeros((1, 2, 3, 2), np.float32)
    kernel[0, :, 0, 0], kernel[0, :, 1, 0] = (-3, 1), (1, 1)
    np.testing.assert_allclose(weights.shares(kernel), [[-10 / 12, 0], [2 / 12, 0], [0, 0]])


def test_inputs_and_outputs_hold_the_largest_shares(work):
    kernel, bias = work.model.get_layer("second").get_weights()
    kernel[:, :, :, 0] = 0
    kernel[:, :, 1, 1] = 0
    kernel[0, 0, :, 2] = (3, 1, 0, 0)
    kernel[1:, :, :, 2] = kernel[0, 1:, :, 2] = 0
    work.model.get_layer("second").set_weights([kernel, bias])
    found = dict(weights.by_kernel(work, work.layers))
    share, inputs = weights.shares(kernel), found["second"]["inputs"]
    assert "inputs" not in found["first"]
    assert (inputs[0] == -1).all()
    assert inputs[1, -1] == -1
    assert inputs[2].tolist() == [0, 1, -1, -1]
    assert found["second"]["input_count"][:3].tolist()[::2] == [0, 1], "0.9 of 10 is held by one"
    for channel, count in enumerate(found["second"]["input_count"].tolist()):
        order = np.argsort(-np.abs(share[:, channel]), kind="stable")
        held = np.abs(share[order, channel]).cumsum()
        assert count == 0 or (held[count - 1] >= 0.9 - 1e-9 and (count == 1 or held[count - 2] < 0.9))
        np.testing.assert_allclose(found["second"]["input_shares"][channel], share[order, channel], rtol=1e-5)
    for channel, row in enumerate(found["first"]["outputs"]):
        expected = np.sort(np.abs(share[channel]))[::-1][: len(row)]
        np.testing.assert_allclose(np.abs(found["first"]["output_shares"][channel]), expected, rtol=1e-5)
        np.testing.assert_allclose(
            share[channel, row[row >= 0]], found["first"]["output_shares"][channel][row >= 0]
        )


def test_the_correlation_is_over_the_inner_cells(work):
    path, field = linear_network(work.model, ["second"]), receptive_fields(work.model)["second"]
    images = work.levels / np.float32(255)
    predicted = np.asarray(path(images, training=False)["second"])
    real = vggviz.pre_activations(work.model, images, "second")
    whole = [
        (row, column)
        for row in range(real.shape[1])
        for column in range(real.shape[2])
        if (np.array([row, column]) * field.stride - field.padding >= 0).all()
        and (np.array([row, column]) * field.stride - field.padding + field.size <= 32).all()
    ]
    assert 0 < len(whole) < real.shape[1] * real.shape[2]
    cells = [np.stack([maps[:, row, column] for row, column in whole], axis=1) for maps in (predicted, real)]
    expected = [np.corrcoef(*(values[..., k].ravel() for values in cells))[0, 1] for k in range(6)]
    found = dict(weights.expanded(work, ["second"]))["second"]["expanded_correlation"]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert found.max() < 0.999


def test_a_constant_channel_has_no_correlation(work):
    kernel, bias = work.model.get_layer("first").get_weights()
    kernel[..., 2] = 0
    work.model.get_layer("first").set_weights([kernel, bias])
    arrays = dict(weights.expanded(work, ["first"]))["first"]
    assert np.isnan(arrays["expanded_correlation"]).tolist() == [False, False, True, False]
    assert not arrays["expanded"][2].any()


def test_small_expanded_weights_keep_their_precision(work):
    arrays = dict(weights.expanded(work, ["first"]))["first"]
    kernel, bias = work.model.get_layer("first").get_weights()
    work.model.get_layer("first").set_weights([kernel * np.float32(1e-4), bias])
    small = dict(weights.expanded(work, ["first"]))["first"]["expanded"]
    assert (arrays["expanded"].dtype, small.dtype) == (np.float16, np.float32)
    np.testing.assert_allclose(small, kernel.transpose(3, 0, 1, 2) * 1e-4 / 255, rtol=1e-4)
