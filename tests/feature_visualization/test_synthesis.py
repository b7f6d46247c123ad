"""Drawing by gradient ascent: it climbs, it is the same in any company, and takes up what is there."""

import logging
from dataclasses import replace

import numpy as np
import pytest

import networks
import vggviz
from disk import names
from sentences import refused
from vggviz._shared import backend
from vggviz._shared.backend import tensorflow
from vggviz._shared.gradient_override import redirected_relu_gradient
from vggviz.attribution.core import scores
from vggviz.feature_visualization import synthesis
from vggviz.feature_visualization.checkpoints import Album
from vggviz.feature_visualization.optimisation import CONTRAST, Ascent, Recipe
from vggviz.feature_visualization.parameterisation import noise, paint
from vggviz.feature_visualization.rendering import drawing_size, full_recipe
from vggviz.feature_visualization.synthesis import caricature, invert, visualization_cost, visualize
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models.graph import find_step, part, unfold
from vggviz.objectives import LOGITS, Objective, channel, class_logit, neuron

STEPS = 12
QUICK = {"steps": STEPS, "size": 32, "recipe": Recipe(rate=0.2, jitter=1)}


@pytest.fixture(scope="module")
def drawn(functional):
    """Two channels and a neuron, side by side."""
    objectives = [channel("conv_b", 1), channel("conv_strided", 3), neuron("conv_b", 2)]
    return objectives, visualize(functional, objectives, **QUICK)


@pytest.fixture
def photographs():
    return vggviz.preprocess(np.stack([vggviz.load_image(name, 32) for name in ("cat", "coffee")]))


# --- activation maximization


def test_pictures_are_levels_and_values_the_network_s_own(functional, drawn):
    objectives, found = drawn
    assert found.images.shape == (3, 32, 32, 3)
    assert found.images.dtype == found.values.dtype == np.float32
    assert found.images.min() >= 0
    assert found.images.max() <= 255
    assert found.values.shape == (3, STEPS + 1)
    assert found.labels == tuple(objective.label for objective in objectives)
    maps = vggviz.feature_maps(functional, vggviz.preprocess(found.images))
    expected = [maps["conv_b"][0, ..., 1].mean(), maps["conv_strided"][1, ..., 3].mean()]
    assert np.allclose(found.reached, [*expected, maps["conv_b"][2, 16, 16, 2]], rtol=1e-3)


def test_every_objective_rises(drawn):
    _, found = drawn
    assert (found.reached > 1.3 * found.values[:, 0]).all()


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_any_network(kind, request):
    model = request.getfixturevalue(kind)
    layer = vggviz.conv_layers(model)[-1]
    found = visualize(model, channel(layer, 0), steps=STEPS, recipe=Recipe(rate=0.2))
    assert found.reached[0] > found.values[0, 0]


def test_a_class_is_drawn_by_its_logit_at_the_size_of_the_input(sequential):
    found = visualize(sequential, [class_logit(0), class_logit(2)], steps=40)
    assert found.images.shape == (2, 32, 32, 3)
    assert (found.reached > found.values[:, 0]).all()
    batch = vggviz.preprocess(found.images)
    for number, logit in enumerate((class_logit(0), class_logit(2))):
        said = scores(sequential, batch, logit)
        assert said[number] > said[1 - number]


def test_a_picture_is_the_same_in_any_company(functional, drawn):
    objectives, together = drawn
    for number, objective in enumerate(objectives):
        alone = visualize(functional, objective, **QUICK)
        assert np.allclose(alone.values[0], together.values[number], rtol=0.01)
        assert np.abs(alone.images[0] - together.images[number]).mean() < 1


def test_a_long_list_is_drawn_in_several_batches(functional, drawn, monkeypatch):
    objectives, together = drawn
    monkeypatch.setattr("vggviz.feature_visualization.rendering.PIXELS_AT_ONCE", 2 * 32 * 32)
    assert np.allclose(visualize(functional, objectives, **QUICK).values, together.values, rtol=1e-3)


