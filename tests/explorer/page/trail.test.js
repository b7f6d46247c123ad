import assert from "node:assert/strict";
import test from "node:test";

import { stepsToPixels } from "../../../vggviz/explorer/page/state/manifest.js";
import { stepTexts } from "../../../vggviz/explorer/page/views/trail.js";
import { manifest } from "./vgg16.js";

test("how far the pixels are, from the first number on and on the way", () => {
  assert.deepEqual(stepTexts(0, 16), ["", "16 steps to the pixels"]);
  assert.deepEqual(stepTexts(0, 1), ["", "1 step to the pixels"]);
  assert.deepEqual(stepTexts(3, 6), ["step 3 of 9, ", "6 to the pixels"]);
  assert.deepEqual(stepTexts(9, 0), ["step 9 of 9: ", "the pixels"]);
  assert.deepEqual(stepTexts(2, null), ["", ""]);
});

test("the steps to the pixels are the layers on the way, if each reads one and its arithmetic is known", () => {
  const pool = { size: [2, 2], stride: [2, 2], padding: [0, 0], takes: "maximum" };
  const vgg16 = { ...manifest, layers: manifest.layers.map((each) => (each.kernel ? each : { ...each, pool })) };
  const steps = (name, layers = vgg16.layers) => stepsToPixels({ ...vgg16, layers }, layers.find((each) => each.name === name));
  assert.deepEqual(vgg16.layers.map(({ name }) => steps(name)), [...vgg16.layers.keys()]);
  const withSum = vgg16.layers.map((each) => (each.name === "block3_conv1" ? { ...each, reads: null } : each));
  assert.deepEqual(["block2_pool", "block3_conv1", "block5_pool"].map((name) => steps(name, withSum)), [5, null, null]);
  const unknown = vgg16.layers.map((each) => (each.name === "block1_conv1" ? { ...each, kernel: null } : each));
  assert.equal(steps("block2_conv1", unknown), null);
});
