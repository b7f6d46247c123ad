"""Networks with a channel that is zero for the noise that gradient ascent starts from."""

import numpy as np

import networks
from vggviz.feature_visualization.optimisation import INITIAL_CONTRAST, noise_seed
from vggviz.feature_visualization.parameterisation import random_parameters, to_images
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models.graph import find_step, unfold


def initial_noise(label="", side=32):
    """The noise that an objective's image starts from, preprocessed, float32 (1, side, side, 3)."""
    size = (side, side)
    parameters = INITIAL_CONTRAST * random_parameters(size, (0, noise_seed(label)), fourier=True)
    return as_vgg16_reads(to_images(parameters, size, fourier=True, decorrelate=True)).numpy()


def pre_activations(model, layer, batch):
    """Pre-activations of a convolution as Keras computes them, as a tensor."""
    step = find_step(model, layer)
    (image,) = unfold(model).inputs
    inputs = networks._keras().Model(image, step.inputs[0])(batch)
    return step.layer.convolution_op(inputs, step.layer.kernel) + step.layer.bias


def silence(model, layer, index, label=""):
    """Lower a channel's bias until all its activations are zero for an objective's initial noise."""
    own = find_step(model, layer).layer
    cells = pre_activations(model, layer, initial_noise(label))[..., index].numpy()
    margin = cells.max() + 0.2 * np.ptp(cells)  # the first transformation changes them slightly
    kernel, bias = own.get_weights()
    own.set_weights([kernel, bias - margin * (np.arange(len(bias)) == index)])
    return model


def with_relu(relu):
    """A network whose last convolution is followed by a separate ReLU and a pool."""
    keras = networks._keras()
    inputs = keras.Input((32, 32, 3))
    x = networks._conv(keras, "first", 4, 3)(inputs)
    x = relu(networks._conv(keras, "linear", 5, 3, activation=None)(x))
    return keras.Model(inputs, keras.layers.MaxPooling2D(2, name="pool")(x))


def with_relu_layer():
    return with_relu(networks._keras().layers.ReLU(name="relu"))


def with_activation_layer():
    return with_relu(networks._keras().layers.Activation("relu", name="relu"))


def with_relu6_layer():
    return with_relu(networks._keras().layers.ReLU(max_value=6, name="relu"))


NETWORKS = {
    "fused": (networks.functional, "conv_b", "conv_b"),
    "ReLU layer": (with_relu_layer, "linear", "relu"),
    "Activation layer": (with_activation_layer, "linear", "relu"),
    "ReLU6": (with_relu6_layer, "linear", "relu"),
    "pooled": (with_relu_layer, "linear", "pool"),
    "nested": (networks.nested, "inner_conv3", "inner_conv3"),
    "after a nested model": (networks.nested, "outer_conv", "outer_conv"),
}
"""Function that makes a network, its layer to silence, and the layer with the ReLU's output."""