def test_the_same_seed_the_same_picture(functional, drawn):
    objectives, first = drawn
    again = visualize(functional, objectives, **QUICK)
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.values, again.values)
    other = visualize(functional, objectives, seed=1, **QUICK)
    assert not np.allclose(first.images, other.images, atol=1)


def test_sums_of_objectives(functional):
    one, two = channel("conv_b", 1), neuron("conv_strided", 3)
    found = visualize(functional, one - 0.5 * two, **QUICK)
    maps = vggviz.feature_maps(functional, vggviz.preprocess(found.images))
    expected = maps["conv_b"][0, ..., 1].mean() - 0.5 * maps["conv_strided"][0, 3, 3, 3]
    assert found.reached[0] == pytest.approx(expected, rel=1e-3)


def test_a_dead_channel_stays_noise(dead):
    found = visualize(dead, channel("conv", networks.DEAD), **QUICK)
    assert not found.values.any()
    assert np.isfinite(found.images).all()
    assert 1 < found.images.std() < 60


def start(side=32):
    """The noise that images start from, as the network reads it."""
    sides = (side, side)
    first = paint(CONTRAST * noise(sides, (0, -1), fourier=True), sides, fourier=True, decorrelate=True)
    return as_vgg16_reads(first).numpy()


def before_relu(model, layer, batch):
    """Pre-activations as Keras computes them: a tensor, as a function of a tensor."""
    step = find_step(model, layer)
    (picture,) = unfold(model).inputs
    inputs = networks._keras().Model(picture, step.inputs[0])(batch)
    return step.layer.convolution_op(inputs, step.layer.kernel) + step.layer.bias


def lull(model, layer, number):
    """Lower a channel's bias until no cell answers to the noise that images start from."""
    own = find_step(model, layer).layer
    cells = before_relu(model, layer, start())[..., number].numpy()
    quiet = cells.max() + 0.2 * np.ptp(cells)  # the first movement changes them a little
    kernel, bias = own.get_weights()
    own.set_weights([kernel, bias - quiet * (np.arange(len(bias)) == number)])
    return model


def separate(relu):
    """A network whose last convolution has its ReLU in a layer of its own, a pool after it."""
    keras = networks._keras()
    inputs = keras.Input((32, 32, 3))
    x = networks._conv(keras, "first", 4, 3)(inputs)
    x = relu(networks._conv(keras, "linear", 5, 3, activation=None)(x))
    return keras.Model(inputs, keras.layers.MaxPooling2D(2, name="pool")(x))


def separate_layer():
    return separate(networks._keras().layers.ReLU(name="relu"))


def separate_activation():
    return separate(networks._keras().layers.Activation("relu", name="relu"))


def separate_operation():
    return separate(networks._keras().layers.ReLU(max_value=6, name="relu"))


def slope(model, objective, batch):
    """Score, gradient by what the network reads, and whether it is asleep, as an ascent finds them."""
    function = part(model, objective.layers)
    found = tensorflow().function(
        lambda batch: redirected_relu_gradient(objective.value, function(batch, training=False), batch),
        autograph=False,
    )
    return [tensor.numpy() for tensor in found(batch)]


def gradient(score, batch):
    tf = tensorflow()
    batch = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        value = score(batch)
    return tape.gradient(value, batch).numpy()


SLEEPERS = {
    "fused": (networks.functional, "conv_b", "conv_b"),
    "a layer": (separate_layer, "linear", "relu"),
    "an activation": (separate_activation, "linear", "relu"),
    "at most six": (separate_operation, "linear", "relu"),
    "pooled": (separate_layer, "linear", "pool"),
    "nested": (networks.nested, "inner_conv3", "inner_conv3"),
    "after a nested one": (networks.nested, "outer_conv", "outer_conv"),
}


