// Gradients, and what is made with them, on a tiny chain whose convolutions are computed by definition.

import assert from "node:assert/strict";
import test from "node:test";
import { drawing } from "../../../vggviz/explorer/page/gradients/drawing.js";
import { fool } from "../../../vggviz/explorer/page/gradients/fool.js";
import { LiteRtEngine } from "../../../vggviz/explorer/page/gradients/engine.js";
import { transformed } from "../../../vggviz/explorer/page/gradients/fft.js";
import { FourierImages } from "../../../vggviz/explorer/page/gradients/fourier.js";
import { gradCam } from "../../../vggviz/explorer/page/gradients/grad_cam.js";
import { gram, product } from "../../../vggviz/explorer/page/gradients/gram.js";
import { channelObjective, cotangents, value } from "../../../vggviz/explorer/page/gradients/objective.js";
import { normal, uniform } from "../../../vggviz/explorer/page/gradients/optimiser.js";
import { saliency } from "../../../vggviz/explorer/page/gradients/saliency.js";
import { Service } from "../../../vggviz/explorer/page/gradients/service.js";
import { style } from "../../../vggviz/explorer/page/gradients/style.js";
import { shuffled } from "../../../vggviz/explorer/page/gradients/template.js";
import { recipeAt, sampled, sampling, unsampled } from "../../../vggviz/explorer/page/gradients/transforms.js";
import { randomEngine } from "./chain_engine.js";

const SIZE = 8;
const engine = randomEngine(uniform(3));
const noise = (seed, size = SIZE) => Uint8ClampedArray.from({ length: size * size * 3 }, ((random) => () => 255 * random())(uniform(seed)));
const all = async (generator) => { const found = []; for await (const each of generator) found.push(each); return found; };
const dot = (one, other) => one.reduce((sum, each, i) => sum + each * other[i], 0);

test("a gradient is what small changes do, at every layer", async () => {
  const objective = { layer: "q", weights: [1, -2, 3, 0, 0.5, 1] };
  const input = normal(SIZE * SIZE * 3, uniform(1));
  const maps = await engine.forward(input, SIZE, "q");
  const found = await engine.backward(maps, cotangents(objective, maps), { size: SIZE, wanted: ["input", "p", "q"] });
  const direction = normal(input.length, uniform(2));
  const [up, down] = await Promise.all([1e-3, -1e-3].map(async (step) => (
    value(objective, await engine.forward(input.map((each, i) => each + step * direction[i]), SIZE, "q"))
  )));
  assert.ok(Math.abs((up - down) / 2e-3 - dot(found.input, direction)) < 0.02 * Math.abs(dot(found.input, direction)) + 1e-3);
  assert.deepEqual(found.q, cotangents(objective, maps).q);
  assert.equal(found.p.length, maps.p.length);
});

test("cotangents of several layers add up, and what no cotangent reaches is not there", async () => {
  const maps = await engine.forward(normal(SIZE * SIZE * 3, uniform(1)), SIZE, "q");
  const of = (layer) => cotangents(channelObjective(layer, 1, maps[layer].length / engine.sides(layer, SIZE).rows ** 2), maps);
  const grads = await Promise.all([of("b"), of("c"), { ...of("b"), ...of("c") }].map((each) => engine.backward(maps, each, { size: SIZE })));
  grads[2].input.forEach((each, i) => assert.ok(Math.abs(each - grads[0].input[i] - grads[1].input[i]) < 1e-6));
  assert.deepEqual(Object.keys(await engine.backward(maps, of("b"), { size: SIZE, wanted: ["c", "a"] })), ["a"]);
});

test("a drawing raises its objective, and a seed repeats it", async () => {
  const settings = { layer: "c", channel: 2, size: 12, steps: 24, seed: 5, stride: 2 };
  const found = await all(drawing(engine, settings));
  assert.equal(found.length, 25);
  assert.ok(found[24].value > 1.3 * found[0].value, `${found[0].value} to ${found[24].value}`);
  assert.equal(found[24].picture.levels.length, 12 * 12 * 3);
  assert.deepEqual((await all(drawing(engine, settings))).at(-1), found[24]);
});

test("a channel that is silent can be drawn: its gradient is that before the ReLU", async () => {
  const silent = randomEngine(uniform(3));
  const { forward } = silent;
  const quiet = { ...silent, forward: async (...about) => {
    const maps = await forward(...about);
    return { ...maps, c: new Float32Array(maps.c.length) };
  } };
  const found = await all(drawing(quiet, { layer: "c", channel: 2, size: 12, steps: 2, seed: 5, stride: 2 }));
  assert.equal(found[0].value, 0);
  assert.notDeepEqual(found[0].picture, found[2].picture);
});

