"""Every network of keras.applications, as users have it: the library's numbers are Keras' own.

A short half, with each family once, is part of the ordinary tests; `make audit` runs the product of all.
"""

import warnings

import numpy as np
import pytest
import tensorflow as tf

import vggviz
from applications import NETWORKS, Case, build, module_of, some_images
from running import run_segment
from vggviz import analysis, attribution
from vggviz.explorer.live import litert
from vggviz.feature_visualization import Recipe, visualize
from vggviz.objectives import channel, class_logit

LOG_ODDS = class_logit(0) - class_logit(1)
MEAN = 127.5
ALWAYS = ("convolutions", "multiply_accumulates", "feature_maps")
CHECKS = (
    *("saliency", "integrated_gradients", "class_activation_maps", "eigen_cam", "occlusion"),
    *("visualize", "trace", "live_maps"),
)
SHORT = {
    Case("ConvNeXtTiny", nested=True, suffix=".keras"): ("trace",),
    Case("DenseNet121", policy="mixed_float16", suffix=".keras"): CHECKS,
    Case("EfficientNetB0", suffix=".h5"): (),
    Case("EfficientNetV2B0", nested=True, policy="mixed_float16", suffix=".keras"): (),
    Case("InceptionResNetV2"): ("class_activation_maps",),
    Case("InceptionV3"): (),
    Case("MobileNet", nested=True, suffix=".h5"): ("live_maps",),
    Case("MobileNetV2", policy="mixed_float16", suffix=".h5"): (),
    Case("MobileNetV3Small", suffix=".keras"): (),
    Case("NASNetMobile"): (),
    Case("ResNet50", nested=True, policy="mixed_float16"): ("saliency", "integrated_gradients"),
    Case("ResNet50V2"): (),
    Case("VGG16", nested=True): ("occlusion", "visualize"),
    Case("Xception", policy="mixed_float16"): (),
}
"""{network with each of its repeated blocks once: its checks beside `ALWAYS`}; each check is made of two."""
NO_H5 = {
    **dict.fromkeys(["MobileNetV3Large", "MobileNetV3Small"], "Only input tensors may be passed as"),
    **dict.fromkeys(
        [name for name in NETWORKS if name.startswith("ConvNeXt")], "Unknown layer: 'LayerScale'"
    ),
    "InceptionResNetV2": "Unknown layer: 'CustomScaleLayer'",
}
"""Networks that Keras cannot load from the .h5 that it wrote, and why."""
WHOLE = [
    Case(name, nested, policy, ".keras" if name in NO_H5 else suffix, short=False)
    for name in NETWORKS
    for nested, policy, suffix in (
        (False, "float32", ".keras"),
        (False, "mixed_float16", ".h5"),
        (True, "float32", ".h5"),
        (True, "mixed_float16", ".keras"),
    )
]


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        check = metafunc.function.__name__.removeprefix("test_")
        short = [case for case, checks in SHORT.items() if check in (*ALWAYS, *checks)]
        whole = [pytest.param(case, marks=pytest.mark.audit) for case in WHOLE]
        metafunc.parametrize("case", [*short, *whole], indirect=True, ids=str, scope="module")


def test_every_family_is_among_the_short_networks():
    assert {module_of(case.name) for case in SHORT} | {"vgg19"} == {module_of(name) for name in NETWORKS}


@pytest.mark.parametrize(
    "name", ["MobileNetV3Large", "MobileNetV3Small", "ConvNeXtTiny", "InceptionResNetV2"]
)
def test_a_file_that_keras_cannot_load(name, tmp_path):
    path = tmp_path / "network.h5"
    with warnings.catch_warnings(action="ignore"):  # Keras calls .h5 legacy
        build(name, short=True).save(path)
    with pytest.raises(ValueError, match=rf"not a whole model that Keras .* can load \({NO_H5[name]}"):
        vggviz.load_model(path)


def near(found, expected, share=1e-3):
    """Whether arrays differ by at most a share of the largest value, which is not zero."""
    largest = np.abs(expected).max()
    assert largest > 0
    assert np.shape(found) == np.shape(expected)
    difference = np.abs(found - expected).max() / largest
    assert difference <= share, f"{difference:.2g} of the largest value"