@pytest.mark.parametrize("kind", SLEEPERS)
def test_a_channel_that_sleeps_is_woken(kind):
    """No cell answers to the noise: what is asleep goes by the gradient of its pre-activation."""
    make, layer, read = SLEEPERS[kind]
    model = lull(make(), layer, 1)
    objectives = [channel(read, 1), channel(read, 0)]
    both = visualize(model, objectives, **QUICK)
    assert both.values[0, 0] == 0 < both.reached[0]
    alone = visualize(model, objectives[0], **QUICK)
    assert np.allclose(alone.images[0], both.images[0], atol=0.5)


@pytest.mark.parametrize("kind", [kind for kind in SLEEPERS if kind != "pooled"])
def test_a_sleeping_channel_s_slope_is_that_of_its_pre_activation(kind):
    """Of nothing else: the ReLUs between the image and the objective's own keep their derivative."""
    make, layer, read = SLEEPERS[kind]
    model = lull(make(), layer, 1)
    score, uphill, asleep = slope(model, channel(read, 1), start())
    mean = tensorflow().reduce_mean
    wanted = gradient(lambda batch: mean(before_relu(model, layer, batch)[..., 1]), start())
    assert score == 0
    assert asleep.all()
    assert np.abs(wanted).max() > 0
    assert np.allclose(uphill, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())


def test_a_sleeping_cell_s_slope_is_that_of_its_pre_activation():
    """Others of its channel may answer; with them its own score does not rise."""
    model, tf = networks.functional(), tensorflow()
    cells = before_relu(model, "conv_b", start())[0, ..., 1].numpy()
    assert (cells > 0).any()
    row, column = (int(place) for place in np.unravel_index(cells.argmin(), cells.shape))
    score, uphill, asleep = slope(model, neuron("conv_b", 1, row, column), start())
    wanted = gradient(
        lambda batch: tf.reduce_sum(before_relu(model, "conv_b", batch)[:, row, column, 1]), start()
    )
    assert score == 0
    assert asleep.all()
    assert np.allclose(uphill, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())
    found = visualize(model, neuron("conv_b", 1, row, column), **QUICK)
    assert found.reached[0] > 0


@pytest.mark.parametrize(
    "objective",
    [
        channel("conv_b", 1),
        -1 * neuron("conv_linear", 2, 1, 1),
        channel("conv_linear", 2),
        channel("pool_a", 0),
    ],
    ids=lambda objective: objective.label,
)
def test_awake_the_slope_is_the_gradient(functional, objective):
    _, uphill, asleep = slope(functional, objective, start())
    function = part(functional, objective.layers)
    assert not asleep.any()
    wanted = gradient(lambda batch: objective.value(function(batch, training=False)), start())
    assert np.allclose(uphill, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())


def test_a_logit_s_slope_is_its_gradient(sequential):
    """It is not rectified: the ReLUs before it belong to the layers that it is made of."""
    _, uphill, asleep = slope(sequential, class_logit(1), start())
    assert not asleep.any()
    function = part(sequential, [LOGITS])
    wanted = gradient(lambda batch: function(batch, training=False)[LOGITS][:, 1], start())
    assert np.allclose(uphill, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())


def test_each_part_of_a_sum_is_woken():
    """One that is awake does not keep the other asleep, in the same layer or in another."""
    model = lull(lull(networks.functional(), "conv_b", 1), "conv_a", 2)
    for sleeper, other in [
        (channel("conv_b", 1), channel("conv_b", 0)),
        (channel("conv_b", 1), channel("conv_a", 0)),
        (channel("conv_a", 2), channel("conv_b", 1)),
    ]:
        found = visualize(model, sleeper + 1e-3 * other, **QUICK)
        assert scores(model, vggviz.preprocess(found.images), sleeper)[0] > 0


