"""Forward passes: feature maps, pre-activations and the arithmetic of one cell."""

import weakref

import numpy as np
import pytest

import networks
import vggviz
from freed import freed
from sentences import refused


def close(found, expected):
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)


# --- feature maps


@pytest.mark.parametrize("bias", [0, -20])
def test_a_delta_kernel_is_the_identity(photograph, bias):
    kernel = np.zeros((3, 3, 3, 3))
    kernel[1, 1] = np.eye(3)
    maps = vggviz.feature_maps(networks.single(kernel, [bias] * 3), photograph[np.newaxis].astype(float))
    assert np.array_equal(maps["conv"][0], np.maximum(photograph.astype(float) + bias, 0))


def test_an_off_centre_delta_kernel_shifts(photograph):
    kernel = np.zeros((3, 3, 3, 3))
    kernel[0, 2] = np.eye(3)
    found = vggviz.feature_maps(networks.single(kernel), photograph[np.newaxis])["conv"][0]
    assert np.array_equal(found[1:, :-1], photograph[:-1, 1:])
    assert not found[0].any()
    assert not found[:, -1].any()


def test_each_layer_is_computed_from_the_one_before(functional, batch):
    maps = vggviz.feature_maps(functional, batch)
    assert list(maps) == ["conv_a", "conv_b", "pool_a", "conv_strided", "conv_even", "pool_b", "conv_linear"]

    def conv(layer, images, **how):
        kernel, bias = functional.get_layer(layer).get_weights()
        return networks.convolved(images, kernel, bias, **how)

    close(maps["conv_a"], np.maximum(conv("conv_a", batch), 0))
    close(maps["conv_b"], np.maximum(conv("conv_b", maps["conv_a"]), 0))
    close(maps["pool_a"], maps["conv_b"].reshape(3, 16, 2, 16, 2, 6).max(axis=(2, 4)))
    strided = conv("conv_strided", maps["pool_a"], strides=2, padding="valid")
    close(maps["conv_strided"], np.maximum(strided, 0))
    even = conv("conv_even", maps["conv_strided"], padding="valid")
    close(maps["conv_even"], np.maximum(even, 0))
    close(maps["pool_b"], maps["conv_even"].reshape(3, 3, 2, 3, 2, 5).mean(axis=(2, 4)))
    close(maps["conv_linear"], conv("conv_linear", maps["pool_b"]))
    close(maps["conv_linear"], functional(batch))


def test_a_strided_same_convolution_pads_as_keras(sequential, batch):
    kernel, bias = sequential.get_layer("first").get_weights()
    expected = np.maximum(networks.convolved(batch, kernel, bias, strides=2), 0)
    close(vggviz.feature_maps(sequential, batch, "first")["first"], expected)


def test_layers_of_a_nested_model(nested, batch):
    maps = vggviz.feature_maps(nested, batch)
    assert list(maps) == ["inner_conv1", "inner_conv2", "inner_pool", "inner_conv3", "outer_conv"]
    inner = nested.get_layer("vgg_like")
    close(maps["inner_conv3"], inner(batch * 0.5))
    close(maps["inner_conv1"], inner.get_layer("inner_conv1")(batch * 0.5))
    close(maps["outer_conv"], nested.get_layer("outer_conv")(maps["inner_conv3"]))


def test_maps_are_float32_of_the_whole_batch(network, batch):
    for layer, values in vggviz.feature_maps(network, batch).items():
        assert isinstance(values, np.ndarray), layer
        assert values.dtype == np.float32
        assert values.shape[0] == 3
        assert values.ndim == 4


def test_images_of_a_batch_are_independent(network, batch):
    together = vggviz.feature_maps(network, batch)
    for index in range(3):
        alone = vggviz.feature_maps(network, batch[[index]])
        for layer, values in together.items():
            close(values[[index]], alone[layer])


def test_layers_are_returned_in_the_order_of_the_argument(functional, batch):
    every = vggviz.feature_maps(functional, batch)
    assert list(vggviz.feature_maps(functional, batch, "pool_b")) == ["pool_b"]
    chosen = vggviz.feature_maps(functional, batch, ["conv_strided", "conv_a"])
    assert list(chosen) == ["conv_strided", "conv_a"]
    for layer, values in chosen.items():
        close(values, every[layer])
    lazily = vggviz.feature_maps(functional, batch, (name for name in ("pool_b", "pool_b")))
    assert list(lazily) == ["pool_b"]


def test_the_batch_is_not_changed(functional, batch):
    before = batch.copy()
    vggviz.feature_maps(functional, batch)
    vggviz.pre_activations(functional, batch, "conv_b")
    vggviz.explain_cell(functional, batch[:1], "conv_b", 0, 0, 0)
    assert np.array_equal(batch, before)
    batch.setflags(write=False)
    vggviz.feature_maps(functional, batch)


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, np.uint8])
def test_other_dtypes(functional, dtype):
    images = np.random.default_rng(0).integers(0, 100, (1, 32, 32, 3)).astype(dtype)
    expected = vggviz.feature_maps(functional, images.astype(np.float32), "conv_a")["conv_a"]
    assert np.array_equal(vggviz.feature_maps(functional, images, "conv_a")["conv_a"], expected)


