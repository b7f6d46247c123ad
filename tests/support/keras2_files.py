"""Files as Keras 2 writes them, made of those of Keras 3 by its rules."""

import json

import h5py

import networks

SEPARABLE = {"kernel_initializer": None, "kernel_regularizer": None, "kernel_constraint": None}


def save(model, path):
    """A whole model as an .h5 file of Keras 2, with the state of an optimizer."""
    networks.save(model, path)
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs["model_config"])
        _rewrite(config)
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = file["model_weights"].attrs["keras_version"] = "2.15.0"
        file["optimizer_weights/Adam/m/block1_conv1/kernel:0"] = [1.0]
    return path


def save_weights(model, path):
    """The weights alone as an .h5 file of Keras 2: a group for each layer, nested models being layers."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name for layer in model.layers]
        for layer in model.layers:
            group = file.create_group(layer.name)
            owners = getattr(layer, "layers", [layer])
            arrays = {f"{one.name}/{w.name}:0": w for one in owners for w in one.weights}
            ordered = sorted(arrays, key=lambda name: not arrays[name].trainable)
            group.attrs["weight_names"] = ordered
            for name in ordered:
                group[name] = arrays[name].numpy()
    return path


def _rewrite(model):
    layers = model["config"]["layers"]
    nested = {layer["config"]["name"] for layer in layers if "layers" in layer["config"]}
    for layer in layers:
        layer.pop("module", None)
        layer["inbound_nodes"] = [_calls(node, nested) for node in layer.get("inbound_nodes", ())]
        _rewrite(layer) if "layers" in layer["config"] else _rewrite_settings(layer)
    if ends := model["config"].get("output_layers"):
        model["config"]["output_layers"] = [ends] if isinstance(ends[0], str) else ends


def _calls(node, nested):
    arguments = node["args"][0]
    tensors = arguments if isinstance(arguments, list) else [arguments]
    places = [tensor["config"]["keras_history"] for tensor in tensors]
    return [[name, call + (name in nested), output, {}] for name, call, output in places]


def _rewrite_settings(layer):
    kind, settings = layer["class_name"], layer["config"]
    settings["dtype"] = "float32"
    if kind == "InputLayer":
        settings["batch_input_shape"] = settings.pop("batch_shape")
        settings.pop("optional")
    if "Conv" in kind:
        settings["groups"] = settings.get("groups", 1)
    if kind == "SeparableConv2D":
        settings.update(SEPARABLE)
    if kind == "BatchNormalization":
        settings["axis"] = [3]
    if kind.startswith("Random"):
        settings.pop("data_format")
        settings["rng_type"] = "stateful"