def test_what_is_to_be_silent_is_not_woken():
    model = lull(networks.functional(), "conv_b", 1)
    score, uphill, asleep = slope(model, -channel("conv_b", 1), start())
    assert score == 0
    assert asleep.all()
    assert not uphill.any()


# --- the recipe


@pytest.mark.parametrize(
    "change",
    [{"fourier": False}, {"decorrelate": False}, {"jitter": 0}, {"jitter": 4}, {"scale": 0}, {"rotation": 0}],
    ids=str,
)
def test_each_part_can_be_left_out_alone(functional, change, drawn):
    objectives, whole = drawn[0][:2], drawn[1]
    found = visualize(functional, objectives, **(QUICK | {"recipe": replace(QUICK["recipe"], **change)}))
    assert (found.reached > found.values[:, 0]).all()
    assert not np.allclose(found.images, whole.images[:2], atol=1)


@pytest.mark.parametrize(
    "objective", [channel("conv_b", 1), 1e6 * channel("conv_b", 1)], ids=["one", "million"]
)
def test_total_variation_smooths_whatever_the_objective_s_unit(functional, objective):
    def roughness(weight):
        recipe = Recipe(fourier=False, total_variation=weight, rate=0.2)
        image = visualize(functional, objective, **(QUICK | {"recipe": recipe})).images[0] / 255
        return sum((np.diff(image, axis=axis) ** 2).mean() for axis in (0, 1))

    assert roughness(10) < 0.5 * roughness(0)


def test_fourier_pictures_are_smoother_than_pixels(functional, drawn):
    objectives, spectra = drawn
    pixels = visualize(functional, objectives, **(QUICK | {"recipe": Recipe(fourier=False, rate=0.2)}))

    def fine_share(images):
        power = np.abs(np.fft.fft2(images - images.mean((1, 2), keepdims=True), axes=(1, 2)) ** 2)
        frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(32)] * 2, indexing="ij"))
        return power[:, frequency > 0.25].sum() / power.sum()

    assert fine_share(spectra.images) < 0.5 * fine_share(pixels.images)


