"""Properties of objectives."""

from __future__ import annotations

from hypothesis import strategies as st

import properties as p
from properties import Property, arguments

PROPERTIES = {
    "objectives.channel": Property(
        arguments(layer=p.layers, index=st.integers(0, 3)),
        lambda objective, layer, index: objective.layers == (layer,) and str(index) in objective.label,
        {"layer": p.anything_but(str), "index": p.no_whole()},
    ),
    "objectives.neuron": Property(
        arguments(
            layer=p.layers,
            index=st.integers(0, 3),
            row=st.none() | st.integers(0, 3),
            column=st.none() | st.integers(0, 3),
        ),
        lambda objective, layer, **_: objective.layers == (layer,),
        {
            "layer": p.anything_but(str),
            "index": p.no_whole(),
            "row": p.no_whole(optional=True),
            "column": p.no_whole(optional=True),
        },
    ),
    "objectives.class_logit": Property(
        arguments(index=st.integers(0, 999)),
        lambda objective, index: str(index) in objective.label,
        {"index": p.no_whole()},
    ),
}
