"""The properties of every public function, subject by subject."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from properties import Property, arguments
from vggviz.attribution.core import scores

SCALES = ("channel", "layer", "global")
READS = {"model": p.no_model, "batch": p.no_batch}
EXPLAINS = {**READS, "objective": p.no_objective}
EXPLAINED = {"model": p.models, "batch": p.batches, "objective": p.objectives}
DRAWS = {
    "steps": p.no_whole(1),
    "seed": p.no_whole(0, 2**31 - 1),
    "recipe": p.no_recipe,
    "folder": p.no_path,
    "preprocess": p.no_function,
}


def attribution(law=p.is_unsigned_map, wrong=None, slow=True, **more):
    return Property(arguments(**EXPLAINED, **more), law, EXPLAINS | (wrong or {}), slow)


def cam(law=p.is_unsigned_map):
    given = {"model": p.models, "batch": p.batches, "objective": p.deepest, "layer": st.none() | p.layers}
    return Property(arguments(**given), law, EXPLAINS | {"layer": p.no_layer_or_none}, slow=True)


def plot(wrong, slow=True, **given):
    return Property(arguments(**given), p.is_figure, {**wrong, "ax": p.no_ax}, slow)


def of_layer(strategy):
    return {"model": p.models, "layer": strategy}


# --- laws of their own


def cell_sums_up(cell, batch, **_):
    return np.isclose(cell.total, cell.products.sum(dtype=float) + cell.bias, rtol=1e-4, atol=1e-3)


def maps_are_the_picture_s_own(maps, model, batch, layers):
    alone = vggviz.feature_maps(model, batch[-1:], layers)
    assert list(maps) == ([layers] if isinstance(layers, str) else list(dict.fromkeys(layers)))
    for layer, values in maps.items():
        np.testing.assert_allclose(values[-1:], alone[layer], rtol=1e-3, atol=1e-3)


def relu_gives_the_map(values, model, batch, layer):
    maps = vggviz.feature_maps(model, batch, layer)[layer]
    wanted = values if layer == "conv_linear" else np.maximum(values, 0)
    np.testing.assert_allclose(maps, wanted, rtol=1e-3, atol=1e-3)


def statistics_fit(found, maps):
    for layer, values in maps.items():
        one = found[layer]
        assert np.array_equal(one.max, values.max(axis=(0, 1, 2)))
        assert ((one.apoz >= 0) & (one.apoz <= 1)).all()
        assert np.array_equal(one.dead, one.max <= 0)


def alike(similarity, **_):
    assert np.array_equal(similarity, similarity.T)
    assert np.abs(similarity).max() <= 1
    return set(np.round(np.diag(similarity), 6)) <= {0.0, 1.0}


def grams(found, maps):
    for gram in found.values():
        assert np.linalg.eigvalsh(gram.astype(float)).min() >= -1e-3 * max(np.abs(gram).max(), 1)


def tiles(whole, maps, columns, gap):
    height, width = maps.shape[:2]
    assert np.array_equal(whole[:height, :width], maps[..., 0])
    return np.isnan(whole).sum() == whole.size - maps.size


def contributions_sum(found, model, batch, layer, channel, place):
    before = vggviz.pre_activations(model, batch, layer)[..., channel]
    bias = float(model.get_layer(layer).bias[channel])
    wanted = before.mean(axis=(1, 2), dtype=float) if place is None else before[:, place[0], place[1]]
    np.testing.assert_allclose(found.sum(axis=1, dtype=float) + bias, wanted, rtol=1e-2, atol=0.1)


def shuffled(copy, model, layer, **_):
    for old, new in zip(
        model.get_layer(layer).get_weights(), copy.get_layer(layer).get_weights(), strict=True
    ):
        assert np.array_equal(np.sort(old, axis=None), np.sort(new, axis=None))


def classes_are_named(model, classifier, **_):
    assert len(vggviz.conv_layers(model)) == 13
    return len(vggviz.provenance(model).classes) == (200 if classifier else 0)


def likeliest_without_ties(found, predictions, top, **_):
    for row, best in zip(predictions, found, strict=True):
        values, counts = np.unique(row, return_counts=True)
        assert [value for *_, value in best] == values[counts == 1][::-1][:top].tolist()


def nearest_first(found, features, top, queries):
    numbers, cosines = found
    assert (np.diff(cosines, axis=1) <= 0).all()
    return numbers.shape == cosines.shape and numbers.shape[1] <= top


def largest_effect_first(found, top, **_):
    sizes = [size for _, size in found]
    return len({name for name, _ in found}) == top and sizes == sorted(sizes, reverse=True)


def strongest_first(found, **_):
    return all((np.diff(examples.values, axis=1) <= 0).all() for examples in found.values())


def zeros_are_counted(found, **_):
    return all(((part.apoz >= 0) & (part.apoz <= 1)).all() for part in found.values())


def curves_begin_and_end(curves, model, batch, objective, **_):
    whole = scores(model, batch, objective)
    np.testing.assert_allclose(curves.deletion[:, 0], whole, rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(curves.insertion[:, -1], whole, rtol=1e-3, atol=1e-2)


def saved(paths, maps, folder, **_):
    with np.load(folder / "feature_maps.npz") as arrays:
        for layer, values in maps.items():
            assert np.array_equal(arrays[layer], values)
    return all(path.is_file() for path in paths)


def is_picture(image, size, **_):
    return image.dtype == np.uint8 and image.ndim == 3 and (size is None or image.shape == (size, size, 3))


def back_again(batch, images):
    whole = images if images.ndim == 4 else images[None]
    return np.array_equal(vggviz.deprocess(batch), np.rint(whole))


# --- things that calls need


def _has_gaps(values=None):
    """Whether values are numbers and NaN, on two axes: which images may be."""
    return isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.isnan(values).any()


def new_figure():
    return vggviz.plot_images({"one": np.eye(3)})[0]


figures = st.builds(new_figure)
files = p.folders.map(lambda folder: folder / "figure.png")
pairs = st.integers(1, 3).map(lambda n: dict(list(p.sample_pictures().items())[:n]))
no_pictures = st.sampled_from(
    [None, 3, {}, [], ["cat"], [("a", "b", "c")], object(), "nowhere/at all", 2.5, [3]]
)
similarities = st.integers(2, 5).flatmap(
    lambda c: p.random_array(3, 3, 2, c).map(lambda kernels: vggviz.analysis.kernel_similarity(kernels))
)
titled = st.dictionaries(st.sampled_from(["a", "b × c"]), p.random_array(4, 5), min_size=1)
no_titled = p.no_array(4, 5).map(lambda values: {"one": values}) | st.sampled_from([None, 3, {}, "text"])
no_numbers = no_titled.filter(lambda given: not (isinstance(given, dict) and _has_gaps(*given.values())))
statistics = p.maps.map(vggviz.channel_statistics)
of_one = st.just({"one": 3.0})
no_measures = [None, 3, {}, {"a": {}}, {"a": 3}, *({"a": {"x": bad}} for bad in (None, np.nan, "y"))]
no_measures += [{"a": {"x": 1}, "b": {"y": 1}}, {str(number): {"x": 1} for number in range(9)}]
fields = st.sampled_from(["conv_a", "conv_even"]).map(lambda name: vggviz.receptive_fields(p.model())[name])
cells = st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(0, 3)).map(
    lambda place: vggviz.explain_cell(p.model(), p.picture(), "conv_a", place[2], place[0], place[1])
)
traces = st.builds(p.traced)
drawings = st.builds(p.drawn)
words_or_none = st.none() | st.just("labelled")

SUBJECTS = {
    "images": {
        "load_image": Property(
            arguments(
                source=p.photographs | st.sampled_from(["cat", "brick"]),
                size=st.none() | st.integers(1, 64),
                fit=st.sampled_from(["crop", "pad", "stretch"]),
            ),
            is_picture,
            {
                "source": st.sampled_from(
                    [3, 2.5, object(), [], {}, "nowhere", "x" * 5000, "nul\0byte", b"", b"x"]
                )
                | st.binary(max_size=200)
                | p.no_array(8, 9, 3).filter(lambda value: isinstance(value, np.ndarray) and value.ndim > 3),
                "size": p.no_whole(1, 10_000, optional=True),
                "fit": p.no_word("crop", "pad", "stretch"),
            },
        ),
        "preprocess": Property(
            arguments(images=p.photographs | p.random_array(2, 5, 5, 3, low=0, high=255)),
            back_again,
            {
                "images": p.no_array(2, 5, 5, 3).filter(
                    lambda v: np.ndim(v) != 3 if isinstance(v, np.ndarray) else 1
                )
            },
        ),
        "deprocess": Property(
            arguments(batch=p.random_array(2, 5, 5, 3)),
            lambda images, batch: images.dtype == np.uint8 and images.shape == batch.shape,
            {
                "batch": p.no_array(2, 5, 5, 3).filter(
                    lambda v: np.ndim(v) != 3 if isinstance(v, np.ndarray) else 1
                )
            },
        ),
        "sample_images": Property(arguments(), lambda names: len(set(names)) == len(names) > 5),
        "datasets.read_images": Property(
            arguments(source=pairs, size=st.none() | st.integers(1, 40)),
            lambda found, source, size: [name for name, _ in found] == list(source),
            {"source": no_pictures, "size": p.no_whole(1, 10_000, optional=True)},
        ),
    },
    "network": {
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
        "load_model": Property(
            arguments(path=st.builds(p.model_file)),
            lambda model, path: vggviz.conv_layers(model) == vggviz.conv_layers(p.model()),
            {"path": p.no_path | st.sampled_from([None, "nowhere.keras", "x" * 5000, ""])},
            slow=True,
        ),
        "provenance": Property(
            arguments(model=p.models | st.none()),
            lambda made_of, model: str(made_of).endswith("."),
            {"model": p.anything_but(None)},
        ),
        "classifier_card": Property(arguments(), lambda card: card["data"]["classes"] == 200),
        "decode_predictions": Property(
            arguments(model=p.classifiers, predictions=p.random_array(p.count, 3), top=st.integers(1, 5)),
            likeliest_without_ties,
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
            arguments(model=p.models),
            lambda kernels, model: np.array_equal(kernels[:, :, ::-1], vggviz.filters(model, "conv_a")),
            {"model": p.no_model},
        ),
    },
    "maps": {
        "feature_maps": Property(
            arguments(model=p.models, batch=p.batches, layers=p.layers | st.lists(p.layers, min_size=1)),
            maps_are_the_picture_s_own,
            READS | {"layers": p.no_list_of_layers},
        ),
        "pre_activations": Property(
            arguments(model=p.models, batch=p.batches, layer=p.convolutions),
            relu_gives_the_map,
            READS | {"layer": p.no_layer | st.just("pool_a")},
        ),
        "explain_cell": Property(
            arguments(
                model=p.models,
                batch=p.one_picture,
                layer=st.just("conv_b"),
                channel=st.integers(0, 5),
                row=st.integers(0, 31),
                column=st.integers(0, 31),
            ),
            cell_sums_up,
            READS
            | {"layer": p.no_layer | st.just("pool_a"), "channel": p.no_whole(0, 5)}
            | {place: p.no_whole(0, 31) for place in ("row", "column")},
        ),
        "channel_statistics": Property(arguments(maps=p.maps), statistics_fit, {"maps": p.no_maps()}),
        "rank_channels": Property(
            arguments(maps=p.maps, by=st.sampled_from(["max", "mean", "std", "apoz", "index"])),
            lambda ranked, maps, by: all(sorted(numbers) == [0, 1, 2] for numbers in ranked.values()),
            {"maps": p.no_maps(), "by": p.no_word("max", "mean", "std", "apoz", "index")},
        ),
        "mosaic": Property(
            arguments(
                maps=p.random_array(p.side, p.side, p.side),
                columns=st.none() | st.integers(1, 8),
                gap=st.integers(0, 3),
            ),
            tiles,
            {
                "maps": st.sampled_from(
                    [None, "x", 3, [], {}, object(), np.zeros(3), [[1], [1, 2]], np.ones((2, 2))]
                ),
                "columns": p.no_whole(1, optional=True) | st.just(10**12),
                "gap": p.no_whole(0) | st.just(10**12),
            },
        ),
        "save_feature_maps": Property(
            arguments(maps=p.maps, folder=p.folders, scale=st.sampled_from(SCALES)),
            saved,
            {"maps": p.no_maps(), "folder": p.no_path, "scale": p.no_word(*SCALES)},
        ),
        "analysis.channel_similarity": Property(
            arguments(maps=st.builds(dict, one=p.random_array(2, 3, 3, 4)), layer=st.just("one")),
            alike,
            {
                "maps": p.no_maps(),
                "layer": p.no_word("one"),
                "by": p.no_word("cosine", "correlation"),
            },
        ),
        "analysis.kernel_similarity": Property(
            arguments(kernels=p.kernels), alike, {"kernels": p.no_array(3, 3, 3, 4)}
        ),
        "analysis.gram_matrix": Property(arguments(maps=p.maps), grams, {"maps": p.no_maps()}),
        "analysis.pooled_features": Property(
            arguments(maps=p.maps, by=st.sampled_from(["mean", "max"])),
            lambda found, maps, by: all(f.shape == (2, 3) for f in found.values()),
            {"maps": p.no_maps(), "by": p.no_word("mean", "max")},
        ),
        "analysis.nearest_neighbours": Property(
            arguments(
                features=p.random_array(st.integers(2, 6), 4),
                top=st.integers(1, 9),
                queries=st.none() | p.random_array(3, 4),
            ),
            nearest_first,
            {
                "features": p.no_array(3, 4),
                "top": p.no_whole(1),
                "queries": p.no_array(3, 4).filter(lambda v: v is not None),
            },
        ),
        "analysis.input_contributions": Property(
            arguments(
                model=p.models,
                batch=p.batches,
                layer=st.just("conv_b"),
                channel=st.integers(0, 5),
                place=st.none() | st.tuples(st.integers(0, 31), st.integers(0, 31)),
            ),
            contributions_sum,
            READS
            | {
                "layer": p.no_layer | st.just("pool_a"),
                "channel": p.no_whole(0, 5),
                "place": st.sampled_from(
                    [3, "ab", (1,), (1, 2, 3), (0, 32), (-1, 0), (0.5, 0), (None, 1), [], {}]
                ),
            },
        ),
        "analysis.trace": Property(
            arguments(
                model=p.models,
                batch=p.one_picture,
                objective=p.deepest,
                layers=st.none() | st.just(["conv_a", "conv_b"]),
                top=st.integers(1, 4),
            ),
            lambda found, top, **_: found.channels.shape[1] == top,
            EXPLAINS | {"layers": p.no_list_of_layers, "top": p.no_whole(1, 7)},
            slow=True,
        ),
        "analysis.preferred_classes": Property(
            arguments(layer=st.just("block3_conv2"), channel=st.integers(0, 255), top=st.integers(1, 9)),
            largest_effect_first,
            {
                "layer": p.no_word("block3_conv2") | st.sampled_from(["block1_pool", "block3_conv"]),
                "channel": p.no_whole(0, 255),
                "top": p.no_whole(1, 200),
            },
        ),
        "datasets.dataset_examples": Property(
            arguments(
                model=p.models,
                source=pairs,
                layers=p.layers,
                channels=st.none() | st.lists(st.integers(0, 3), min_size=1, max_size=3),
                top=st.integers(1, 4),
            ),
            strongest_first,
            {
                "model": p.no_model,
                "source": no_pictures,
                "layers": p.no_list_of_layers,
                "channels": p.no_channels,
                "top": p.no_whole(1),
                "preprocess": p.no_function,
            },
            slow=True,
        ),
        "datasets.dataset_statistics": Property(
            arguments(model=p.models, source=pairs, layers=p.layers),
            zeros_are_counted,
            {
                "model": p.no_model,
                "source": no_pictures,
                "layers": p.no_list_of_layers,
                "preprocess": p.no_function,
            },
            slow=True,
        ),
        "datasets.example_crops": Property(
            arguments(
                examples=st.builds(p.examples),
                source=st.builds(p.sample_pictures),
                channels=st.none() | st.lists(st.integers(0, 5), min_size=1, max_size=3),
            ),
            lambda crops, **_: all(piece.dtype == np.uint8 for pieces in crops.values() for piece in pieces),
            {
                "examples": p.anything_but(),
                "source": no_pictures,
                "channels": p.no_channels.filter(lambda value: value not in ([], {})),
            },
        ),
        "explore": Property(
            arguments(model=p.models, images=pairs, layers=st.none() | st.just(["conv_a"])),
            lambda page, images, **_: list(page.images) == list(images),
            {
                "model": p.no_model,
                "images": no_pictures.filter(lambda value: value != ["cat"] and value is not None),
                "layers": p.no_list_of_layers,
                "preprocess": p.no_function,
            },
        ),
    },
    "measures": {
        "analysis.effective_rank": Property(
            arguments(kernels=p.random_array(3, 3, 2, st.integers(1, 4), low=0.5)),
            lambda rank, kernels: 0.999 <= rank <= kernels.shape[-1] * 1.001,
            {"kernels": p.no_array(3, 3, 2, 4) | st.just(np.zeros((3, 3, 2, 4)))},
        ),
        "analysis.is_oriented": Property(
            arguments(kernels=p.kernels),
            lambda found, kernels: found.dtype == bool and len(found) == kernels.shape[-1],
            {"kernels": p.no_array(3, 3, 3, 4)},
        ),
        "analysis.is_colour_opponent": Property(
            arguments(kernels=p.kernels),
            lambda found, kernels: found.dtype == bool and len(found) == kernels.shape[-1],
            {"kernels": p.no_array(3, 3, 3, 4) | st.just(np.zeros((3, 3, 2, 4)))},
        ),
        "analysis.linear_probe": Property(
            arguments(
                features=p.random_array(6, 3),
                labels=p.random_array(6, low=0, high=3, dtype=np.int64),
                test_features=p.random_array(4, 3),
                test_labels=p.random_array(4, low=0, high=3, dtype=np.int64),
                ridge=st.floats(0.001, 10),
            ),
            lambda right, **_: 0 <= right <= 1,
            {
                "features": p.no_array(6, 3),
                "labels": p.no_array(6)
                | st.sampled_from([np.zeros(5, int), np.full(6, -1), np.full(6, 0.5)]),
                "test_features": p.no_array(4, 3) | st.just(np.zeros((4, 2))),
                "test_labels": p.no_array(4) | st.sampled_from([np.zeros(5, int), np.full(4, 10**9)]),
                "ridge": p.no_real(0) | st.just(0),
            },
        ),
    },
    "objectives": {
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
    },
    "attribution": {
        "attribution.saliency": attribution(),
        "attribution.guided_backprop": attribution(),
        "attribution.smooth_grad": attribution(
            wrong={"samples": p.no_whole(1), "noise": p.no_real(), "seed": p.no_whole()},
            samples=st.integers(1, 3),
            noise=st.floats(0, 1),
            seed=p.seed,
        ),
        "attribution.integrated_gradients": attribution(
            law=p.is_map,
            wrong={
                "baseline": p.no_array(1, *p.SHAPE).filter(
                    lambda v: v is not None and getattr(v, "shape", 0) not in ((), p.SHAPE)
                )
                | st.just(np.zeros((1, 5, 5, 3))),
                "steps": p.no_whole(1),
            },
            baseline=st.none() | st.floats(-10, 10) | p.random_array(3),
            steps=st.integers(1, 3),
        ),
        "attribution.grad_cam": cam(),
        "attribution.grad_cam_plus_plus": cam(),
        "attribution.layer_cam": cam(),
        "attribution.eigen_cam": Property(
            arguments(model=p.models, batch=p.batches, layer=st.none() | p.layers),
            p.is_unsigned_map,
            READS | {"layer": p.no_layer_or_none},
        ),
        "attribution.score_cam": Property(
            arguments(**EXPLAINED, layer=p.layers, batch_size=st.integers(1, 8)),
            p.is_unsigned_map,
            EXPLAINS | {"layer": p.no_layer_or_none, "batch_size": p.no_whole(1)},
            slow=True,
        ),
        "attribution.occlusion": attribution(
            law=p.is_map,
            wrong={
                "size": p.no_whole(1, 32),
                "stride": p.no_whole(1, 32),
                "fill": p.no_real(-1e15).filter(lambda v: v is not True),
            },
            size=st.integers(8, 32),
            stride=st.integers(6, 8),
            fill=st.floats(-9, 9) | p.random_array(3),
        ),
        "attribution.deletion_insertion": Property(
            arguments(
                **EXPLAINED,
                attribution=st.none(),
                steps=st.integers(1, 3),
                fill=st.floats(-9, 9) | p.random_array(3),
                seed=p.seed,
            ),
            curves_begin_and_end,
            EXPLAINS
            | {
                "attribution": p.no_array(1, 32, 32).filter(lambda v: v is not None)
                | st.just(np.zeros((1, 5, 5))),
                "steps": p.no_whole(1),
                "fill": p.no_real(-1e15).filter(lambda v: v is not True),
                "seed": p.no_whole(),
            },
            slow=True,
        ),
        "attribution.shuffled_weights": Property(
            arguments(model=p.models, layer=p.convolutions, cascade=st.booleans(), seed=p.seed),
            shuffled,
            {
                "model": p.no_model,
                "layer": p.no_layer | st.just("pool_a"),
                "cascade": p.anything_but(bool),
                "seed": p.no_whole(),
            },
            slow=True,
        ),
    },
    "drawing": {
        "feature_visualization.Recipe": Property(
            arguments(jitter=st.none() | st.integers(0, 9), scale=st.floats(0, 0.9), rate=st.floats(0, 9)),
            lambda recipe, scale, **_: recipe.scale == scale,
            {
                **{name: p.no_real() for name in ("rotation", "total_variation", "rate")},
                **{name: p.anything_but(bool) for name in ("fourier", "decorrelate")},
                "scale": p.no_real() | st.sampled_from([1, 1.5]),
                "jitter": p.no_whole(optional=True),
            },
        ),
        "feature_visualization.visualize": Property(
            arguments(
                model=p.models,
                objectives=p.objectives | st.lists(p.objectives, min_size=1, max_size=2),
                size=st.just(24),
                steps=st.integers(1, 2),
                seed=p.seed,
                recipe=p.recipes,
            ),
            p.is_drawing,
            DRAWS
            | {
                "model": p.no_model,
                "objectives": p.anything_but() | st.just([3]),
                "size": p.no_whole(1, 10_000, optional=True),
            },
            slow=True,
        ),
        "feature_visualization.visualization_cost": Property(
            arguments(
                model=p.models, objectives=p.objectives, size=st.integers(8, 99), steps=st.integers(1, 9)
            ),
            lambda cost, size, **_: cost.size == (size, size) and cost.total > 0,
            {
                "model": p.no_model,
                "objectives": p.anything_but() | st.just([3]),
                "size": p.no_whole(1, 10_000, optional=True),
                "steps": p.no_whole(1),
            },
        ),
        "feature_visualization.invert": Property(
            arguments(model=p.models, batch=p.one_picture, layer=p.layers, steps=st.just(1), seed=p.seed),
            p.is_drawing,
            READS | DRAWS | {"layer": p.no_layer, "batch": p.no_array(1, *p.SHAPE)},
            slow=True,
        ),
        "feature_visualization.caricature": Property(
            arguments(
                model=p.models, batch=p.one_picture, layer=p.layers, power=st.floats(0, 3), steps=st.just(1)
            ),
            p.is_drawing,
            READS | DRAWS | {"layer": p.no_layer, "power": p.no_real(), "batch": p.no_array(1, *p.SHAPE)},
            slow=True,
        ),
    },
    "figures": {
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
        "plot_images": plot(
            {
                "images": no_numbers,
                "scale": p.no_word("channel", "global"),
                "columns": p.no_whole(1),
            },
            images=titled | st.builds(dict, a=p.photographs),
            scale=st.sampled_from(["channel", "global"]),
            columns=st.integers(1, 5),
        ),
        "plot_filters": plot(
            {
                "kernels": p.no_array(3, 3, 3, 4),
                "channels": p.no_channels,
                "top": p.no_whole(1, optional=True),
                "scale": p.no_word("channel", "layer"),
            },
            kernels=p.kernels | p.random_array(3, 3, 5, 2),
            top=st.none() | st.integers(1, 9),
            scale=st.sampled_from(["channel", "layer"]),
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
                "image": p.no_picture.filter(lambda v: v is not None),
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
                "image": p.no_picture.filter(lambda v: v is not None),
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
                "image": p.no_picture,
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
        "plot_cell": plot(
            {"cell": p.anything_but(), "top": p.no_whole(1)}, cell=cells, top=st.integers(1, 9)
        ),
        "plot_attribution": plot(
            {
                "maps": no_titled,
                "images": p.no_picture.filter(lambda v: v is not None and not isinstance(v, dict)),
                "scale": p.no_word("channel", "global"),
                "columns": p.no_whole(1),
            },
            maps=titled,
            images=st.none() | p.random_array(4, 5, 3, low=0, high=255, dtype=np.uint8),
            scale=st.sampled_from(["channel", "global"]),
            columns=st.integers(1, 4),
        ),
        "plot_deletion_insertion": plot(
            {"curves": st.sampled_from([None, 3, {}, {"one": 3}, {"one": None}, "text"])},
            curves=st.builds(lambda: {"one": p.curve()}),
        ),
        "plot_examples": plot(
            {
                "examples": p.anything_but(),
                "crops": st.sampled_from([None, 3, {}, {77: []}, {0: []}, {0: None}, {"x": []}, {0: [3, 4]}]),
            },
            examples=st.builds(p.examples),
            crops=st.builds(lambda: vggviz.datasets.example_crops(p.examples(), p.sample_pictures(), [0, 1])),
        ),
        "plot_similarity": plot(
            {
                "similarity": p.no_array(3, 3) | st.sampled_from([np.ones((1, 1)), np.ones((2, 3))]),
                "order": p.no_word("alike", "index"),
                "label": p.anything_but(str),
            },
            similarity=similarities,
            order=st.sampled_from(["alike", "index"]),
        ),
        "plot_trace": plot({"trace": p.anything_but()}, trace=traces),
        "plot_by_layer": plot(
            {
                "measures": st.sampled_from(no_measures),
                "label": p.anything_but(str),
            },
            measures=st.dictionaries(st.text("ab", min_size=1), of_one, min_size=1, max_size=4),
        ),
        "plot_image_map": plot(
            {
                "points": p.no_array(2, 2) | st.just(np.zeros((2, 3))),
                "images": st.sampled_from([None, 3, [], [3, 4], "ab", [np.zeros((2, 2))] * 2, [None, None]]),
                "groups": st.sampled_from([3, [], ["a"], "ab", [1, 2], ["a", None], object()]),
                "size": p.no_real(0.001) | st.sampled_from([0, 1, 5]),
            },
            points=p.random_array(2, 2),
            images=p.random_array(2, 4, 5, 3, low=0, high=255, dtype=np.uint8),
            groups=st.none() | st.just(["a", "b"]),
            size=st.floats(0.01, 0.5),
        ),
        "plot_visualization": plot(
            {"visualization": p.anything_but(), "columns": p.no_whole(1, optional=True)},
            visualization=drawings,
            columns=st.none() | st.integers(1, 4),
        ),
        "plot_ascent": plot({"visualization": p.anything_but()}, visualization=drawings),
    },
}
PROPERTIES = {name: known for subject in SUBJECTS.values() for name, known in subject.items()}