@pytest.fixture(scope="module")
def case(request, tmp_path_factory):
    """Keras' numbers for a network, and the network in the form of the case."""
    return request.param.make(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def reference(case):
    return case[0]


@pytest.fixture(scope="module")
def model(case):
    return case[1]


@pytest.fixture(scope="module")
def images(reference):
    return some_images(reference.model)


@pytest.fixture(scope="module")
def target(reference, model):
    """The last convolution whose maps have several cells.

    In the order of the graph: behind fifty untrained layers, rounding alone changes a gradient by 1 %.
    """
    layers = reference.layers()
    return [name for name in vggviz.conv_layers(model) if layers[name].output.shape[1] > 1][-1]


def test_convolutions(reference, model):
    assert sorted(vggviz.conv_layers(model)) == sorted(reference.convolutions())


def test_multiply_accumulates(reference, model):
    assert sum(row.macs or 0 for row in vggviz.layer_table(model)) == reference.macs()


def test_feature_maps(reference, model, images):
    found = vggviz.feature_maps(model, images)
    expected = reference.maps(images, found)
    for name, maps in found.items():
        near(maps, expected[name])


def test_saliency(reference, model, images):
    expected = np.abs(reference.gradient(images)).max(axis=-1)
    near(attribution.saliency(model, images, LOG_ODDS), expected, 1e-2)


def test_integrated_gradients(reference, model, images):
    # the untrained networks are far from linear, or hardly look at the images
    for share in (0.995, 0.98, 0.5, 0):
        baseline = (share * images).astype(images.dtype)
        before, after = reference.log_odds(np.concatenate([baseline, images]))
        if abs(after - before) > 1e-3 * abs(after):  # much more than rounding
            break
    found = attribution.integrated_gradients(model, images, LOG_ODDS, baseline=baseline, steps=200).sum()
    assert found == pytest.approx(after - before, rel=0.05), (found, before, after)


def resized(cam, images):
    """The positive part of a map (h, w) at the size of the images, (1, H, W)."""
    return tf.image.resize(np.maximum(cam, 0)[np.newaxis, ..., np.newaxis], images.shape[1:3]).numpy()[..., 0]


def test_class_activation_maps(reference, model, images, target):
    (maps,), (gradient,) = reference.maps_and_gradient(images, target)
    sign = np.sign((gradient.mean(axis=(0, 1)) * maps).sum())  # so that Grad-CAM is not zero everywhere
    gradient = sign * gradient
    positive = np.maximum(gradient, 0)
    alpha = 1 / (2 + maps.sum(axis=(0, 1)) * gradient)
    weights = {
        attribution.grad_cam: gradient.mean(axis=(0, 1)),
        attribution.grad_cam_plus_plus: (alpha * positive).sum(axis=(0, 1)),
        attribution.layer_cam: positive,
    }
    for function, weight in weights.items():
        expected = resized((weight * maps).sum(axis=-1), images)
        found = function(model, images, sign * LOG_ODDS, target)
        if expected.any() or function is attribution.grad_cam:
            near(found, expected, 1e-2)
        else:
            assert not found.any()


def test_eigen_cam(reference, model, images, target):
    maps = reference.maps(images, [target])[target][0]
    matrix = maps.reshape(-1, maps.shape[-1])
    direction = np.linalg.svd(matrix.astype(float))[2][0]
    cam = maps @ direction
    near(attribution.eigen_cam(model, images, target), resized(cam * np.sign(cam.sum()), images))


def test_occlusion(reference, model, images):
    side = images.shape[1]
    size = side // 4
    found = attribution.occlusion(model, images, LOG_ODDS, size=size, stride=size, fill=MEAN)
    starts = sorted({*range(0, side - size, size), side - size})
    squares = [np.s_[..., y : y + size, x : x + size, :] for y in starts for x in starts]
    covered = np.repeat(images, len(squares), axis=0)
    for image, square in zip(covered, squares, strict=True):
        image[square] = MEAN
    whole = reference.log_odds(images)[0]
    total, count = np.zeros((2, *images.shape))
    for value, square in zip(reference.log_odds(covered), squares, strict=True):
        total[square] += whole - value
        count[square] += 1
    near(found, (total / count)[..., 0], 0.01)


def test_visualize(model, target):
    still = Recipe(jitter=0, scale=0, rotation=0)
    size = model.input_shape[1]
    found = visualize(model, channel(target, 0), size=size, steps=4, recipe=still, preprocess=tf.identity)
    values = found.values[0]
    assert values[-1] > values[0]


def test_trace(reference, model, images, target):
    found = analysis.trace(model, images, LOG_ODDS, [target], top=2)
    assert found.value == pytest.approx(reference.log_odds(images)[0], rel=1e-2)
    (maps,), (gradient,) = reference.maps_and_gradient(images, target)
    near(found.values[0], np.sort((maps * gradient).sum(axis=(0, 1)))[:-3:-1])


def test_live_maps(reference, model, images):
    shown = vggviz.explore(model, np.zeros((8, 8, 3), np.uint8)).layers
    expected, values = reference.maps(images, shown), images
    rounded = reference.maps_of_half_weights(images, shown)
    for segment in litert.segments(model, shown):
        outputs = run_segment(segment, values)
        for name, output in zip(segment.layers, outputs, strict=True):
            # the files hold weights in half precision, whose rounding adds up through untrained layers
            rounding = np.abs(rounded[name] - expected[name]).max() / np.abs(expected[name]).max()
            near(output, expected[name], 1e-3 + 3 * rounding)
        values = expected[segment.layers[-1]]  # so that the rounding of a hundred layers does not add up