test("images made of spectra are real, and their gradient is what small changes do", () => {
  for (const size of [6, 7, 10]) {
    const images = new FourierImages(size, engine.colours);
    const parameters = normal(images.count, uniform(size)).map((each) => 0.3 * each);
    const levels = images.levels(parameters);
    const wanted = normal(levels.length, uniform(1));
    const found = images.gradient(wanted, levels);
    const direction = normal(images.count, uniform(2));
    const [up, down] = [1e-3, -1e-3].map((step) => dot(wanted, images.levels(parameters.map((each, i) => each + step * direction[i]))));
    assert.ok(Math.abs((up - down) / 2e-3 - dot(found, direction)) < 0.02 * Math.abs(dot(found, direction)) + 0.05, `${size}`);
    assert.ok(images.levels(new Float32Array(images.count)).every((level) => level === 127.5));
  }
});

test("a transformation and its gradient are adjoint, and none leaves the image as it is", () => {
  const recipe = { ...recipeAt(16), jitter: 3 };
  const place = sampling(9, [0.6, -0.7, 0.5, 0.9], recipe);
  const [image, other] = [normal(243, uniform(1)), normal(243, uniform(2))];
  assert.ok(Math.abs(dot(sampled(image, place), other) - dot(image, unsampled(other, place))) < 1e-3);
  sampled(image, sampling(9, [0, 0, 0, 0], recipe)).forEach((each, i) => assert.ok(Math.abs(each - image[i]) < 1e-6));
  const shifted = sampled(image, sampling(9, [1 / 3, 0, 0, 0], recipe));
  assert.ok(Math.abs(shifted[0] - image[27]) < 1e-6, "one row down");
});

test("a Gram matrix and its product are those of the definition", () => {
  const maps = normal(5 * 3, uniform(1)).map((each) => Math.max(0, each));
  const found = gram(maps, 3);
  for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) {
    const expected = [0, 1, 2, 3, 4].reduce((sum, cell) => sum + maps[3 * cell + a] * maps[3 * cell + b], 0) / 5;
    assert.ok(Math.abs(found[3 * a + b] - expected) < 1e-6);
  }
  const out = product(maps, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 2);
  assert.ok(Math.abs(out[4] - 2 * (maps[3] * 2 + maps[4] * 5 + maps[5] * 8)) < 1e-5);
});

test("the style of another picture comes nearer", async () => {
  const settings = {
    content: { levels: noise(1), size: SIZE }, style: { levels: noise(9).map((level) => level / 4), size: SIZE },
    layers: { a: 1, c: 1 }, contentLayer: "b", contentWeight: 0.01, steps: 20, rate: 4,
  };
  const found = await all(style(engine, settings));
  assert.ok(found[20].value > found[0].value / 3, `${found[0].value} to ${found[20].value}`);
  await assert.rejects(all(style(engine, { ...settings, style: { levels: noise(9, 4), size: 4 } })), /8 pixels.*has 4/);
});

test("the answer is turned by a small change, in whole grey levels", async () => {
  const picture = { levels: noise(4), size: SIZE };
  const plain = { layer: "q", weights: [1, -1, 1, -1, 1, -1] };
  const before = (await all(fool(engine, { ...picture, objective: { ...plain, bias: -1e6 }, steps: 0 })))[0].value + 1e6;
  const found = await all(fool(engine, { ...picture, objective: { ...plain, bias: -before - 0.02 }, steps: 40 }));
  const last = found.at(-1);
  assert.ok(last.size.turned && last.value > 0 && last.steps === last.step);
  assert.ok(found[0].size.largest === 0 && last.size.largest > 0 && last.size.mean < 20, JSON.stringify(last.size));
});

test("without an objective, the second answer of the picture is to become the first", async () => {
  const picture = { levels: noise(4), size: SIZE };
  const kernel = Float32Array.from({ length: 24 }, ((random) => () => random() - 0.5)(uniform(5)));
  const classifier = { layer: "q", kernel, bias: [0, 0, 0, 0] };
  const found = await all(fool(engine, { ...picture, classifier, steps: 40 }));
  const ranked = (news) => [0, 1, 2, 3].sort((a, b) => dot(kernel.subarray(6 * b, 6 * b + 6), news.means) - dot(kernel.subarray(6 * a, 6 * a + 6), news.means));
  const [before, after] = [found[0], found.at(-1)].map(ranked);
  assert.ok(found.at(-1).size.turned);
  assert.ok(found[0].value < 0 && found[0].size.largest === 0);
  assert.deepEqual([after[0], after[1]], [before[1], before[0]]);
});

