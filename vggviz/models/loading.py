"""VGG16 itself, with the weights one asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from vggviz._shared import backend, hashing, package_data, validation
from vggviz.models import graph, provenance
from vggviz.models import weights as sources
from vggviz.models.provenance import Provenance

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (224, 224, 3)
MOST_SEED = 2**31 - 1


def load_vgg16(
    weights: str | os.PathLike[str] | None = None, classifier: str | None = None, *, seed: int = 0
) -> keras.Model:
    """Keras' VGG16 (Simonyan and Zisserman, ICLR 2015, configuration D) for 224 x 224 pixels.

    Args:
        weights: "imagenet" (Keras Applications' own, in this package), "random" (He initialisation), or a
            path to a .h5, .weights.h5 or .keras file. None is what the environment variable
            VGGVIZ_WEIGHTS says; without it "imagenet".
        classifier: what stands on the convolutions. None: nothing; the output is block5_pool. "linear":
            the mean of block5_pool and one dense layer for the 200 classes of Tiny ImageNet, fitted to
            ImageNet's weights, in this package. "dense": Keras' own three dense layers for ImageNet's
            1,000 classes, 553 MB, downloaded once into Keras' cache.
        seed: of the random weights.

    Returns:
        A keras.Model that reads float32 (N, 224, 224, 3) as `preprocess` gives it.

    Raises:
        FileNotFoundError: there is no such file.
        ConnectionError: the dense classifier was asked for and cannot be fetched.
        ValueError: an unknown source or classifier; a file that is damaged, or of another network.
    """
    if classifier is not None:
        validation.one_of("classifier", classifier, sources.CLASSIFIERS)
    validation.whole("seed", seed, 0, MOST_SEED)
    source = sources.resolve(weights)
    if source == "random":
        return _random(classifier, seed)
    if source == "imagenet":
        return _imagenet(classifier)
    return _from_file(Path(source), classifier)


def convolution_shapes() -> dict[str, list[tuple[int, ...]]]:
    """Shapes of kernel and bias of VGG16's convolutions, {layer: [shape, shape]}, in the network's order."""
    return _shapes(_build())


def load_model(path: str | os.PathLike[str]) -> keras.Model:
    """Any Keras model from a whole-model file (.keras or .h5).

    Such a file can hold Python code, in Lambda layers. It is not run: Keras' safe mode refuses the file.
    Load a model with layers of that kind, or with classes of your own, by Keras itself.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, no whole model, holds code, or weights that are not finite.
    """
    path = validation.path("model's file", path)
    if not validation.is_file(path):
        raise FileNotFoundError(f"There is no model file {validation.shown(path)}.")
    try:
        model = backend.keras().saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # damaged archives and configurations make Keras raise nearly anything
        if "safe_mode" in str(error):
            raise ValueError(
                f"{validation.shown(path)} holds Python code, as in Lambda layers, which Keras' safe mode "
                "does not run; if you trust the file, load it with keras.saving.load_model and "
                "safe_mode=False."
            ) from error
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{validation.shown(path)} is no whole Keras model, or damaged ({reason})."
        ) from error
    _check_finite(model, path)
    provenance.note_provenance(model, Provenance(validation.words(path.name), hashing.sha256(path)))
    return model


def decode_predictions(
    model: keras.Model, predictions: np.ndarray, top: int = 5
) -> list[list[tuple[str, str, float]]]:
    """The likeliest classes of each image.

    Args:
        model: a model of `load_vgg16` with a classifier.
        predictions: float (N, classes), what the model gives.
        top: how many classes.

    Returns:
        For each image [(WordNet id, name, probability)], likeliest first. Classes of the same
        probability are left out: nothing tells which is likelier.

    Raises:
        ValueError: the model's classes are not known, or their number is another.
    """
    provenance.check_model(model)
    made_of = provenance.provenance(model)
    top = validation.whole("number of classes (top)", top, 1)
    predictions = validation.numbers(
        "Predictions", predictions, f"(N, {len(made_of.classes) or 'classes'})", 2
    )
    if not made_of.classes:
        raise ValueError(f"The classes of the model {model.name!r} are not known.")
    if predictions.shape[1] != len(made_of.classes):
        raise ValueError(f"Predictions must have shape (N, {len(made_of.classes)}); got {predictions.shape}.")
    return [
        [(made_of.classes[k], made_of.labels[k], float(row[k])) for k in ranked(row)[:top]]
        for row in predictions
    ]


def ranked(row: np.ndarray) -> np.ndarray:
    """Indices of a row's numbers, largest first, without those that another number equals."""
    _, first, count = np.unique(row, return_index=True, return_counts=True)
    return first[count == 1][::-1]


def _build(*, dense: bool = False) -> Any:
    """VGG16 with weights yet to be set."""
    shape = None if dense else INPUT_SHAPE
    return backend.keras().applications.VGG16(
        weights=None, include_top=dense, input_shape=shape, name="vgg16"
    )


def _random(classifier: str | None, seed: int) -> Any:
    model = _build(dense=classifier == "dense")
    if classifier == "linear":
        model = _with_linear_layer(model, len(package_data.classes(package_data.LINEAR_CLASSES)[0]))
    he = backend.keras().initializers.HeNormal
    for index, layer in enumerate(_weighted(model)):
        shape = layer.kernel.shape
        layer.set_weights([he(seed=seed + 1000 * index)(shape), np.zeros(shape[-1], np.float32)])
    return _noted(model, f"random (He initialisation, seed {seed})", "", classifier)


def _imagenet(classifier: str | None) -> Any:
    if classifier == "dense":
        path = sources.fetch(sources.KERAS_WHOLE)
        return _noted(_set(_build(dense=True), path), "imagenet", hashing.sha256(path), classifier)
    model = _set(_build(), package_data.weights())
    if classifier == "linear":
        model = _with_linear_classifier(model)
    return _noted(model, "imagenet", package_data.WEIGHTS_SHA256, classifier)


def _from_file(path: Path, classifier: str | None) -> Any:
    """VGG16 with the weights of the reader's own file, whatever of Keras' formats it has."""
    model = _build(dense=classifier == "dense")
    if path.suffix == ".keras":
        _copy(load_model(path), model, validation.words(path))
    elif path.name.endswith(".weights.h5"):
        _load_native(model, path)
    else:
        _set(model, path)
    if classifier == "linear":
        model = _with_linear_classifier(model)
    return _noted(model, validation.words(path.name), hashing.sha256(path), classifier)


def _with_linear_classifier(convolutions: Any) -> Any:
    """The package's classifier, whose layer was fitted to ImageNet's weights, on the convolutions."""
    kernel, bias = package_data.linear_classifier()
    model = _with_linear_layer(convolutions, len(bias))
    model.get_layer("predictions").set_weights([kernel, bias])
    return model


def _with_linear_layer(convolutions: Any, count: int) -> Any:
    keras = backend.keras()
    pooled = keras.layers.GlobalAveragePooling2D(name="global_average_pooling")(convolutions.output)
    predictions = keras.layers.Dense(count, activation="softmax", name="predictions")(pooled)
    return keras.Model(convolutions.input, predictions, name=convolutions.name)


def _set(model: Any, source: Path | BinaryIO) -> Any:
    found = sources.read_h5(source, _shapes(model))
    for layer in _weighted(model):
        layer.set_weights(found[layer.name])
    return model


def _shapes(model: Any) -> dict[str, list[tuple[int, ...]]]:
    return {layer.name: [tuple(w.shape) for w in layer.weights] for layer in _weighted(model)}


def _copy(other: Any, model: Any, origin: str) -> None:
    """Copy the weights of VGG16's layers, by name, from a model that has them somewhere inside."""
    steps = graph.unfold(other).steps
    if missing := [layer.name for layer in _weighted(model) if layer.name not in steps]:
        raise ValueError(f"{origin!r} is of another network: it lacks VGG16's {', '.join(missing)}.")
    for layer in _weighted(model):
        values = [np.asarray(w, np.float32) for w in steps[layer.name].layer.weights]
        sources.check_weights(layer.name, values, [tuple(w.shape) for w in layer.weights], origin)
        layer.set_weights(values)


def _load_native(model: Any, path: Path) -> None:
    """Keras 3's own format of weights, which knows layers by their class and number."""
    try:
        model.load_weights(path)
    except Exception as error:  # Keras and h5py raise nearly anything on a file that does not fit
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"The weights file {validation.shown(path)} is damaged, or of another network than VGG16 "
            f"({reason})."
        ) from error
    _check_finite(model, path)


def _check_finite(model: Any, path: Path) -> None:
    for layer in _weighted(model):
        values = [np.asarray(weight) for weight in layer.weights]
        sources.check_weights(layer.name, values, [v.shape for v in values], validation.words(path))


def _weighted(model: Any) -> list[Any]:
    return [layer for layer in model.layers if layer.weights]


def _noted(model: Any, source: str, sha256: str, classifier: str | None) -> Any:
    """The model, its provenance remembered."""
    names = {"linear": package_data.LINEAR_CLASSES, "dense": package_data.IMAGENET_CLASSES}
    classes, labels = package_data.classes(names[classifier]) if classifier else ((), ())
    provenance.note_provenance(model, Provenance(source, sha256, classifier or "", classes, labels))
    return model
