// What gradients are asked for, and what is made of what they give: pure parts of the tab "Change".

import assert from "node:assert/strict";
import test from "node:test";
import { levelsIn, pixelsOf } from "../../../vggviz/explorer/page/arithmetic/pixels.js";
import { points } from "../../../vggviz/explorer/page/change/curve.js";
import { Pace, durationText } from "../../../vggviz/explorer/page/change/pace.js";
import { amplified, limitOf, sameOrder, tiled } from "../../../vggviz/explorer/page/change/pictures.js";
import { Runner } from "../../../vggviz/explorer/page/change/runner.js";
import {
  canvasSide, classObjective, contentLayer, drawingSettings, gatedOff, styleLayers,
} from "../../../vggviz/explorer/page/change/settings.js";
import { controlText, downloadText, extentText, keepText, mapText } from "../../../vggviz/explorer/page/change/words.js";
import { hasOneThread } from "../../../vggviz/explorer/page/live/device.js";
import { leadObjective } from "../../../vggviz/explorer/page/gradients/objective.js";
import { manifest } from "./vgg16.js";

const { layers: vgg16 } = manifest;
const classifier = {
  layer: "pool", off: ["pool", "last"], calibrated: true, ids: ["a", "b"], labels: ["A", "B"],
  kernel: Float32Array.from([1, 2, 3, 4, 5, 7]), bias: [0.5, -0.5],
};
const field = (size) => ({ field: { size: [size, size], stride: [4, 4], padding: [0, 0] } });
const dot = (one, other) => one.reduce((sum, each, i) => sum + each * other[i], 0);

test("a canvas is as large as what a cell sees, within limits, in few sizes", () => {
  const fields = [3, 32, 33, 92, 100, 160, 212];
  assert.deepEqual(fields.map((size) => canvasSide(field(size))), [32, 32, 48, 96, 112, 112, 112]);
  assert.equal(canvasSide({ field: null }), 112);
  const found = drawingSettings({ name: "x", ...field(40) }, 7, 3);
  assert.deepEqual(found, { layer: "x", channel: 7, size: 48, steps: 128, seed: 3, stride: 4 });
});

test("objectives give the scores and leads of the classifier", () => {
  const means = [0.2, 0.4, 0.6];
  const score = ({ weights, bias }) => bias + dot(weights, means);
  const [a, b] = [0, 1].map((index) => score(classObjective(classifier, index, {})));
  assert.ok(Math.abs(a - (0.5 + 0.2 + 0.8 + 1.8)) < 1e-6);
  assert.ok(Math.abs(score(leadObjective(classifier, 1, 0)) - (b - a)) < 1e-6);
});

test("channels that are off add nothing to a score, or are left to the network", () => {
  const off = { last: [1], early: [5] };
  assert.deepEqual([...classObjective(classifier, 1, off).weights], [4, 0, 7]);
  assert.deepEqual(gatedOff(classifier, off), { early: [5] });
  assert.deepEqual([...classifier.kernel], [1, 2, 3, 4, 5, 7]);
});

test("a style is that of the first convolution of each block, the content that of a later one", () => {
  assert.deepEqual(styleLayers(vgg16), {
    block1_conv1: 1, block2_conv1: 1, block3_conv1: 1, block4_conv1: 1, block5_conv1: 0,
  });
  assert.equal(contentLayer(vgg16), "block4_conv2");
  assert.deepEqual(styleLayers(vgg16.slice(0, 2)), { block1_conv1: 1 });
});

test("pictures: pixels, tiles, and a change made visible", () => {
  assert.deepEqual([...pixelsOf([1, 2, 3, 4, 5, 6])], [1, 2, 3, 255, 4, 5, 6, 255]);
  assert.deepEqual([...levelsIn(pixelsOf([1, 2, 3, 4, 5, 6]))], [1, 2, 3, 4, 5, 6]);
  const drawing = Uint8ClampedArray.from({ length: 12 }, (_, i) => i);
  const found = tiled(drawing, 2, 5);
  assert.equal(found.length, 75);
  assert.deepEqual([...found.slice(3 * (4 * 5 + 3), 3 * (4 * 5 + 3) + 3)], [3, 4, 5]);
  const change = amplified(Uint8ClampedArray.from([10, 12, 9]), Uint8ClampedArray.from([10, 10, 10]));
  assert.deepEqual([change.times, ...change.levels], [63, 128, 254, 65]);
  assert.deepEqual(amplified(drawing, drawing).times, 1);
});

test("a few very large values do not make the others invisible; a map of one value is shown", () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 3 ? -1e6 : i / 1000));
  assert.ok(limitOf(values) < 1);
  assert.equal(limitOf([0, 0, -5]), 5);
  assert.equal(limitOf([0, 0]), 0);
});

test("rank correlation: 1, -1, ties, and nothing to compare", () => {
  assert.ok(Math.abs(sameOrder([1, -2, 3], [10, 20, 3000]) - 1) < 1e-12);
  assert.ok(Math.abs(sameOrder([1, 2, 3], [3, 2, 1]) + 1) < 1e-12);
  assert.ok(Math.abs(sameOrder([1, 1, 2, 2], [1, 2, 3, 4]) - 2 / Math.sqrt(5)) < 1e-12);
  assert.equal(sameOrder([1, 2, 3], [0, 0, 0]), 0);
});