@pytest.mark.parametrize(
    "wrong",
    [{"rate": -1}, {"jitter": 1.5}, {"scale": 1}, {"rotation": float("nan")}, {"total_variation": -0.1}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_recipe_of_other_numbers_is_refused(wrong):
    with refused(*wrong, *wrong.values()):
        Recipe(**wrong)


# --- size and cost


def test_the_size_is_the_receptive_field_and_some_room(functional, vgg16, monkeypatch):
    for layer, side in {"block2_conv2": 64, "block4_conv1": 60 + 16, "block4_conv3": 92 + 16}.items():
        assert drawing_size(vgg16, [layer], None) == (side, side), layer
    assert drawing_size(vgg16, ["block1_conv1", "block5_conv3"], None) == (128, 128)
    monkeypatch.setattr("vggviz.feature_visualization.rendering.USUAL_SIDES", (1, 128))
    for layer, side in {"conv_a": 3 + 16, "conv_b": 5 + 16, "conv_strided": 10 + 16}.items():
        found = visualize(functional, channel(layer, 0), steps=1)
        assert found.images.shape == (1, side, side, 3), layer
    assert visualize(functional, channel("conv_a", 0), steps=1, size=50).images.shape == (1, 50, 50, 3)


def test_the_size_is_at_most_the_input_s(functional):
    assert visualize(functional, channel("conv_linear", 0), steps=1).images.shape == (1, 32, 32, 3)


def test_jitter_is_half_a_step_of_the_layer_s_cells(functional, sequential):
    for layer, jitter in {"conv_b": 0, "pool_a": 1, "conv_strided": 2, "conv_linear": 4}.items():
        assert full_recipe(functional, [layer], Recipe()).jitter == jitter
    assert full_recipe(functional, ["conv_b", "conv_linear"], Recipe()).jitter == 4
    assert full_recipe(functional, ["conv_b"], Recipe(jitter=7)).jitter == 7
    assert full_recipe(sequential, [LOGITS], Recipe()).jitter == 2


def test_movements_and_smoothness_grow_with_the_stride(functional):
    def movements(stride):
        recipe = Recipe().at_stride(stride)
        return recipe.scale, recipe.rotation, recipe.total_variation

    for stride in (1, 2, 4):
        assert movements(stride) == (0.1, 5, 0)
    assert np.allclose(movements(8), (1 / 6, 10, 1 / 30))
    for stride in (16, 32):
        assert np.allclose(movements(stride), (0.3, 20, 0.1))
    assert full_recipe(functional, ["conv_linear"], Recipe()) == Recipe().at_stride(8)
    still = Recipe(jitter=0, scale=0, rotation=0, total_variation=0)
    assert still.at_stride(16) == still


def test_the_cost_is_that_of_the_layers_on_the_way(nested):
    macs = {row.name: row.macs for row in vggviz.layer_table(nested)}
    cost = visualization_cost(nested, [channel("inner_conv3", 0)] * 3, size=32, steps=9)
    assert cost.macs == macs["inner_conv1"] + macs["inner_conv2"] + macs["inner_conv3"]
    assert cost.total == 2 * 3 * 10 * cost.macs
    assert visualization_cost(nested, channel("scores", 0)).macs == sum(macs.values())
    half = visualization_cost(nested, channel("inner_conv3", 0), size=16)
    assert half.macs * 4 == cost.macs
    assert str(cost).startswith("3 images of 32 x 32 pixels, 9 steps: about 2 x ")


def test_the_cost_of_vgg16(vgg16):
    cost = visualization_cost(vgg16, channel("block5_conv3", 0), size=224)
    assert cost.macs == pytest.approx(15.35e9, rel=1e-3)
    assert visualization_cost(vgg16, channel("block5_conv3", 0)).size == (128, 128)
    assert visualization_cost(vgg16, channel("block2_conv2", 0)).size == (64, 64)


def test_the_cost_is_said_before_it_starts(functional, caplog, monkeypatch):
    monkeypatch.setattr(Ascent, "run", lambda *_: pytest.fail("drawn first"))
    with caplog.at_level(logging.INFO, "vggviz"), pytest.raises(pytest.fail.Exception):
        visualize(functional, channel("conv_b", 1), **QUICK)
    assert caplog.messages == [
        str(visualization_cost(functional, channel("conv_b", 1), size=32, steps=STEPS))
    ]


# --- on disk


def test_a_second_call_takes_up_what_is_there(functional, drawn, tmp_path, monkeypatch):
    objectives, whole = drawn
    first = visualize(functional, objectives[:2], folder=tmp_path / "deep" / "folder", **QUICK)
    assert len(names(tmp_path / "deep" / "folder")) == 4
    counts = []
    run = Ascent.run
    monkeypatch.setattr(
        Ascent, "run", lambda self, count, tick: counts.append(count) or run(self, count, tick)
    )
    again = visualize(functional, objectives, folder=tmp_path / "deep" / "folder", **QUICK)
    assert counts == [1]
    assert np.array_equal(again.images[:2], first.images)
    assert np.allclose(again.values, whole.values, rtol=1e-3)
    visualize(functional, objectives, folder=tmp_path / "deep" / "folder", **QUICK)
    assert counts == [1]


def test_an_interrupted_run_keeps_what_is_finished(functional, drawn, tmp_path, monkeypatch):
    objectives, whole = drawn
    monkeypatch.setattr("vggviz.feature_visualization.rendering.PIXELS_AT_ONCE", 1)
    run, calls = Ascent.run, []

    def interrupted(self, count, tick):
        calls.append(count)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run(self, count, tick)

    monkeypatch.setattr(Ascent, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        visualize(functional, objectives, folder=tmp_path, **QUICK)
    assert len(names(tmp_path)) == 4
    assert np.allclose(
        visualize(functional, objectives, folder=tmp_path, **QUICK).values, whole.values, rtol=1e-3
    )
    assert calls == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"steps": 5}, {"recipe": Recipe(rate=0.3)}, {"size": 30}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_setting_is_another_picture(functional, change, tmp_path):
    objective = channel("conv_b", 1)
    first = visualize(functional, objective, folder=tmp_path, **QUICK)
    changed = visualize(functional, objective, folder=tmp_path, **(QUICK | change))
    assert len(names(tmp_path)) == 4
    assert first.images.shape != changed.images.shape or not np.allclose(first.images, changed.images)


def test_changed_weights_are_another_picture(tmp_path):
    model, objective = networks.functional(), channel("conv_a", 1)
    visualize(model, objective, folder=tmp_path, **QUICK)
    model.get_layer("conv_a").set_weights([-w for w in model.get_layer("conv_a").get_weights()])
    visualize(model, objective, folder=tmp_path, **QUICK)
    assert len(names(tmp_path)) == 4


def test_a_damaged_file_is_drawn_again(functional, tmp_path):
    objective = channel("conv_b", 1)
    first = visualize(functional, objective, folder=tmp_path, **QUICK)
    (saved,) = tmp_path.glob("*.npz")
    whole = saved.read_bytes()
    for damage in (b"", whole[:100], whole[:-200], b"no archive at all"):
        saved.write_bytes(damage)
        assert np.array_equal(visualize(functional, objective, folder=tmp_path, **QUICK).images, first.images)
        assert len(saved.read_bytes()) == len(whole)


def test_the_png_is_the_picture_rounded(functional, tmp_path):
    from PIL import Image

    found = visualize(functional, channel("conv_b", 1), folder=tmp_path, **QUICK)
    (path,) = tmp_path.glob("channel-1-of-conv_b-*.png")
    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture), np.rint(found.images[0]))
        assert picture.text["Description"].startswith("channel 1 of conv_b, drawn in 12 steps: ")
        assert picture.text["Source"]


