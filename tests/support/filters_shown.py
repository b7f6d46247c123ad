"""Networks of one layer of hand-made filters, and their responses to the stimuli of the atlas."""

import functools

import numpy as np

from vggviz._shared import backend
from vggviz.channel_atlas import stimuli, tuning


def read(images):
    return images.astype(np.float32) - 127.5


def layer_of(kernels, bias=0.0, side=84, **settings):
    """A network of one layer with the given kernels (k, k, 3, c)."""
    keras = backend.keras()
    inputs = keras.Input((side, side, kernels.shape[2]))
    layer = keras.layers.Conv2D(
        kernels.shape[3],
        kernels.shape[0],
        padding="same",
        name="filters",
        **{"activation": "relu"} | settings,
    )
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([kernels, np.full(kernels.shape[3], bias)])
    return model


def gabor(angle, frequency, colour=(1, 1, 1), phase=0.0, side=21, width=5.0):
    """A kernel (side, side, 3) whose bars have an orientation in degrees and cycles a pixel."""
    half = side // 2
    row, column = np.mgrid[half : -half - 1 : -1, -half : half + 1]
    across = row * np.cos(np.radians(angle)) - column * np.sin(np.radians(angle))
    envelope = np.exp(-(row**2 + column**2) / (2 * width**2))
    wave = np.cos(2 * np.pi * frequency * across + phase) * envelope
    wave -= envelope * wave.sum() / envelope.sum()
    return wave[..., np.newaxis] * np.array(colour)


@functools.cache
def shown():
    return [stimulus.draw() for stimulus in stimuli.all_stimuli()]


class Drawn:
    """Stands for a stimulus that is drawn already: the tests draw each once."""

    def __init__(self, image):
        self.image = image

    def draw(self):
        return self.image


def measured(model, preprocess=read, **options):
    return tuning.responses(model, [Drawn(image) for image in shown()], preprocess=preprocess, **options)
