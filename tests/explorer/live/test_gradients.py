"""Gradients in the page: the files that it makes, and its numbers beside the library's."""

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

import vggviz
from node import run_script
from running import run_file
from vggviz import attribution
from vggviz._shared.backend import keras, tensorflow
from vggviz.explorer.live import gradients, litert
from vggviz.feature_visualization import parameterisation, transforms
from vggviz.models.graph import feature_layers
from vggviz.objectives import channel

SIDE = 32


@pytest.fixture(scope="module")
def chain():
    """A network like VGG16, but tiny: two blocks of two convolutions and a pool, and a classifier."""
    layers = keras().layers
    keras().utils.set_random_seed(3)
    inputs = x = keras().Input((SIDE, SIDE, 3))
    for block, count in ((1, 8), (2, 12)):
        for number in (1, 2):
            name = f"block{block}_conv{number}"
            x = layers.Conv2D(count, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(name=f"block{block}_pool")(x)
    return keras().Model(inputs, layers.Dense(4)(layers.GlobalAveragePooling2D()(x)))


@pytest.fixture(scope="module")
def files(chain):
    """The segments, and the manifest's entry about gradients."""
    shown = tuple(feature_layers(chain))
    segments = litert.segments(chain, shown)
    return segments, gradients.entry(chain, shown, segments, {name: name for name in shown})


def filled(entry, kernel, rows, columns):
    """The template with a kernel (out, kh, kw, in), as the page fills it."""
    count, height, width, inputs = kernel.shape
    turned = np.ascontiguousarray(kernel[:, ::-1, ::-1].transpose(3, 1, 2, 0)).astype("<f2")
    weights = [inputs, height, width, count]
    file = bytearray(gradients.template())
    constants = [weights, [inputs]]
    shapes = [[1, rows, columns, count], *constants, *constants, [1, rows, columns, inputs]]
    for place, shape in zip(entry["shapes"], shapes, strict=True):
        struct.pack_into(f"<{len(shape)}i", file, place, *shape)
    for place, numbers in zip(entry["buffers"], [turned, np.zeros(inputs, "<f2")], strict=True):
        file += bytes(-(len(file) + 4) % 16)
        struct.pack_into("<I", file, place, len(file) - place)
        file += struct.pack("<I", numbers.nbytes) + numbers.tobytes()
    return bytes(file)


def kernel_of(model, layer):
    return np.moveaxis(np.asarray(model.get_layer(layer).kernel), -1, 0)


def test_the_page_fills_the_template_as_python_does(chain, files, tmp_path):
    segments, entry = files
    (tmp_path / "template").write_bytes(gradients.template())
    (tmp_path / "forward").write_bytes(segments[1].content)
    code = """
    const { filled, kernelIn, resized } = await import(`${PAGE}/gradients/template.js`);
    const place = given.kernels.block2_conv1;
    const about = { kernel: kernelIn(bytes("forward"), place), shape: place.shape, rows: 6, columns: 10 };
    writeFileSync("filled", filled(bytes("template"), given, about));
    writeFileSync("resized", resized(bytes("forward"), given.segments[1], { side: 32, size: 48 }));
    return null;
    """
    run_script(tmp_path, code, entry)
    expected = filled(entry, kernel_of(chain, "block2_conv1"), 6, 10)
    assert (tmp_path / "filled").read_bytes() == expected
    maps = np.random.default_rng(0).normal(size=(1, 24, 24, 8)).astype(np.float32)
    inputs = {"maps": maps} | {gate: np.ones((1, 1, 1, 12)) for gate in segments[1].gates.values()}
    found = run_file((tmp_path / "resized").read_bytes(), inputs)
    for name, output in zip(segments[1].layers, segments[1].outputs, strict=True):
        maps = np.asarray(chain.get_layer(name)(maps))
        assert np.abs(found[output] - maps).max() <= 2e-3 * np.abs(maps).max()


def test_a_filled_template_computes_the_gradient_of_a_convolution(chain, files):
    tf = tensorflow()
    maps = tf.zeros((1, 6, 10, 8))
    gradient = np.random.default_rng(0).normal(size=(1, 6, 10, 12)).astype(np.float32)
    kernel = chain.get_layer("block2_conv1").kernel
    with tf.GradientTape() as tape:
        tape.watch(maps)
        total = tf.reduce_sum(tf.nn.conv2d(maps, kernel, 1, "SAME") * gradient)
    expected = tape.gradient(total, maps).numpy()
    file = filled(files[1], kernel_of(chain, "block2_conv1"), 6, 10)
    found = run_file(file, {"gradient": gradient})["result"]
    assert np.abs(found - expected).max() <= 2e-3 * np.abs(expected).max()
    with warnings.catch_warnings(action="ignore"):
        interpreter = tf.lite.Interpreter(model_content=file)
    interpreter.allocate_tensors()
    operations = [each["op_name"] for each in interpreter._get_ops_details()]
    assert "DELEGATE" in operations, "XNNPACK computes it"


ENGINE = """
const { createEngine } = await import(given.engine);
const { channelObjective } = await import(`${PAGE}/gradients/objective.js`);
for (const each of Object.values(given.convolutions)) each.kernel = Float32Array.from(each.kernel);
const engine = createEngine(given);
const picture = { levels: Uint8ClampedArray.from(given.levels), size: given.size };
const last = async (generator) => {
  let found;
  for await (const each of generator) found = each;
  return found;
};
"""


@pytest.fixture(scope="module")
def network(chain):
    """The chain as the page's engine for tests has it; its input are levels of RGB, minus 100."""
    convolutions = {
        name: {
            "kernel": kernel_of(chain, name).ravel().astype(float).tolist(),
            "shape": list(kernel_of(chain, name).shape),
            "bias": np.asarray(chain.get_layer(name).bias).astype(float).tolist(),
        }
        for name in feature_layers(chain)
        if "conv" in name
    }
    steps = [
        {
            "name": name,
            "kind": "convolution" if "conv" in name else "pooling",
            "channels": chain.get_layer(name).output.shape[-1],
        }
        for name in feature_layers(chain)
    ]
    levels = np.random.default_rng(2).integers(0, 256, (SIDE, SIDE, 3))
    return {
        "engine": (Path(__file__).parents[1] / "page" / "chain_engine.js").as_uri(),
        "steps": steps,
        "convolutions": convolutions,
        "reading": {"weights": np.eye(3).tolist(), "offset": [-100] * 3},
        "colours": parameterisation.colour_mixing().astype(float).tolist(),
        "levels": levels.ravel().tolist(),
        "size": SIDE,
    }


def cosine(one, other):
    one, other = np.ravel(one).astype(float), np.ravel(other).astype(float)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def batch_of(network):
    return np.array(network["levels"], np.float32).reshape(1, SIDE, SIDE, 3) - 100


def test_saliency_and_grad_cam_are_the_librarys(chain, network, tmp_path):
    code = """
    const { saliency } = await import(`${PAGE}/gradients/saliency.js`);
    const { gradCam } = await import(`${PAGE}/gradients/grad_cam.js`);
    const objective = channelObjective("block2_pool", 5, 12);
    const found = {};
    for (const of of ["gradient", "product", "guided"]) {
      found[of] = (await last(saliency(engine, { ...picture, objective, of }))).map;
    }
    for (const layer of ["block1_conv2", "block1_pool", "block2_conv2"]) {
      found[layer] = (await last(gradCam(engine, { ...picture, objective, layer }))).map;
    }
    for (const each of Object.values(found)) each.values = [...each.values];
    return found;
    """
    found = run_script(tmp_path, ENGINE + code, network)
    batch, objective = batch_of(network), channel("block2_pool", 5)
    assert cosine(found["gradient"]["values"], attribution.saliency(chain, batch, objective)) > 0.999
    assert cosine(found["guided"]["values"], attribution.guided_backprop(chain, batch, objective)) > 0.999
    gradient, *_ = attribution.gradients.gradients(chain, objective, batch.shape[1:], batch.dtype)(batch)
    assert cosine(found["product"]["values"], (np.asarray(gradient) * batch).sum(axis=-1)) > 0.999
    for layer in ("block1_conv2", "block1_pool", "block2_conv2"):
        map_ = found[layer]
        values = np.array(map_["values"], np.float32).reshape(1, map_["rows"], map_["columns"], 1)
        resized = tensorflow().image.resize(np.maximum(values, 0), (SIDE, SIDE))
        expected = attribution.grad_cam(chain, batch, objective, layer)
        assert expected.max() > 0
        assert cosine(resized, expected) > 0.999


@pytest.mark.parametrize("size", [30, 32, 33, 48, 112, 160])
def test_images_made_of_spectra_are_the_librarys(size, tmp_path):
    tf = tensorflow()
    parameters = 0.3 * parameterisation.random_parameters((size, size), (1, 2), fourier=True)
    wanted = np.random.default_rng(0).normal(size=(1, size, size, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        levels = parameterisation.to_images(parameters, (size, size), fourier=True, decorrelate=True)
    gradient = tape.gradient(levels, parameters, wanted)
    (tmp_path / "parameters").write_bytes(parameters.numpy().tobytes())
    (tmp_path / "wanted").write_bytes(wanted.tobytes())
    code = """
    const { FourierImages } = await import(`${PAGE}/gradients/fourier.js`);
    const images = new FourierImages(given.size, given.colours);
    const levels = images.levels(floats("parameters"));
    writeFileSync("levels", new Uint8Array(levels.buffer));
    writeFileSync("gradient", new Uint8Array(images.gradient(floats("wanted"), levels).buffer));
    return null;
    """
    run_script(
        tmp_path, code, {"size": size, "colours": parameterisation.colour_mixing().astype(float).tolist()}
    )
    found = np.frombuffer((tmp_path / "levels").read_bytes(), "<f4").reshape(levels.shape)
    np.testing.assert_allclose(found, levels, atol=0.01)
    found = np.frombuffer((tmp_path / "gradient").read_bytes(), "<f4").reshape(gradient.shape)
    np.testing.assert_allclose(found, gradient, atol=1e-4 * np.abs(gradient).max())


def test_transformed_images_are_the_librarys(tmp_path):
    image = np.random.default_rng(0).uniform(0, 255, (1, 20, 20, 3)).astype(np.float32)
    (tmp_path / "image").write_bytes(image.tobytes())
    draws = [0.6, -0.7, 0.5, 0.9]
    recipe = vggviz.feature_visualization.Recipe().at_stride(16)
    code = """
    const { recipeAt, sampled, sampling } = await import(`${PAGE}/gradients/transforms.js`);
    const found = sampled(floats("image"), sampling(20, given, recipeAt(16)));
    writeFileSync("found", new Uint8Array(found.buffer));
    return recipeAt(16);
    """
    found = run_script(tmp_path, code, draws)
    assert found == {
        "jitter": recipe.jitter,
        "scale": pytest.approx(recipe.scale),
        "rotation": recipe.rotation,
        "totalVariation": pytest.approx(recipe.total_variation),
        "rate": recipe.rate,
    }
    settings = {"jitter": recipe.jitter, "scale": recipe.scale, "rotation": recipe.rotation}
    expected = transforms.transform(image, tensorflow().constant(draws), **settings)
    values = np.frombuffer((tmp_path / "found").read_bytes(), "<f4").reshape(image.shape)
    np.testing.assert_allclose(values, expected, atol=0.05)


def test_a_drawing_climbs_as_the_librarys_does(chain, network, tmp_path):
    code = """
    const { drawing } = await import(`${PAGE}/gradients/drawing.js`);
    const settings = { layer: "block2_conv1", channel: 3, size: 24, steps: 48, seed: 1, stride: 2 };
    return (await last(drawing(engine, settings))).value;
    """
    found = run_script(tmp_path, ENGINE + code, network)
    drawn = vggviz.feature_visualization.visualize(
        chain, channel("block2_conv1", 3), size=24, steps=48, preprocess=lambda images: images - 100
    )
    assert found == pytest.approx(drawn.reached[0], rel=0.2)
    assert found > 1.5 * drawn.values[0, 0]


def other_networks():
    layers = keras().layers

    def model(*stack):
        return keras().Sequential([keras().Input((16, 16, 3)), *stack])

    plain = {"padding": "same", "activation": "relu"}
    yield model(layers.Conv2D(8, 3, activation="relu"))
    yield model(layers.Conv2D(8, 3, padding="same"))
    yield model(layers.Conv2D(8, 2, **plain))
    yield model(layers.Conv2D(8, 3, strides=2, **plain))
    yield model(layers.Conv2D(8, 3, dilation_rate=2, **plain))
    yield model(layers.Conv2D(6, 3, groups=3, **plain))
    yield model(layers.Conv2D(8, 3, **plain), layers.AveragePooling2D(2))
    yield model(layers.Conv2D(8, 3, **plain), layers.MaxPooling2D(3))
    yield model(layers.Conv2D(8, 3, **plain), layers.MaxPooling2D(2, padding="same"))
    yield model(layers.Conv2D(8, 3, **plain), layers.BatchNormalization(), layers.Conv2D(8, 3, **plain))
    inputs = keras().Input((16, 16, 3))
    x = layers.Conv2D(3, 3, **plain)(inputs)
    yield keras().Model(inputs, layers.Conv2D(8, 3, **plain)(layers.Add()([x, inputs])))


@pytest.mark.parametrize("number", range(11))
def test_other_networks_have_no_gradients_in_the_page(number):
    model = list(other_networks())[number]
    shown = vggviz.explore(model, np.zeros((16, 16, 3), np.uint8)).layers
    assert gradients.entry(model, shown, [], {name: name for name in shown}) is None


def test_the_chain_has(chain, files):
    kernels = files[1]["kernels"]
    for name, kernel in kernels.items():
        assert kernel["shape"] == list(kernel_of(chain, name).shape)
    assert list(kernels) == [name for name in feature_layers(chain) if "conv" in name]