def test_words_of_any_kind_make_a_file_name(tmp_path):
    album = Album(tmp_path, {})
    image, values = np.zeros((2, 2, 3), np.float32), np.zeros(3, np.float32)
    for words in ("../up", "a/b:c", "", "x" * 300, "a/b c"):
        album.save(words, image, values)
        assert album.load(words) is not None
    assert len(names(tmp_path)) == 10


# --- inversion and caricature


def test_what_a_layer_keeps_whole_is_found_again(photographs):
    kernel = np.zeros((1, 1, 3, 6))
    kernel[0, 0] = np.concatenate([np.eye(3), -np.eye(3)], axis=1)
    found = invert(networks.single(kernel), photographs, "conv", steps=150)
    assert found.images.shape == (2, 32, 32, 3)
    assert (found.reached < 0.03).all()
    assert (np.abs(vggviz.preprocess(found.images) - photographs).mean((1, 2, 3)) < 8).all()


@pytest.mark.parametrize("layer", ["inner_conv3", "outer_conv", "scores"])
def test_inversion_brings_the_activations_nearer(nested, photographs, layer):
    found = invert(nested, photographs, layer, steps=3 * STEPS)
    assert found.reached.sum() < 0.5 * found.values[:, 0].sum()
    assert (found.values >= 0).all()


def test_the_distance_is_that_of_the_picture_found(nested, photographs):
    found = invert(nested, photographs, "outer_conv", steps=STEPS)
    batches = photographs, vggviz.preprocess(found.images)
    target, reached = (vggviz.feature_maps(nested, batch, "outer_conv")["outer_conv"] for batch in batches)
    share = ((reached - target) ** 2).sum((1, 2, 3)) / (target**2).sum((1, 2, 3))
    assert np.allclose(share, found.reached, rtol=1e-3)


