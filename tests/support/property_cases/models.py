"""Properties of loading, listing and describing models."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from properties import Property, arguments


def of_layer(strategy):
    return {"model": p.models, "layer": strategy}


def classes_are_named(model, classifier, **_):
    assert len(vggviz.conv_layers(model)) == 13
    return len(vggviz.provenance(model).classes) == (200 if classifier else 0)


def most_probable_without_ties(found, predictions, top, **_):
    for row, best in zip(predictions, found, strict=True):
        values, counts = np.unique(row, return_counts=True)
        assert [value for *_, value in best] == values[counts == 1][::-1][:top].tolist()


PROPERTIES = {
    "load_vgg16": Property(
        arguments(
            weights=st.just("random"),
            classifier=st.sampled_from([None, "linear"]),
            seed=st.integers(0, 5),
        ),
        classes_are_named,
        {
            "weights": p.no_path | st.sampled_from(["imagnet", "nowhere.h5", "x" * 5000, ""]),
            "classifier": p.no_word("linear", "dense", optional=True),
            "seed": p.no_whole(0, 2**31 - 1),
        },
        slow=True,
    ),
    "load_forward_only": Property(
        arguments(weights=st.just("random"), classifier=st.sampled_from([None, "linear"])),
        classes_are_named,
        {
            "weights": p.no_path | st.sampled_from(["imagnet", "nowhere.h5", "x" * 5000, ""]),
            "classifier": p.no_word("linear", "dense", optional=True),
        },
        slow=True,
    ),
    "load_model": Property(
        arguments(path=st.builds(p.model_file)),
        lambda model, path: vggviz.conv_layers(model) == vggviz.conv_layers(p.model()),
        {"path": p.no_path | st.sampled_from([None, "nowhere.keras", "x" * 5000, ""])},
        slow=True,
    ),
    "provenance": Property(
        arguments(model=p.models | st.none()),
        lambda known, model: str(known).endswith("."),
        {"model": p.anything_but(None)},
    ),
    "classifier_card": Property(arguments(), lambda card: card["data"]["classes"] == 200),
    "decode_predictions": Property(
        arguments(model=p.classifiers, predictions=p.random_array(p.count, 3), top=st.integers(1, 5)),
        most_probable_without_ties,
        {"model": p.no_model, "predictions": p.no_array(2, 3), "top": p.no_whole(1)},
    ),
    "conv_layers": Property(
        arguments(model=p.models), lambda names, model: len(names) == 5, {"model": p.no_model}
    ),
    "layer_table": Property(
        arguments(model=p.models),
        lambda table, model: sum(row.parameters for row in table) == model.count_params(),
        {"model": p.no_model},
    ),
    "receptive_fields": Property(
        arguments(model=p.models),
        lambda fields, model: set(fields) >= set(p.LAYERS),
        {"model": p.no_model},
    ),
    "filters": Property(
        arguments(**of_layer(p.convolutions)),
        lambda kernels, model, layer: kernels.shape[-1] == p.CHANNELS[layer],
        {"model": p.no_model, "layer": p.no_layer | st.just("pool_a")},
    ),
    "filters_rgb": Property(
        arguments(
            model=p.models, layer=st.sampled_from([None, "conv_a"]), order=st.sampled_from(["bgr", "rgb"])
        ),
        lambda kernels, model, layer, order: np.array_equal(
            kernels[:, :, ::-1] if order == "bgr" else kernels, vggviz.filters(model, "conv_a")
        ),
        {
            "model": p.no_model,
            "layer": p.no_layer_or_none | st.just("pool_a"),
            "order": p.no_word("bgr", "rgb"),
        },
    ),
}
