"""Loading of VGG16 with a choice of weights, and of other Keras models."""

from __future__ import annotations

import functools
import itertools
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, hashing, package_data, validation
from vggviz.models import graph, provenance
from vggviz.models import weights as sources
from vggviz.models.provenance import Provenance

if TYPE_CHECKING:
    import keras

CLASSIFIERS = {"linear": package_data.LINEAR_CLASSES, "dense": package_data.IMAGENET_CLASSES}
"""The classes that each classifier knows."""
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
        validation.one_of("classifier", classifier, CLASSIFIERS)
    validation.whole("seed", seed, 0, MAX_SEED)
    source = sources.resolve(weights)
    network = _build(dense=classifier == "dense")
    model = _with_linear_classifier(network) if classifier == "linear" else network
    if source == "random":
        _draw_weights(model, seed)
        found = f"random (He initialisation, seed {seed})", ""
    else:
        found = _set_weights(network, source)
    classes = package_data.classes(CLASSIFIERS[classifier]) if classifier else ((), ())
    provenance.note_provenance(model, Provenance(*found, classifier or "", *classes))
    return model


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
        model = backend.keras().saving.load_model(path, _keras2_objects(), compile=False, safe_mode=True)
    except Exception as error:  # Keras raises nearly anything for damaged archives and configurations
        raise ValueError(f"{validation.shown(path)} {_cause(path, error)}.") from error
    for layer in model.layers:
        sources.check_finite(layer.name, layer.get_weights(), validation.path_text(path))
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


def _keras2_objects() -> dict[str, Any]:
    """What `keras.saving.load_model` needs to read the models of Keras 2; harmless for those of Keras 3."""
    keras = backend.keras()
    kinds = {"Functional": keras.Model, "Model": keras.Model, "Sequential": keras.Sequential}
    return {
        name: SimpleNamespace(__name__=kind.__name__, from_config=functools.partial(_from_config, kind))
        for name, kind in kinds.items()
    }


def _from_config(kind: Any, config: dict[str, Any]) -> Any:
    """A model from its configuration by Keras 2 or 3, which is changed in place."""
    nested = {layer["config"].get("name") for layer in config["layers"] if "layers" in layer["config"]}
    for layer in config["layers"]:
        settings = layer["config"]
        # Keras 2 wrote them though the layers do not use them, and Keras 3 refuses them
        unused = ["rng_type"] + ["groups"] * (settings.get("groups") == 1)
        if layer["class_name"].startswith("Separable"):
            unused += ["kernel_initializer", "kernel_regularizer", "kernel_constraint"]
        for setting in unused:
            settings.pop(setting, None)
        if isinstance(axis := settings.get("axis"), list) and len(axis) == 1:
            settings["axis"] = axis[0]  # Keras 3 does so itself in .h5 files alone
        for call in itertools.chain(*layer.get("inbound_nodes", ())):
            if isinstance(call, list) and call[0] in nested:
                call[1] -= 1  # Keras 2 counts the making of a nested model as its first call
    if len(outputs := config.get("output_layers", ())) == 1:
        config["output_layers"] = outputs[0]  # a tensor, where Keras 3 would return a list of one
    return kind.from_config(config)


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
    """VGG16 with Keras' default initialisation; ValueError if Keras is set to channels first."""
    keras = backend.keras()
    if (data_format := keras.config.image_data_format()) != "channels_last":
        raise ValueError(
            f"VGG16 is built with channels last; Keras' image data format is set to {data_format!r}: "
            "call keras.config.set_image_data_format('channels_last'), or set it in keras.json."
        )
    return keras.applications.VGG16(weights=None, include_top=dense, input_shape=(224, 224, 3), name="vgg16")


def _draw_weights(model: Any, seed: int) -> None:
    he = backend.keras().initializers.HeNormal
    for index, (layer, (kernel, bias)) in enumerate(_shapes(model).items()):
        drawn = he(seed=seed + 1000 * index)(kernel)
        model.get_layer(layer).set_weights([drawn, np.zeros(bias, np.float32)])


def _set_weights(network: Any, source: str) -> tuple[str, str]:
    """Set the weights of ImageNet or of a file; the source's name and its checksum."""
    wanted = _shapes(network)
    if source == "imagenet" and "predictions" not in wanted:
        name, sha256 = source, package_data.WEIGHTS_SHA256
        found = sources.read_h5(package_data.weights(), wanted)
    else:
        path = sources.fetch(sources.KERAS_WHOLE) if source == "imagenet" else Path(source)
        name = source if source == "imagenet" else validation.path_text(path.name)
        found = _from_model(path, wanted) if path.suffix == ".keras" else sources.read_h5(path, wanted)
        sha256 = hashing.sha256(path)
    for layer in wanted:
        network.get_layer(layer).set_weights(found[layer])
    return name, sha256


def _from_model(path: Path, wanted: sources.Shapes) -> dict[str, list[np.ndarray]]:
    """Weights by layer from a model that contains VGG16's layers, possibly nested."""
    steps = graph.unfold(load_model(path)).steps.items()
    weights = {name: getattr(step.layer, "weights", ()) for name, step in steps}
    found = {name: [np.asarray(w, np.float32) for w in arrays] for name, arrays in weights.items()}
    sources.check(found, wanted, validation.path_text(path))
    return found


def _with_linear_classifier(convolutions: Any) -> Any:
    """The model with the package's linear classifier on top, which was trained on ImageNet's weights."""
    keras = backend.keras()
    kernel, bias = package_data.linear_classifier()
    pooled = keras.layers.GlobalAveragePooling2D(name="global_average_pooling")(convolutions.output)
    layer = keras.layers.Dense(len(bias), activation="softmax", name="predictions")
    model = keras.Model(convolutions.input, layer(pooled), name=convolutions.name)
    layer.set_weights([kernel, bias])
    return model


def _shapes(model: Any) -> sources.Shapes:
    return {layer.name: [tuple(w.shape) for w in layer.weights] for layer in model.layers if layer.weights}
