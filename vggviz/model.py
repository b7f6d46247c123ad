"""VGG16 itself, with the weights one asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from vggviz import backend, bundled, checking, layers
from vggviz import weights as sources
from vggviz.weights import Provenance

if TYPE_CHECKING:
    import keras

INPUT_SHAPE = (224, 224, 3)
MOST_SEED = 2**31 - 1


def load_vgg16(
    weights: str | os.PathLike[str] = "auto", include_top: bool = False, *, seed: int = 0
) -> keras.Model:
    """Keras' VGG16 (Simonyan and Zisserman, ICLR 2015, configuration D) for 224 x 224 pixels.

    Args:
        weights: "imagenet" (downloaded once into Keras' cache), "bundled" (in this package),
            "random" (He initialisation), a path to a .h5, .weights.h5 or .keras file, or "auto":
            what the environment variable VGGVIZ_WEIGHTS says; without it ImageNet if it is at hand
            or can be fetched, else bundled.
        include_top: with the classifier; it needs one gigabyte more with ImageNet's weights. The
            bundled network ends in global average pooling and one dense layer instead.
        seed: of the random weights.

    Returns:
        A keras.Model that reads float32 (N, 224, 224, 3) as `preprocess` gives it.

    Raises:
        FileNotFoundError: there is no such file.
        ConnectionError: ImageNet's weights were asked for and cannot be fetched.
        ValueError: an unknown source; a file that is damaged, or of another network.
    """
    checking.instance("True or False as include_top", include_top, bool)
    checking.whole("seed", seed, 0, MOST_SEED)
    source = sources.resolve(weights, include_top)
    if source == "random":
        return _random(include_top, seed)
    if source == "bundled":
        return _bundled(include_top)
    if source == "imagenet":
        return _imagenet(include_top)
    return _from_file(Path(source), include_top)


def load_model(path: str | os.PathLike[str]) -> keras.Model:
    """Any Keras model from a whole-model file (.keras or .h5).

    Such a file can hold Python code, in Lambda layers. It is not run: Keras' safe mode refuses the file.
    Load a model with layers of that kind, or with classes of your own, by Keras itself.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, no whole model, holds code, or weights that are not finite.
    """
    path = checking.path("model's file", path)
    if not checking.is_file(path):
        raise FileNotFoundError(f"There is no model file {checking.shown(path)}.")
    try:
        model = backend.keras().saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # damaged archives and configurations make Keras raise nearly anything
        if "safe_mode" in str(error):
            raise ValueError(
                f"{checking.shown(path)} holds Python code, as in Lambda layers, which Keras' safe mode does "
                "not run; if you trust the file, load it with keras.saving.load_model and safe_mode=False."
            ) from error
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"{checking.shown(path)} is no whole Keras model, or damaged ({reason}).") from error
    _check_finite(model, path)
    _note(model, checking.words(path), path)
    return model


def decode_predictions(
    model: keras.Model, predictions: np.ndarray, top: int = 5
) -> list[list[tuple[str, str, float]]]:
    """The likeliest classes of each picture.

    Args:
        model: a model of `load_vgg16(..., include_top=True)`.
        predictions: float (N, classes), what the model gives.
        top: how many classes.

    Returns:
        For each picture [(WordNet id, name, probability)], likeliest first.

    Raises:
        ValueError: the model's classes are not known, or their number is another.
    """
    sources.check_model(model)
    made_of = sources.provenance(model)
    top = checking.whole("number of classes (top)", top, 1)
    predictions = checking.numbers("Predictions", predictions, f"(N, {len(made_of.classes) or 'classes'})", 2)
    if not made_of.classes:
        raise ValueError(f"The classes of the model {model.name!r} are not known.")
    if predictions.shape[1] != len(made_of.classes):
        raise ValueError(f"Predictions must have shape (N, {len(made_of.classes)}); got {predictions.shape}.")
    order = np.argsort(-predictions, axis=1, kind="stable")[:, :top]
    return [
        [(made_of.classes[k], made_of.labels[k], float(row[k])) for k in best]
        for row, best in zip(predictions, order, strict=True)
    ]


def _build(include_top: bool = False, name: str = "vgg16") -> Any:
    """VGG16 with weights yet to be set; only with its top has it a classifier."""
    shape = None if include_top else INPUT_SHAPE
    return backend.keras().applications.VGG16(
        weights=None, include_top=include_top, input_shape=shape, name=name
    )


def _random(include_top: bool, seed: int) -> Any:
    model = _build(include_top)
    he = backend.keras().initializers.HeNormal
    for number, layer in enumerate(_weighted(model)):
        shape = layer.kernel.shape
        layer.set_weights([he(seed=seed + 1000 * number)(shape), np.zeros(shape[-1], np.float32)])
    sources.note_provenance(model, Provenance(source=f"random (He initialisation, seed {seed})"))
    return model


def _bundled(include_top: bool) -> Any:
    model = _set(_build(), bundled.weights())
    classes, labels = bundled.classes()
    if include_top:
        model = _with_linear_head(model, *bundled.head())
    made_of = Provenance("bundled", bundled.SHA256, classes, labels)
    sources.note_provenance(model, made_of)
    return model


def _with_linear_head(convolutions: Any, kernel: np.ndarray, bias: np.ndarray) -> Any:
    keras = backend.keras()
    pooled = keras.layers.GlobalAveragePooling2D(name="global_average_pooling")(convolutions.output)
    head = keras.layers.Dense(len(bias), activation="softmax", name="predictions")
    model = keras.Model(convolutions.input, head(pooled), name=convolutions.name)
    head.set_weights([kernel, bias])
    return model


def _imagenet(include_top: bool) -> Any:
    path = sources.fetch(sources.IMAGENET[include_top])
    model = _set(_build(include_top), path)
    classes, labels = sources.imagenet_classes() if include_top else ((), ())
    _note(model, "imagenet", path, classes, labels)
    return model


def _from_file(path: Path, include_top: bool) -> Any:
    """VGG16 with the weights of the reader's own file, whatever of Keras' formats it has."""
    model = _build(include_top)
    if path.suffix == ".keras":
        _copy(load_model(path), model, checking.words(path))
    elif path.name.endswith(".weights.h5"):
        _load_native(model, path)
    else:
        _set(model, path)
    _note(model, checking.words(path), path)
    return model


def _set(model: Any, source: Path | BinaryIO) -> Any:
    wanted = {layer.name: [tuple(w.shape) for w in layer.weights] for layer in _weighted(model)}
    found = sources.read_h5(source, wanted)
    for layer in _weighted(model):
        layer.set_weights(found[layer.name])
    return model


def _copy(other: Any, model: Any, origin: str) -> None:
    """Copy the weights of VGG16's layers, by name, from a model that has them somewhere inside."""
    steps = layers.unfold(other).steps
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
            f"The weights file {checking.shown(path)} is damaged, or of another network than VGG16 "
            f"({reason})."
        ) from error
    _check_finite(model, path)


def _check_finite(model: Any, path: Path) -> None:
    for layer in _weighted(model):
        values = [np.asarray(weight) for weight in layer.weights]
        sources.check_weights(layer.name, values, [v.shape for v in values], checking.words(path))


def _weighted(model: Any) -> list[Any]:
    return [layer for layer in model.layers if layer.weights]


def _note(
    model: Any, source: str, path: Path, classes: tuple[str, ...] = (), labels: tuple[str, ...] = ()
) -> None:
    sources.note_provenance(model, Provenance(source, sources.sha256(path), classes, labels))
