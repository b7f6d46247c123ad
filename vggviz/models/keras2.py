"""Models in files of Keras 2, whose configurations Keras 3 does not read as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vggviz._shared import backend


def custom_objects() -> dict[str, Any]:
    """What `keras.saving.load_model` needs to read the models of Keras 2; harmless for those of Keras 3."""
    keras = backend.keras()
    kinds = {"Functional": keras.Model, "Model": keras.Model, "Sequential": keras.Sequential}
    return {name: _reader(kind) for name, kind in kinds.items()}


def _reader(kind: Any) -> Any:
    return SimpleNamespace(
        __name__=kind.__name__, from_config=lambda config: kind.from_config(_mended(config))
    )


def _mended(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a model, changed in place."""
    nested = {layer["config"].get("name") for layer in config["layers"] if "layers" in layer["config"]}
    for layer in config["layers"]:
        for setting in _unused(layer["class_name"], layer["config"]):
            del layer["config"][setting]
        for call in (call for node in layer.get("inbound_nodes", ()) for call in node):
            if isinstance(call, list) and call[0] in nested:
                call[1] -= 1  # Keras 2 counts the making of a nested model as its first call
        if isinstance(axis := layer["config"].get("axis"), list):
            layer["config"]["axis"] = axis[0] if len(axis) == 1 else axis
    if len(outputs := config.get("output_layers", ())) == 1:
        config["output_layers"] = outputs[0]  # a tensor, where Keras 3 would return a list of one
    return config


def _unused(kind: str, settings: dict[str, Any]) -> list[str]:
    """Settings that Keras 2 wrote though the layer does not use them, and that Keras 3 refuses."""
    unused = ["rng_type"] + ["groups"] * (settings.get("groups") == 1)
    if kind.startswith("Separable"):
        unused += ["kernel_initializer", "kernel_regularizer", "kernel_constraint"]
    return [setting for setting in unused if setting in settings]