def test_dropout_and_normalisation_run_in_inference_mode(batch):
    keras = networks._keras()
    layers = [
        keras.Input((32, 32, 3)),
        keras.layers.Dropout(0.5, seed=1),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.Conv2D(2, 3, name="conv"),
    ]
    model = keras.Sequential(layers)
    close(vggviz.feature_maps(model, batch)["conv"], model(batch, training=False))
    close(vggviz.feature_maps(model, batch, "norm")["norm"], model.layers[1](batch, training=False))


def test_a_model_with_variable_input_size():
    keras = networks._keras()
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(2, 3, name="conv")])
    for height, width in ((10, 12), (20, 8)):
        images = np.ones((1, height, width, 3), np.float32)
        assert vggviz.feature_maps(model, images)["conv"].shape == (1, height - 2, width - 2, 2)


# --- the graph is cached as long as its model exists


def counting():
    """A network, and a list that grows whenever a layer's `call` is run by Python."""
    keras = networks._keras()
    runs = []

    class Counting(keras.layers.Layer):
        def call(self, inputs):
            runs.append(1)
            return inputs

    layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3, name="conv"), Counting()]
    return keras.Sequential([*layers, keras.layers.Conv2D(2, 3, name="after")]), runs


def test_a_second_call_builds_no_graph(batch):
    model, runs = counting()
    first = vggviz.feature_maps(model, batch)
    vggviz.pre_activations(model, batch, "after")
    vggviz.explain_cell(model, batch[:1], "after", 0, 0, 0)
    built = len(runs)
    for again in (batch, batch[:1], batch.astype(np.float64)):
        second = vggviz.feature_maps(model, again)
        vggviz.pre_activations(model, again, "after")
        vggviz.explain_cell(model, again[:1], "after", 1, 2, 3)
    assert len(runs) == built
    assert np.array_equal(first["after"], second["after"])


def test_new_weights_are_used_without_a_new_graph(batch):
    model, _ = counting()
    before = vggviz.feature_maps(model, batch, "conv")["conv"]
    model.get_layer("conv").set_weights([w * 2 for w in model.get_layer("conv").get_weights()])
    close(vggviz.feature_maps(model, batch, "conv")["conv"], 2 * before)


@pytest.mark.parametrize("build", [networks.functional, networks.sequential, networks.nested])
def test_the_cache_does_not_keep_a_model_alive(build, batch):
    model = build()
    vggviz.feature_maps(model, batch)
    vggviz.layer_table(model)
    vggviz.provenance(model)
    held = [weakref.ref(model), weakref.ref(model.layers[-1])]
    del model
    assert freed(held)


# --- pre-activations and cells


CONVOLUTIONS = [
    ("functional", "conv_a"),
    ("functional", "conv_b"),
    ("functional", "conv_strided"),
    ("functional", "conv_even"),
    ("functional", "conv_linear"),
    ("sequential", "first"),
    ("sequential", "second"),
    ("nested", "inner_conv1"),
    ("nested", "inner_conv3"),
    ("nested", "outer_conv"),
]


@pytest.mark.parametrize(("kind", "layer"), CONVOLUTIONS)
def test_relu_of_the_pre_activations_is_the_map(kind, layer, batch, request):
    model = request.getfixturevalue(kind)
    before = vggviz.pre_activations(model, batch, layer)
    after = vggviz.feature_maps(model, batch, layer)[layer]
    assert before.dtype == np.float32
    assert (before < 0).any()
    close(before if layer == "conv_linear" else np.maximum(before, 0), after)


