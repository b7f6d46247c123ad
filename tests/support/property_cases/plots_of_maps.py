"""Properties of plots of kernels, feature maps and layers."""

from __future__ import annotations

from hypothesis import strategies as st

import properties as p
import vggviz
from property_cases.builders import SCALES, plot

fields = st.sampled_from(["conv_a", "conv_even"]).map(lambda name: vggviz.receptive_fields(p.model())[name])
cells = st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(0, 3)).map(
    lambda place: vggviz.explain_cell(p.model(), p.network_input(), "conv_a", place[2], place[0], place[1])
)


PROPERTIES = {
    "plot_filters": plot(
        {
            "kernels": p.no_array(3, 3, 3, 4),
            "channels": p.no_channels,
            "top": p.no_whole(1, optional=True),
            "scale": p.no_word("channel", "layer"),
            "rgb": p.anything_but(bool),
        },
        kernels=p.kernels | p.random_array(3, 3, 5, 2),
        top=st.none() | st.integers(1, 9),
        scale=st.sampled_from(["channel", "layer"]),
        rgb=st.booleans(),
    ),
    "plot_feature_maps": plot(
        {
            "maps": p.no_maps(),
            "layer": p.no_word("one"),
            "channels": p.no_channels,
            "top": p.no_whole(1, optional=True),
            "scale": p.no_word(*SCALES),
            "clip": p.no_real(0, optional=True) | st.sampled_from([0, 100.5]),
        },
        maps=st.builds(dict, one=p.random_array(2, 4, 4, 3)),
        layer=st.just("one"),
        top=st.none() | st.integers(1, 5),
        scale=st.sampled_from(SCALES),
        clip=st.none() | st.floats(0.1, 100),
    ),
    "plot_layers": plot(
        {
            "maps": p.no_maps(),
            "image": p.no_image.filter(lambda v: v is not None),
            "layers": p.no_list_of_layers,
            "top": p.no_whole(1, 3),
            "scale": p.no_word(*SCALES),
        },
        maps=p.maps,
        image=st.none() | p.photographs,
        top=st.integers(1, 3),
        scale=st.sampled_from(SCALES),
    ),
    "plot_channel": plot(
        {
            "maps": p.no_maps(),
            "layer": p.no_word("one"),
            "channel": p.no_whole(0, 2),
            "image": p.no_image.filter(lambda v: v is not None),
            "overlay": p.anything_but(bool),
            "scale": p.no_word(*SCALES),
        },
        maps=st.builds(dict, one=p.random_array(2, 4, 4, 3)),
        layer=st.just("one"),
        channel=st.integers(0, 2),
        image=st.none() | p.photographs,
        overlay=st.booleans(),
        scale=st.sampled_from(SCALES),
    ),
    "plot_receptive_field": plot(
        {
            "field": p.anything_but(),
            "image": p.no_image,
            "row": p.no_whole(0, 99) | st.just([1, 2]),
            "column": p.no_whole(0, 99) | st.just([1, 2]),
        },
        field=fields,
        image=p.photographs,
        row=st.integers(0, 2),
        column=st.integers(0, 2),
    ),
    "plot_channel_statistics": plot(
        {
            "statistics": st.sampled_from([None, 3, {}, {"one": 3}, {"one": None}, "text"]),
            "layer": p.no_word("one", optional=True),
            "by": p.no_word("apoz", "mean", "max", "std"),
        },
        statistics=st.builds(dict, one=p.random_array(2, 4, 4, 3)).map(vggviz.channel_statistics),
        layer=st.none() | st.just("one"),
        by=st.sampled_from(["apoz", "mean", "max", "std"]),
    ),
    "plot_layer_table": plot({"table": p.anything_but()}, table=p.models.map(vggviz.layer_table)),
    "plot_cell": plot({"cell": p.anything_but(), "top": p.no_whole(1)}, cell=cells, top=st.integers(1, 9)),
}