test("saliency and Grad-CAM have the size of the picture and of the layer", async () => {
  const objective = channelObjective("q", 0, 6);
  const [map] = await all(saliency(engine, { levels: noise(2), size: SIZE, objective, of: "gradient" }));
  assert.deepEqual([map.map.rows, map.map.columns, map.map.values.length], [SIZE, SIZE, SIZE * SIZE]);
  const [cam] = await all(gradCam(engine, { levels: noise(2), size: SIZE, objective, layer: "b" }));
  assert.deepEqual([cam.map.rows, cam.map.columns], [SIZE, SIZE]);
});

test("a shuffled kernel has the same numbers, and all else stays", () => {
  const file = Uint8Array.from({ length: 60 }, (_, i) => i);
  const found = shuffled(file, [{ place: 10, shape: [2, 1, 2, 5] }], uniform(1));
  assert.deepEqual([found.slice(0, 10), found.slice(50)], [file.slice(0, 10), file.slice(50)]);
  const numbers = (each) => [...new Uint16Array(each.slice(10, 50).buffer)];
  assert.notDeepEqual(numbers(found), numbers(file));
  assert.deepEqual(numbers(found).sort(), numbers(file).sort());
});

test("what is under way can be paused, goes on, and is stopped", async () => {
  const sent = [];
  const service = new Service(() => engine, (message) => sent.push(message));
  const settings = { layer: "a", channel: 0, size: 6, steps: 400, seed: 1, stride: 1 };
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const running = service.receive({ type: "start", id: 1, kind: "drawing", settings });
  while (sent.length < 3) await wait(1);
  service.receive({ type: "pause", id: 1 });
  await wait(30);
  const count = sent.length;
  await wait(60);
  assert.equal(sent.length, count);
  service.receive({ type: "go", id: 1 });
  while (sent.length < count + 3) await wait(1);
  service.receive({ type: "stop", id: 1 });
  await running;
  assert.ok(sent.length < 401);
  assert.deepEqual(sent.at(-1), { type: "done", id: 1 });
  await service.receive({ type: "start", id: 2, kind: "style", settings: { content: {}, style: { size: 3 } } });
  assert.equal(sent.at(-1).type, "failed");
});

test("a Fourier transform has no side that it cannot do", () => {
  for (const size of [12, 257]) {
    const wave = Float64Array.from({ length: size * size }, (_, i) => Math.cos((2 * Math.PI * 5 * (i % size)) / size));
    const { real, imaginary } = transformed(wave, new Float64Array(size * size), { size, sign: -1 });
    const peaks = [...real.keys()].filter((i) => !(Math.hypot(real[i], imaginary[i]) < 1e-6 * size ** 2)); // also what is no number
    assert.deepEqual(peaks, [5, size - 5]);
    for (const peak of peaks) assert.ok(Math.abs(real[peak] / size ** 2 - 0.5) < 1e-9, `${size}: ${real[peak]}`);
  }
});

/** As much of LiteRT.js as an engine asks for; its models give what they read, and the first one fails. */
function failingOnce() {
  let count = 0;
  const details = [{ name: "x" }];
  const model = {
    getInputDetails: () => details, getOutputDetails: () => details, delete() {},
    run: async ([{ values }]) => [{ toTypedArray: () => values, delete() {} }],
  };
  class Tensor {
    constructor(values) { this.values = values; }
    delete() {}
  }
  const loadAndCompile = async () => {
    count += 1;
    if (count === 1) throw new Error("no memory");
    return model;
  };
  return { litert: { Tensor, loadAndCompile }, count: () => count };
}

test("a model that could not be compiled is compiled again by the next call, and then kept", async () => {
  const { litert, count } = failingOnce();
  const segment = { parts: [{ file: "f" }], input: "x", layers: ["a"], outputs: ["x"], gates: {} };
  const live = { offset: [0], segments: [segment], gradients: { segments: [[]], colours: [] } };
  const layers = [{ name: "a", kind: "convolution", channels: 1 }];
  const parts = { litert, device: { gpu: false, threads: 1 }, live, layers, side: 2, template: new Uint8Array(), files: [new Uint8Array(8)] };
  const made = new LiteRtEngine(parts);
  const values = Float32Array.of(1, 2, 3, 4);
  await assert.rejects(made.forward(values, 2, "a"), /no memory/);
  for (let i = 0; i < 2; i++) assert.deepEqual((await made.forward(values, 2, "a")).a, values);
  assert.equal(count(), 2);
});

test("what is thrown without being an Error is told too", async () => {
  const sent = [];
  const service = new Service(() => { throw 1234; }, (message) => sent.push(message));
  await service.receive({ type: "start", id: 1, kind: "fool", settings: {} });
  assert.deepEqual(sent, [{ type: "failed", id: 1, message: "1234" }]);
});