@pytest.mark.parametrize(("kind", "layer"), CONVOLUTIONS)
def test_products_and_bias_give_the_cells_value(kind, layer, batch, request):
    model, image = request.getfixturevalue(kind), batch[:1]
    before = vggviz.pre_activations(model, image, layer)[0]
    after = vggviz.feature_maps(model, image, layer)[layer][0]
    kernels = vggviz.filters(model, layer)
    h, w, c = after.shape
    for row, column in {(0, 0), (0, w - 1), (h - 1, 0), (h - 1, w - 1), (h // 2, w // 3)}:
        channel = (row + column) % c
        cell = vggviz.explain_cell(model, image, layer, channel, row, column)
        assert (cell.layer, cell.channel, cell.row, cell.column) == (layer, channel, row, column)
        assert np.array_equal(cell.kernel, kernels[..., channel])
        assert np.array_equal(cell.products, cell.patch * cell.kernel)
        close(cell.products.sum(dtype=float) + cell.bias, cell.total)
        close(cell.by_channel.sum() + cell.bias, cell.total)
        assert cell.by_channel.shape == (kernels.shape[2],)
        close(cell.total, before[row, column, channel])
        close(cell.value, cell.total if layer == "conv_linear" else max(cell.total, 0))
        assert cell.value == after[row, column, channel]


def test_the_patch_is_part_of_the_input_maps(functional, batch):
    before = vggviz.feature_maps(functional, batch[:1], "pool_a")["pool_a"][0]
    cell = vggviz.explain_cell(functional, batch[:1], "conv_strided", 2, 3, 4)
    close(cell.patch, before[6:9, 8:11])


def test_the_patch_is_padded_with_zeros_at_a_corner(functional, batch):
    cell = vggviz.explain_cell(functional, batch[:1], "conv_a", 1, 31, 0)
    assert not cell.patch[2].any()
    assert not cell.patch[:, 0].any()
    assert np.array_equal(cell.patch[:2, 1:], batch[0, 30:, :2])


def test_a_dilated_convolution_without_bias(batch):
    keras = networks._keras()
    layer = keras.layers.Conv2D(
        2, 3, dilation_rate=2, padding="same", use_bias=False, activation="relu", name="wide"
    )
    model = keras.Sequential([keras.Input((32, 32, 3)), layer])
    values = vggviz.feature_maps(model, batch[:1])["wide"][0]
    close(np.maximum(vggviz.pre_activations(model, batch[:1], "wide")[0], 0), values)
    for row, column in ((0, 0), (31, 1), (13, 17)):
        cell = vggviz.explain_cell(model, batch[:1], "wide", 1, row, column)
        assert cell.bias == 0
        close(max(cell.total, 0), values[row, column, 1])


# --- errors


@pytest.mark.parametrize("what", ["channel", "row", "column"])
@pytest.mark.parametrize("index", [-1, 99])
def test_a_cell_outside_the_map(functional, batch, what, index):
    place = {"channel": 0, "row": 0, "column": 0, what: index}
    last = {"channel": 5, "row": 31, "column": 31}[what]
    with refused(what, index, last, "'conv_b'"):
        vggviz.explain_cell(functional, batch[:1], "conv_b", **place)


def test_a_cell_of_several_images(functional, batch):
    with refused("3", "one image"):
        vggviz.explain_cell(functional, batch, "conv_a", 0, 0, 0)


@pytest.mark.parametrize(
    "ask", [vggviz.pre_activations, lambda m, b, x: vggviz.explain_cell(m, b, x, 0, 0, 0)]
)
def test_a_pool_has_no_products(functional, batch, ask):
    with refused("'pool_a'", "MaxPooling2D", "Conv2D"):
        ask(functional, batch[:1], "pool_a")


def test_a_dense_layer_has_no_maps(sequential, batch):
    with refused("'classes'", "convolution"):
        vggviz.feature_maps(sequential, batch, "classes")


@pytest.mark.parametrize(
    "shape", [(32, 32, 3), (1, 16, 32, 3), (1, 32, 32, 1), (1, 3, 32, 32), (0, 32, 32, 3)]
)
def test_a_batch_of_another_shape(functional, shape):
    with refused(shape, "32, 32, 3"):
        vggviz.feature_maps(functional, np.zeros(shape, np.float32))


@pytest.mark.parametrize("dtype", [complex, "U1", object])
def test_a_batch_of_another_dtype(functional, dtype):
    with refused(np.dtype(dtype), "numbers"):
        vggviz.feature_maps(functional, np.zeros((1, 32, 32, 3), dtype))


@pytest.mark.parametrize("worst", [np.nan, np.inf])
def test_a_batch_that_is_not_finite(functional, batch, worst):
    batch[1, 2, 3, 0] = worst
    with refused("NaN", "finite"):
        vggviz.feature_maps(functional, batch)


def test_an_empty_list_of_layers(functional, batch):
    with refused("layer"):
        vggviz.feature_maps(functional, batch, [])


def test_a_model_with_two_inputs(batch):
    keras = networks._keras()
    inputs = [keras.Input((32, 32, 3)), keras.Input((32, 32, 3))]
    x = keras.layers.Conv2D(2, 3)(keras.layers.Concatenate()(inputs))
    with refused("2 inputs", "one"):
        vggviz.feature_maps(keras.Model(inputs, x), batch)


def test_a_batch_computed_in_parts_equals_its_images_alone(functional):
    batch = np.random.default_rng(3).normal(0, 60, (420, 32, 32, 3)).astype(np.float32)
    whole = vggviz.feature_maps(functional, batch)
    for index in (0, 195, 196, 419):  # one pass computes 196 images of 32 x 32 pixels
        alone = vggviz.feature_maps(functional, batch[index : index + 1])
        for layer, values in whole.items():
            np.testing.assert_allclose(values[index], alone[layer][0], rtol=1e-4, atol=1e-3)
    assert all(len(values) == 420 and values.dtype == np.float32 for values in whole.values())
