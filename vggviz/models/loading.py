"""Loading of VGG16 with a choice of weights, and of other Keras models."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from vggviz._shared import backend, hashing, package_data, validation
from vggviz.models import graph, keras2, provenance
from vggviz.models import weights as sources
from vggviz.models.provenance import Provenance

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (224, 224, 3)
MAX_SEED = 2**31 - 1


def load_vgg16(
    weights: str | os.PathLike[str] | None = None, classifier: str | None = None, *, seed: int = 0
) -> keras.Model:
    """Keras' VGG16 (Simonyan and Zisserman, ICLR 2015, configuration D) for 224 x 224 pixels.

    Args:
        weights: "imagenet" (Keras Applications' own, in this package), "random" (He initialisation), or a
            path to a .h5, .weights.h5 or .keras file. None reads the environment variable
            VGGVIZ_WEIGHTS, with "imagenet" as the default.
        classifier: layers on top of the convolutions. None: none, the output is block5_pool. "linear":
            global average pooling and one dense layer for the 200 classes of Tiny ImageNet, trained on
            the features of ImageNet's weights, in this package. "dense": Keras' three dense layers for
            ImageNet's 1,000 classes, 553 MB, downloaded once into Keras' cache.
        seed: seed of the random weights.

    Returns:
        A keras.Model; its input is float32 (N, 224, 224, 3), as returned by `preprocess`.

    Raises:
        FileNotFoundError: no such file.
        ConnectionError: the dense classifier cannot be downloaded.
        ValueError: unknown weights or classifier, a file that is damaged or of another network, or Keras
            set to channels first.
    """
    if classifier is not None:
        validation.one_of("classifier", classifier, sources.CLASSIFIERS)
    validation.whole("seed", seed, 0, MAX_SEED)
    source = sources.resolve(weights)
    if source == "random":
        return _random_vgg16(classifier, seed)
    if source == "imagenet":
        return _imagenet_vgg16(classifier)
    return _vgg16_from_file(Path(source), classifier)


def convolution_shapes() -> dict[str, list[tuple[int, ...]]]:
    """Shapes of kernel and bias of VGG16's convolutions in the network's order, {layer: [shape, shape]}."""
    return _shapes(_build())


def load_model(path: str | os.PathLike[str]) -> keras.Model:
    """Load any Keras model from a whole-model file.

    Such a file can contain Python code, in Lambda layers. It is never run: Keras' safe mode refuses the
    file. Models with Lambda layers or custom classes can be loaded with `keras.saving.load_model`.

    Args:
        path: a .keras or .h5 file that contains architecture and weights.

    Returns:
        The keras.Model, not compiled for training.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a file that is damaged, not a whole model, contains code, or has weights that are
            not finite.
    """
    path = validation.path("model's file", path)
    sources.check_file("model", path)
    try:
        model = backend.keras().saving.load_model(
            path, keras2.custom_objects(), compile=False, safe_mode=True
        )
    except Exception as error:  # Keras raises nearly anything for damaged archives and configurations
        raise ValueError(f"{validation.shown(path)} {_cause(path, error)}.") from error
    _check_finite(model, path)
    provenance.note_provenance(model, Provenance(validation.path_text(path.name), hashing.sha256(path)))
    return model


def _cause(path: Path, error: Exception) -> str:
    """Why Keras does not load a file, as the end of a sentence."""
    import h5py

    if not (zipfile.is_zipfile(path) if path.suffix == ".keras" else h5py.is_hdf5(path)):
        return "is damaged, or not in Keras' formats: a zip archive if it ends in .keras, HDF5 if in .h5"
    if "safe_mode" in str(error):
        return (
            "contains Python code, as in Lambda layers, which Keras' safe mode does not run; if you trust "
            "the file, load it with keras.saving.load_model and safe_mode=False"
        )
    # the innermost exception comes last, after the configurations of the layers around it
    reason = " ".join(str(error).split()).rpartition("Exception encountered: ")[2]
    shown = reason if len(reason) < 500 else f"{reason[:250]} ... {reason[-250:]}"
    return f"is not a whole model that Keras {backend.keras().__version__} can load ({shown.rstrip('.')})"


def decode_predictions(
    model: keras.Model, predictions: np.ndarray, top: int = 5
) -> list[list[tuple[str, str, float]]]:
    """The most probable classes of each image.

    Args:
        model: a model loaded by `load_vgg16` with a classifier.
        predictions: float (N, classes), the model's output.
        top: number of classes.

    Returns:
        For each image [(WordNet id, label, probability)], most probable first. Classes with equal
        probabilities are omitted, since their order would be arbitrary.

    Raises:
        TypeError: not a Keras model.
        ValueError: the model's classes are not known, or predictions of another shape.
    """
    provenance.check_model(model)
    known = provenance.provenance(model)
    top = validation.whole("number of classes (top)", top, 1)
    predictions = validation.numbers("Predictions", predictions, f"(N, {len(known.classes) or 'classes'})", 2)
    if not known.classes:
        raise ValueError(f"The classes of the model {model.name!r} are not known.")
    if predictions.shape[1] != len(known.classes):
        raise ValueError(f"Predictions must have shape (N, {len(known.classes)}); got {predictions.shape}.")
    return [
        [(known.classes[k], known.labels[k], float(row[k])) for k in ranked(row)[:top]] for row in predictions
    ]


def ranked(row: np.ndarray) -> np.ndarray:
    """Indices that sort a row from large to small, without those of values that occur more than once."""
    _, first, count = np.unique(row, return_index=True, return_counts=True)
    return first[count == 1][::-1]


def _build(*, dense: bool = False) -> Any:
    """VGG16 with Keras' default initialisation.

    Raises:
        ValueError: Keras is set to channels first in this process.
    """
    shape, keras = None if dense else INPUT_SHAPE, backend.keras()
    if (data_format := keras.config.image_data_format()) != "channels_last":
        raise ValueError(
            f"VGG16 is built with channels last; Keras' image data format is set to {data_format!r}: "
            "call keras.config.set_image_data_format('channels_last'), or set it in keras.json."
        )
    return keras.applications.VGG16(weights=None, include_top=dense, input_shape=shape, name="vgg16")


def _random_vgg16(classifier: str | None, seed: int) -> Any:
    model = _build(dense=classifier == "dense")
    if classifier == "linear":
        model = _with_linear_layer(model, len(package_data.classes(package_data.LINEAR_CLASSES)[0]))
    he = backend.keras().initializers.HeNormal
    for index, layer in enumerate(_layers_with_weights(model)):
        shape = layer.kernel.shape
        layer.set_weights([he(seed=seed + 1000 * index)(shape), np.zeros(shape[-1], np.float32)])
    return _with_provenance(model, f"random (He initialisation, seed {seed})", "", classifier)


def _imagenet_vgg16(classifier: str | None) -> Any:
    if classifier == "dense":
        path = sources.fetch(sources.KERAS_WHOLE)
        return _with_provenance(
            _set_weights(_build(dense=True), path), "imagenet", hashing.sha256(path), classifier
        )
    model = _set_weights(_build(), package_data.weights())
    if classifier == "linear":
        model = _with_linear_classifier(model)
    return _with_provenance(model, "imagenet", package_data.WEIGHTS_SHA256, classifier)


def _vgg16_from_file(path: Path, classifier: str | None) -> Any:
    """VGG16 with the weights of a file in any of Keras' formats."""
    model = _build(dense=classifier == "dense")
    if path.suffix == ".keras":
        _copy_weights(load_model(path), model, validation.path_text(path))
    else:
        _set_weights(model, path)
    if classifier == "linear":
        model = _with_linear_classifier(model)
    return _with_provenance(model, validation.path_text(path.name), hashing.sha256(path), classifier)


def _with_linear_classifier(convolutions: Any) -> Any:
    """The model with the package's linear classifier on top, which was trained on ImageNet's weights."""
    kernel, bias = package_data.linear_classifier()
    model = _with_linear_layer(convolutions, len(bias))
    model.get_layer("predictions").set_weights([kernel, bias])
    return model


def _with_linear_layer(convolutions: Any, count: int) -> Any:
    keras = backend.keras()
    pooled = keras.layers.GlobalAveragePooling2D(name="global_average_pooling")(convolutions.output)
    predictions = keras.layers.Dense(count, activation="softmax", name="predictions")(pooled)
    return keras.Model(convolutions.input, predictions, name=convolutions.name)


def _set_weights(model: Any, source: Path | BinaryIO) -> Any:
    found = sources.read_h5(source, _shapes(model))
    for layer in _layers_with_weights(model):
        layer.set_weights(found[layer.name])
    return model


def _shapes(model: Any) -> dict[str, list[tuple[int, ...]]]:
    return {layer.name: [tuple(w.shape) for w in layer.weights] for layer in _layers_with_weights(model)}


def _copy_weights(other: Any, model: Any, origin: str) -> None:
    """Copy the weights of VGG16's layers by name from a model that contains them, possibly nested."""
    steps = graph.unfold(other).steps
    sources.check_layers(steps, _shapes(model), origin)
    for layer in _layers_with_weights(model):
        values = [np.asarray(w, np.float32) for w in steps[layer.name].layer.weights]
        sources.check_weights(layer.name, values, [tuple(w.shape) for w in layer.weights], origin)
        layer.set_weights(values)


def _check_finite(model: Any, path: Path) -> None:
    for layer in _layers_with_weights(model):
        values = [np.asarray(weight) for weight in layer.weights]
        sources.check_weights(layer.name, values, [v.shape for v in values], validation.path_text(path))


def _layers_with_weights(model: Any) -> list[Any]:
    return [layer for layer in model.layers if layer.weights]


def _with_provenance(model: Any, source: str, sha256: str, classifier: str | None) -> Any:
    """The model, after recording its provenance."""
    names = {"linear": package_data.LINEAR_CLASSES, "dense": package_data.IMAGENET_CLASSES}
    classes, labels = package_data.classes(names[classifier]) if classifier else ((), ())
    provenance.note_provenance(model, Provenance(source, sha256, classifier or "", classes, labels))
    return model
