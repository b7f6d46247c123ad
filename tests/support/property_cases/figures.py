"""Properties of saved files, text alternatives and the explorer."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from properties import Property, arguments
from property_cases.builders import SCALES, no_images, pairs


def files_are_saved(paths, maps, folder, **_):
    with np.load(folder / "feature_maps.npz") as arrays:
        for layer, values in maps.items():
            assert np.array_equal(arrays[layer], values)
    return all(path.is_file() for path in paths)


def new_figure():
    return vggviz.plot_images({"one": np.eye(3)})[0]


figures = st.builds(new_figure)
files = p.folders.map(lambda folder: folder / "figure.png")


PROPERTIES = {
    "save_feature_maps": Property(
        arguments(maps=p.maps, folder=p.folders, scale=st.sampled_from(SCALES)),
        files_are_saved,
        {"maps": p.no_maps(), "folder": p.no_path, "scale": p.no_word(*SCALES)},
    ),
    "explore": Property(
        arguments(
            model=p.models,
            images=pairs,
            layers=st.none() | st.just(["conv_a"]),
            further_maps=st.sampled_from(["small", "all"]),
        ),
        lambda page, images, **_: list(page.images) == list(images),
        {
            "model": p.no_model,
            "images": no_images.filter(lambda value: value != ["cat"] and value is not None),
            "layers": p.no_list_of_layers,
            "preprocess": p.no_function,
            "further_maps": p.no_word("small", "all"),
            "atlas": p.no_path.filter(lambda value: value is not None) | st.just("nowhere"),
        },
    ),
    "text_alternative": Property(
        arguments(figure=figures), lambda text, figure: len(text) > 10, {"figure": p.anything_but()}
    ),
    "save_figure": Property(
        arguments(figure=figures, path=files),
        lambda saved, path, figure: saved == path and path.stat().st_size > 100,
        {
            "figure": p.anything_but(),
            "path": p.no_path | st.sampled_from([None, "a.jpg", "nowhere/", "", ".png"]),
        },
        slow=True,
    ),
}
