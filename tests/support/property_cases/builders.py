"""Strategies and builders that the properties of several subjects share."""

from __future__ import annotations

from hypothesis import strategies as st

import properties as p
from properties import Property, arguments

SCALES = ("channel", "layer", "global")
MODEL_WRONG = {"model": p.no_model, "batch": p.no_batch}
OBJECTIVE_WRONG = {**MODEL_WRONG, "objective": p.no_objective}


def plot(wrong, slow=True, **given):
    return Property(arguments(**given), p.is_figure, {**wrong, "ax": p.no_ax}, slow)


pairs = st.integers(1, 3).map(lambda n: dict(list(p.sample_images().items())[:n]))
no_images = st.sampled_from(
    [None, 3, {}, [], ["cat"], [("a", "b", "c")], object(), "nowhere/at all", 2.5, [3]]
)
