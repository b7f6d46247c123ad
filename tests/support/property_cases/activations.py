"""Properties of feature maps and statistics of channels."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from properties import Property, arguments
from property_cases.builders import MODEL_WRONG


def products_sum_to_the_cell(cell, batch, **_):
    return np.isclose(cell.total, cell.products.sum(dtype=float) + cell.bias, rtol=1e-4, atol=1e-3)


def maps_do_not_depend_on_the_batch(maps, model, batch, layers):
    alone = vggviz.feature_maps(model, batch[-1:], layers)
    assert list(maps) == ([layers] if isinstance(layers, str) else list(dict.fromkeys(layers)))
    for layer, values in maps.items():
        np.testing.assert_allclose(values[-1:], alone[layer], rtol=1e-3, atol=1e-3)


def relu_of_pre_activations_is_the_map(values, model, batch, layer):
    maps = vggviz.feature_maps(model, batch, layer)[layer]
    wanted = values if layer == "conv_linear" else np.maximum(values, 0)
    np.testing.assert_allclose(maps, wanted, rtol=1e-3, atol=1e-3)


def statistics_fit(found, maps):
    for layer, values in maps.items():
        one = found[layer]
        assert np.array_equal(one.max, values.max(axis=(0, 1, 2)))
        assert ((one.apoz >= 0) & (one.apoz <= 1)).all()
        assert np.array_equal(one.dead, one.max <= 0)


PROPERTIES = {
    "feature_maps": Property(
        arguments(model=p.models, batch=p.batches, layers=p.layers | st.lists(p.layers, min_size=1)),
        maps_do_not_depend_on_the_batch,
        MODEL_WRONG | {"layers": p.no_list_of_layers},
    ),
    "pre_activations": Property(
        arguments(model=p.models, batch=p.batches, layer=p.convolutions),
        relu_of_pre_activations_is_the_map,
        MODEL_WRONG | {"layer": p.no_layer | st.just("pool_a")},
    ),
    "explain_cell": Property(
        arguments(
            model=p.models,
            batch=p.one_image,
            layer=st.just("conv_b"),
            channel=st.integers(0, 5),
            row=st.integers(0, 31),
            column=st.integers(0, 31),
        ),
        products_sum_to_the_cell,
        MODEL_WRONG
        | {"layer": p.no_layer | st.just("pool_a"), "channel": p.no_whole(0, 5)}
        | {place: p.no_whole(0, 31) for place in ("row", "column")},
    ),
    "channel_statistics": Property(arguments(maps=p.maps), statistics_fit, {"maps": p.no_maps()}),
    "rank_channels": Property(
        arguments(maps=p.maps, by=st.sampled_from(["max", "mean", "std", "apoz", "index"])),
        lambda ranked, maps, by: all(sorted(indices) == [0, 1, 2] for indices in ranked.values()),
        {"maps": p.no_maps(), "by": p.no_word("max", "mean", "std", "apoz", "index")},
    ),
}