test("the time that is left follows the steps, in round numbers", () => {
  const pace = new Pace();
  assert.equal(pace.left(10), "");
  pace.add(500);
  assert.match(pace.left(80), /about 40 s left/);
  for (let i = 0; i < 30; i++) pace.add(50);
  assert.equal(pace.step(), 50);
  assert.equal(pace.left(0), "");
  assert.deepEqual([200, 4400, 41_000, 89_000, 130_000].map(durationText), ["1 s", "4 s", "40 s", "90 s", "2 min"]);
});

test("the curve begins at the left, and its largest value is at the top", () => {
  assert.equal(points([0, 5, 10], 4), "0.0,100.0 40.0,50.0 80.0,0.0");
  assert.equal(points([-10, 0], 1), "0.0,100.0 160.0,0.0");
  assert.equal(points([0], 0), "0.0,100.0");
});

test("a map is told with its quantity, its sign and what full colour stands for", () => {
  const told = (/** @type {import("../../../vggviz/explorer/page/change/words.js").MapKind} */ kind) =>
    mapText(kind, "the score of “tabby”", "conv", 0.01234);
  for (const kind of /** @type {const} */ (["gradient", "guided"])) {
    assert.match(told(kind), /the score of “tabby”.*without its sign.*full colour is 0\.0123 or more, for one unit/);
  }
  assert.match(told("product"), /red speaks for the score of “tabby”, blue against it\. Full colour is 0\.0123 or more\./);
  assert.match(told("grad_cam"), /maps of conv.* below zero.* is left out; full colour is 0\.0123\.$/);
});

test("what becomes of a picture that is kept is said before, and which one it replaces", () => {
  assert.equal(keepText({ size: 224, side: 224, own: null }), "");
  assert.equal(keepText({ size: 96, side: 224, own: null }), "It is repeated until it fills 224 × 224 pixels.");
  assert.match(keepText({ size: 96, side: 224, own: "me.jpg" }), /pixels\. It takes the place of your picture “me\.jpg”\.$/);
});

test("what is downloaded is said before, and what a change is", () => {
  const live = { segments: [{ bytes: 20e6 }, { bytes: 7e6 }], runtime: 3e6 };
  assert.match(downloadText(live, false), /27\.0 MB.*3\.0 MB/);
  assert.match(downloadText(live, true), /nothing more/);
  for (const isKept of [true, false]) assert.match(downloadText(live, isKept, true), /Firefox computes on one thread here/);
  assert.match(extentText({ largest: 1, mean: 0.0346 }), /1 grey level of 255.*0\.0346/);
  assert.match(controlText(0.123), /0\.12/);
  assert.match(controlText(null), /zero everywhere/);
});

/** A network whose tasks come to their end when the test says so. */
function network() {
  const tasks = [];
  const start = (kind, settings, listener) => {
    const task = { kind, listener, calls: [] };
    task.done = new Promise((resolve, reject) => Object.assign(task, { resolve, reject }));
    for (const name of ["pause", "go", "stop"]) task[name] = () => void task.calls.push(name);
    tasks.push(task);
    return task;
  };
  return { tasks, start };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test("one computation at a time: the next one waits until the one before has come to rest", async () => {
  const { tasks, start } = network();
  const runner = new Runner({ start });
  const heard = [];
  const first = runner.run("fool", {}, { news: (each) => heard.push(each) });
  await turn();
  const second = runner.run("style", {}, { news: (each) => heard.push(each) });
  assert.equal(await first, false);
  tasks[0].listener.news("late");
  await turn();
  assert.deepEqual([tasks.length, tasks[0].calls, heard], [1, ["stop"], []]);
  tasks[0].resolve();
  await turn();
  assert.equal(tasks[1].kind, "style");
  tasks[1].listener.news("now");
  tasks[1].resolve();
  assert.equal(await second, true);
  assert.deepEqual(heard, ["now"]);
});

test("a computation that is stopped before it began never begins; one that fails does not hinder the next", async () => {
  const { tasks, start } = network();
  const runner = new Runner({ start });
  const first = runner.run("fool", {}, { news() {} });
  runner.stop();
  assert.equal(await first, false);
  await turn();
  assert.equal(tasks.length, 0);
  const failing = runner.run("fool", {}, { news() {} });
  await turn();
  runner.pause(true);
  runner.pause(false);
  assert.deepEqual(tasks[0].calls, ["pause", "go"]);
  tasks[0].reject(new Error("lost"));
  await assert.rejects(failing, /lost/);
  const next = runner.run("fool", {}, { news() {} });
  await turn();
  tasks[1].resolve();
  assert.equal(await next, true);
});

test("Firefox alone computes on one thread", () => {
  assert.equal(hasOneThread("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"), true);
  assert.equal(hasOneThread("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"), false);
});
