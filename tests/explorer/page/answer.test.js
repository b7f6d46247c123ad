import assert from "node:assert/strict";
import test from "node:test";

import { addingUp, addingUpText, fixed } from "../../../vggviz/explorer/page/answer/adding_up.js";
import { classActivation, largestSize, overlay } from "../../../vggviz/explorer/page/answer/class_activation.js";
import { classifier, deeper, silenced, without } from "../../../vggviz/explorer/page/answer/classifier.js";
import { differences, reasons, turning } from "../../../vggviz/explorer/page/answer/reasons.js";
import { answer, lead, softmax } from "../../../vggviz/explorer/page/answer/scores.js";
import { chance } from "./vgg16.js";

const [CLASSES, CHANNELS, ROWS, COLUMNS] = [5, 8, 3, 4];
const roll = chance(11);
const number = () => roll(2001) / 1000 - 1;
const numbers = (count, make = number) => Float32Array.from({ length: count }, make);
const sum = (values) => Array.from(values).reduce((a, b) => a + b, 0);

const entry = { layer: "pool", classes: CLASSES, calibrated: false, off: ["pool", "conv"], bytes: 1 };
const classes = { bias: [0.5, -1, 0, 2, 0.25], ids: [..."abcde"], labels: [..."ABCDE"] };
const kernel = numbers(CLASSES * CHANNELS);
const known = classifier(entry, kernel.slice().buffer, classes, CHANNELS);
const data = numbers(CHANNELS * ROWS * COLUMNS, () => Math.max(0, number() * 40));
const planes = { data, rows: ROWS, columns: COLUMNS, channels: CHANNELS };
const cellsOf = (c) => data.subarray(c * ROWS * COLUMNS, (c + 1) * ROWS * COLUMNS);
const means = Array.from({ length: CHANNELS }, (_, c) => sum(cellsOf(c)) / (ROWS * COLUMNS));

test("a kernel of another size is refused", () => {
  assert.throws(() => classifier(entry, new ArrayBuffer(6), classes, CHANNELS), /6 bytes, not 80/);
});

test("scores are the products and the bias; the order falls", () => {
  const { scores, order, probabilities } = answer(means, known);
  for (let k = 0; k < CLASSES; k++) {
    const score = classes.bias[k] + sum(means.map((mean, c) => mean * kernel[k * CHANNELS + c]));
    assert.ok(Math.abs(scores[k] - score) < 1e-9);
  }
  order.slice(1).forEach((k, i) => assert.ok(scores[order[i]] >= scores[k]));
  assert.ok(Math.abs(sum(probabilities) - 1) < 1e-12);
  assert.equal(lead({ scores, probabilities, order }), scores[order[0]] - scores[order[1]]);
  assert.equal(lead(answer([1], { ...known, kernel: Float32Array.of(1), bias: [0] })), 0);
});

test("large scores have probabilities", () => {
  assert.deepEqual([...softmax(Float64Array.of(5000, 5000, -5000))], [0.5, 0.5, 0]);
});

test("the cells and the bias add up to the score, with channels off and without", () => {
  for (const off of [[], [0, 3, 7], [0, 1, 2, 3, 4, 5, 6, 7]]) {
    const { scores } = answer(without(means, off), known);
    for (let k = 0; k < CLASSES; k++) {
      const total = sum(classActivation(planes, known, k, off)) + known.bias[k];
      assert.ok(Math.abs(total - scores[k]) < 1e-6, `${total} and ${scores[k]}`);
    }
  }
});

test("channels off are those of the layer and of what it is pooled from", () => {
  assert.deepEqual(silenced(known, {}), []);
  assert.deepEqual(silenced(known, { pool: [4, 1], conv: [1, 6], before: [3] }), [1, 4, 6]);
  assert.deepEqual(deeper(known, { pool: [4], before: [3], other: [] }), ["before"]);
  assert.deepEqual([...without([1, 2, 3], [1])], [1, 0, 3]);
});

test("what channels add to the difference of two scores is their difference", () => {
  const { scores } = answer(means, known);
  const parts = differences(means, known, { first: 3, second: 1 });
  assert.ok(Math.abs(sum(parts) + known.bias[3] - known.bias[1] - (scores[3] - scores[1])) < 1e-6);
  const listed = reasons(means, known, { first: 3, second: 1 }, 2);
  assert.deepEqual(listed.map(({ share }) => share), [...parts].filter((p) => p > 0).sort((a, b) => b - a).slice(0, 2));
  listed.forEach(({ channel, share }) => assert.equal(parts[channel], share));
});

test("the channels that turn the answer do, and one fewer does not", () => {
  const plain = { ...known, bias: [0, 0, 0, 0, 0] };
  const first = answer(means, plain).order[0];
  const off = turning(means, plain);
  assert.ok(off?.length);
  assert.notEqual(answer(without(means, off), plain).order[0], first);
  assert.equal(answer(without(means, off.slice(0, -1)), plain).order[0], first);
  assert.equal(turning(means, { ...known, bias: [1e6, 0, 0, 0, 0] }), null);
  assert.equal(turning([1], { ...known, kernel: Float32Array.of(1), bias: [0] }), null);
});

test("the overlay is coloured by sign, and transparent by size", () => {
  const how = { limit: 2, colours: { diverging: (value) => (value > 0 ? [200, 10, 20] : [5, 30, 220]) } };
  assert.deepEqual([...overlay([2, -1, 0, 4], how)], [
    200, 10, 20, 217, 5, 30, 220, 109, 200, 10, 20, 0, 200, 10, 20, 217,
  ]);
  assert.deepEqual([...overlay([0], { ...how, limit: 0 })].slice(3), [0]);
  assert.equal(largestSize([1, -3, 2]), 3);
});

test("rounded parts add up to the rounded sum", () => {
  const roundly = chance(5);
  for (let trial = 0; trial < 200; trial++) {
    const values = Array.from({ length: 49 }, () => roundly(20001) / 1000 - 10);
    const { parts, total } = addingUp(values, 2);
    assert.equal(total, Math.round(100 * sum(values)) / 100);
    assert.equal(Math.round(100 * sum(parts)), Math.round(100 * total));
    parts.forEach((part, i) => assert.ok(Math.abs(part - values[i]) < 0.0101));
  }
});

test("a sum in words has as few decimals as it can, and adds up", () => {
  assert.deepEqual(addingUpText([45.31, 2.61]), ["45.3", "2.6", "47.9"]);
  assert.deepEqual(addingUpText([45.34, 2.64]), ["45.34", "2.64", "47.98"]);
  assert.deepEqual(addingUpText([-1.2, 0.2]), ["−1.2", "0.2", "−1.0"]);
  assert.equal(fixed(-0.04, 1), "0.0");
});
