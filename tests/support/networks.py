"""Small seeded networks for the tests, and a reference convolution in NumPy."""

from __future__ import annotations

import warnings

import numpy as np


def functional():
    """A functional model with both paddings and pools, strides, an even kernel, and a linear layer."""
    keras = _keras()
    inputs = keras.Input((32, 32, 3), name="photo")
    x = _conv(keras, "conv_a", 4, 3)(inputs)
    x = _conv(keras, "conv_b", 6, 3)(x)
    x = keras.layers.MaxPooling2D(2, name="pool_a")(x)
    x = _conv(keras, "conv_strided", 8, 3, strides=2, padding="valid")(x)
    x = _conv(keras, "conv_even", 5, 2, padding="valid")(x)
    x = keras.layers.AveragePooling2D(2, name="pool_b")(x)
    x = _conv(keras, "conv_linear", 7, 1, activation=None)(x)
    return keras.Model(inputs, x, name="functional")


def sequential():
    """A Sequential model with a classifier."""
    keras = _keras()
    layers = [
        keras.Input((32, 32, 3)),
        _conv(keras, "first", 4, 5, strides=2),
        keras.layers.MaxPooling2D(2, name="pool"),
        _conv(keras, "second", 6, 3),
        keras.layers.GlobalAveragePooling2D(name="mean"),
        _dense(keras, "classes", 3, activation="softmax"),
    ]
    return keras.Sequential(layers, name="sequential")


def nested():
    """A model that uses a VGG-like model as a layer, after a rescaling and before a classifier."""
    keras = _keras()
    inner_inputs = keras.Input((32, 32, 3))
    x = _conv(keras, "inner_conv1", 4, 3)(inner_inputs)
    x = _conv(keras, "inner_conv2", 4, 3)(x)
    x = keras.layers.MaxPooling2D(2, name="inner_pool")(x)
    x = _conv(keras, "inner_conv3", 6, 3)(x)
    inner = keras.Model(inner_inputs, x, name="vgg_like")
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(0.5, name="scaled")(inputs)
    x = inner(x)
    x = _conv(keras, "outer_conv", 5, 3)(x)
    x = keras.layers.GlobalMaxPooling2D(name="strongest")(x)
    return keras.Model(inputs, _dense(keras, "scores", 2)(x), name="nested")


DEAD = 2
"""Index of the dead channel of "conv" in `with_dead_channel`."""


def flat(model):
    """`nested` as one Sequential of the same layers."""
    keras = _keras()
    layers = [model.get_layer("scaled"), *model.get_layer("vgg_like").layers[1:], *model.layers[-3:]]
    return keras.Sequential([keras.Input((32, 32, 3)), *layers])


def with_dead_channel():
    """A model whose channel `DEAD` of the layer "conv" is zero for every image."""
    keras = _keras()
    inputs = keras.Input((32, 32, 3))
    x = _conv(keras, "conv", 5, 3)(inputs)
    model = keras.Model(inputs, keras.layers.MaxPooling2D(2, name="pool")(x), name="dead")
    kernel, bias = (array.copy() for array in model.get_layer("conv").get_weights())
    kernel[..., DEAD], bias[DEAD] = 0, -1
    model.get_layer("conv").set_weights([kernel, bias])
    return model


def single(kernel, bias=None, *, strides=1, padding="same", activation="relu", size=32):
    """A model of one convolution named "conv" with the given kernel (kh, kw, in, out)."""
    keras = _keras()
    kernel = np.asarray(kernel, np.float32)
    layer = keras.layers.Conv2D(
        kernel.shape[3],
        kernel.shape[:2],
        strides=strides,
        padding=padding,
        activation=activation,
        name="conv",
    )
    inputs = keras.Input((size, size, kernel.shape[2]))
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([kernel, np.zeros(kernel.shape[3]) if bias is None else np.asarray(bias)])
    return model


def save(model, path):
    """Save a model, or its weights if the path ends in .weights.h5, ignoring Keras' warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_weights(path) if path.name.endswith(".weights.h5") else model.save(path)
    return path


def convolved(images, kernel, bias, *, strides=1, padding="same"):
    """Reference for Keras' Conv2D without activation: float64 (N, h, w, out)."""
    kh, kw = kernel.shape[:2]
    if padding == "same":
        images = np.pad(images, ((0, 0), *_same(images.shape[1:3], (kh, kw), strides), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(images.astype(float), (kh, kw), axis=(1, 2))
    windows = windows[:, ::strides, ::strides]
    return np.einsum("nhwcij,ijco->nhwo", windows, kernel.astype(float)) + bias


def _same(sizes, kernel, strides):
    for size, k in zip(sizes, kernel, strict=True):
        total = max((-(-size // strides) - 1) * strides + k - size, 0)
        yield total // 2, total - total // 2


def _conv(keras, name, channels, size, **settings):
    seed = sum(map(ord, name))
    settings = {"padding": "same", "activation": "relu"} | settings
    return keras.layers.Conv2D(
        channels,
        size,
        kernel_initializer=keras.initializers.HeNormal(seed),
        bias_initializer=keras.initializers.RandomNormal(stddev=10.0, seed=seed + 1),
        name=name,
        **settings,
    )


def _dense(keras, name, units, **settings):
    initializer = keras.initializers.GlorotUniform(sum(map(ord, name)))
    return keras.layers.Dense(units, kernel_initializer=initializer, name=name, **settings)


def _keras():
    from vggviz._shared.backend import keras

    return keras()


def tiny_vgg16(*, dense=False):
    """VGG16 with one or two channels per layer, for images of 32 pixels.

    With `dense` also the three dense layers for ImageNet's classes.
    """
    keras = _keras()
    inputs = keras.Input((32, 32, 3))
    x = inputs
    for block, depth in enumerate((2, 2, 3, 3, 3), 1):
        for index in range(1, depth + 1):
            x = _conv(keras, f"block{block}_conv{index}", 1 + block % 2, 3)(x)
        x = keras.layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    if dense:
        x = keras.layers.Flatten(name="flatten")(x)
        for name, units in (("fc1", 3), ("fc2", 2), ("predictions", 1000)):
            x = _dense(keras, name, units)(x)
    return keras.Model(inputs, x, name="vgg16")


def write_legacy(model, path):
    """Write weights in the layout of Keras' VGG16 files: a group per layer, with its arrays in order."""
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}_{index}".encode() for index in range(len(layer.weights))]
            group.attrs["weight_names"] = names
            for name, weight in zip(names, layer.get_weights(), strict=True):
                group[name.decode()] = weight
    return path
