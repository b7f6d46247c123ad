"""The recipe of the bundled weights: folding changes nothing, the grid is exact, a schedule is one cycle."""

import keras
import numpy as np
import pytest

import vggviz
from training import fold, measures, network
from training.augment import crops
from training.schedule import Schedule


@pytest.fixture(scope="module")
def trained():
    """The network with normalisation statistics as training leaves them: none of them trivial."""
    keras.utils.set_random_seed(0)
    model = network.build(classes=5)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            count = layer.gamma.shape[0]
            layer.set_weights(
                [
                    random.uniform(0.5, 1.5, count),
                    random.normal(0, 0.3, count),
                    random.normal(0, 0.3, count),
                    random.uniform(0.5, 2, count),
                ]
            )
    return model


def test_the_folded_network_gives_the_trained_ones_numbers_on_every_layer(trained):
    plain = keras.applications.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))
    for name, weights in fold.fold(trained).items():
        plain.get_layer(name).set_weights(weights)
    batch = vggviz.preprocess(np.random.default_rng(1).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8))
    folded = vggviz.feature_maps(plain, batch)
    for name in network.convolutions(trained):
        wanted = keras.Model(trained.input, trained.get_layer(f"{name}_relu").output)(batch, training=False)
        wanted = np.asarray(wanted)
        assert np.abs(folded[name] - wanted).max() < 1e-4 * wanted.max(), name


def test_the_grid_is_exact_in_half_precision_and_has_at_most_256_values(trained):
    for kernel, _ in fold.on_grid(fold.fold(trained)).values():
        assert (kernel.astype(np.float16) == kernel).all()
        assert max(len(np.unique(kernel[..., k])) for k in range(0, kernel.shape[-1], 37)) <= 256


def test_written_weights_are_read_back_by_the_librarys_own_loader(trained, tmp_path):
    weights = fold.on_grid(fold.fold(trained))
    fold.write(weights, tmp_path / "weights.h5")
    model = vggviz.load_vgg16(tmp_path / "weights.h5")
    for name, (kernel, _) in weights.items():
        np.testing.assert_array_equal(vggviz.filters(model, name), kernel.astype(np.float32))


def test_the_rate_rises_once_and_falls_to_nothing():
    schedule = Schedule(steps=200, peak=0.1)
    rates = [schedule.rate(step) for step in range(200)]
    top = int(np.argmax(rates))
    assert 0.09 < rates[top] <= 0.1
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert rates[-1] < 1e-4


def test_crops_are_parts_of_their_own_picture():
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 64, 64, 3), np.uint8)
    cut = crops(images, np.random.default_rng(0))
    assert cut.shape[1] == cut.shape[2] <= 64
    assert (cut == np.arange(5)[:, None, None, None]).all()


def test_a_plane_is_oriented_and_a_dot_is_not():
    rows = np.mgrid[-1:2, -1:2][0][..., None]
    dot = np.zeros((3, 3, 1))
    dot[1, 1] = 1
    kernels = np.stack([rows * np.ones(3), dot * np.ones(3)], axis=-1)
    assert measures.oriented(kernels).tolist() == [True, False]
    assert measures.colour_opponent(kernels).tolist() == [False, False]
    assert measures.colour_opponent(kernels * np.array([1, 0, -1])[:, None]).tolist() == [True, True]


def test_effective_rank_counts_equal_directions():
    assert measures.effective_rank(np.eye(6).reshape(1, 1, 6, 6)) == pytest.approx(6)
    assert measures.effective_rank(np.ones((1, 1, 6, 6))) == pytest.approx(1, abs=1e-3)


def test_a_linear_probe_finds_what_is_linear_and_nothing_in_noise():
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 600)
    features = np.eye(4)[labels] + random.normal(0, 0.1, (600, 4))
    noise = random.normal(size=(600, 4))
    halves = (labels[:300], labels[300:])
    assert measures.linear_probe((features[:300], features[300:]), halves) > 0.95
    assert measures.linear_probe((noise[:300], noise[300:]), halves) < 0.45