def test_photographs_of_another_size(nested, photographs):
    found = invert(nested, photographs[:1, :20, :24], "inner_conv3", steps=STEPS)
    assert found.images.shape == (1, 20, 24, 3)
    assert found.reached[0] < found.values[0, 0]


def test_the_photograph_itself_is_a_caricature_of_strength_1(nested, photographs):
    tf = tensorflow()
    maps = vggviz.feature_maps(nested, photographs, "outer_conv")["outer_conv"]
    objective = synthesis._exaggeration("outer_conv", maps[0], 2.0, 0)
    own, double, other = (
        objective.value({"outer_conv": tf.constant(x)})[0] for x in (maps[:1], 2 * maps[:1], maps[1:])
    )
    assert own.numpy() == pytest.approx(1, rel=1e-4)
    assert double.numpy() == pytest.approx(2, rel=1e-4)
    dot = (maps[0] * maps[1]).sum()
    cosine = dot / np.sqrt((maps[0] ** 2).sum() * (maps[1] ** 2).sum())
    assert other.numpy() == pytest.approx(dot / (maps[0] ** 2).sum() * cosine**2, rel=1e-3)


def test_a_caricature_rises(nested, photographs):
    found = caricature(nested, photographs, "outer_conv", steps=STEPS)
    assert (found.reached > found.values[:, 0]).all()
    assert found.images.shape == (2, 32, 32, 3)


def test_a_dead_target_gives_zeros_not_nan(photographs):
    model = networks.single(np.zeros((3, 3, 3, 2)), [-1, -1])
    for method in (invert, caricature):
        found = method(model, photographs, "conv", steps=2)
        assert np.isfinite(found.images).all()
        assert not found.values.any()


def test_another_photograph_is_another_file(nested, photographs, tmp_path):
    invert(nested, photographs[:1], "outer_conv", steps=1, folder=tmp_path)
    invert(nested, photographs[1:], "outer_conv", steps=1, folder=tmp_path)
    assert len(names(tmp_path)) == 4


# --- refusals


@pytest.mark.parametrize(
    ("objectives", "settings", "words"),
    [
        ([], {}, ["nothing to draw"]),
        (channel("conv_z", 0), {}, ["conv_z", "conv_a"]),
        (channel("conv_b", 6), {}, ["0 to 5", "6"]),
        (channel("conv_b", 0), {"steps": 0}, ["steps", "0"]),
        (channel("conv_b", 0), {"steps": 1.5}, ["1.5"]),
        (channel("conv_b", 0), {"seed": -1}, ["seed", "-1"]),
        (channel("conv_b", 0), {"size": 0}, ["size", "0"]),
        (channel("conv_linear", 0), {"size": 4}, ["4 x 4", "conv_linear", "larger"]),
        (channel("conv_b", 0), {"preprocess": lambda x: x[..., :1]}, ["3 colours", "(1, 32, 32, 1)"]),
        (class_logit(0), {}, ["no classes"]),
    ],
)
def test_refusals(functional, objectives, settings, words):
    with refused(*words):
        visualize(functional, objectives, **({"steps": 1} | settings))


def test_what_is_no_objective_is_refused(functional):
    with refused("str", kind=TypeError):
        visualize(functional, ["conv_b"])


def test_dense_layers_hold_the_size_fixed():
    keras = backend.keras()
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    assert visualize(
        model, Objective((LOGITS,), lambda maps: maps[LOGITS][:, 0], "first"), steps=1
    ).images.shape == (1, 8, 8, 3)
    with refused("8 x 8"):
        visualize(model, class_logit(0), size=16, steps=1)


def test_a_batch_that_does_not_fit(functional, photographs):
    with refused("(3, 3)"):
        invert(functional, photographs[0, :3, :3, 0], "conv_a")
    with refused("(2, 32, 32, 2)"):
        invert(functional, photographs[..., :2], "conv_a")
    with refused("conv_z", "conv_a"):
        caricature(functional, photographs, "conv_z")
