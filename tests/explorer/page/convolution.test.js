import assert from "node:assert/strict";
import test from "node:test";

import { agrees, explain, kernelOf, patch, taps } from "../../../vggviz/explorer/page/arithmetic/convolution.js";
import { at } from "../../../vggviz/explorer/page/arithmetic/planes.js";
import { short } from "../../../vggviz/explorer/page/views/taps.js";
import { chance } from "./vgg16.js";

const roll = chance(3);
const numbers = (length) => Float32Array.from({ length }, () => roll(2001) / 1000 - 1);

const before = { data: numbers(5 * 7 * 6), rows: 7, columns: 6, channels: 5 };
const layer = {
  name: "conv",
  rows: 4,
  columns: 6,
  channels: 4,
  kernel: { size: [3, 2], stride: [2, 1], padding: [1, 0], activation: "relu" },
};
const kernels = numbers(4 * 3 * 2 * 5);

/** The convolution as its definition has it, straight from the planes. */
function direct(channel, [row, column], bias) {
  let sum = bias;
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 2; x++)
      for (let c = 0; c < 5; c++) {
        const place = [2 * row - 1 + y, column + x];
        const inside = place[0] >= 0 && place[0] < 7 && place[1] < 6;
        if (inside) sum += at(before, c, place) * kernels[((channel * 3 + y) * 2 + x) * 5 + c];
      }
  return sum;
}

const given = (channel, cell, rest = {}) => ({
  patch: patch(before, layer, cell),
  kernel: kernelOf(kernels, layer, channel),
  bias: 0.25,
  activation: "relu",
  channels: 5,
  ...rest,
});

test("products, remainder and bias add up to the direct sum, in every cell and channel", () => {
  for (let channel = 0; channel < 4; channel++)
    for (let row = 0; row < 4; row++)
      for (let column = 0; column < 6; column++) {
        const top = roll(7);
        const found = explain(given(channel, [row, column], { top }));
        const added = found.products.reduce((sum, product) => sum + product.sum, found.remainder + found.bias);
        assert.ok(Math.abs(added - found.sum) < 1e-12);
        assert.ok(Math.abs(found.sum - direct(channel, [row, column], 0.25)) < 1e-12);
        assert.equal(found.value, Math.max(found.sum, 0));
        assert.equal(found.products.length + found.others, 5);
        assert.equal(found.products.length, Math.min(top, 5));
      }
});

test("the products told apart are the largest, by falling size", () => {
  const all = explain(given(1, [1, 1], { top: 5 })).products;
  const sizes = all.map(({ sum }) => Math.abs(sum));
  assert.deepEqual(sizes, [...sizes].sort((one, other) => other - one));
  assert.deepEqual(all.map(({ channel }) => channel).sort(), [0, 1, 2, 3, 4]);
  assert.deepEqual(explain(given(1, [1, 1], { top: 2 })).products, all.slice(0, 2));
});

test("products of one size stand by their index", () => {
  const [ones, signs] = [Float32Array.of(1, 1, 1), Float32Array.of(2, -2, 2)];
  const { products } = explain({ patch: ones, kernel: signs, bias: 0, activation: "linear", channels: 3 });
  assert.deepEqual(products.map(({ channel }) => channel), [0, 1, 2]);
});

test("without ReLU a negative sum stays", () => {
  const [one, minus] = [Float32Array.of(1), Float32Array.of(-3)];
  const sum = (activation) => explain({ patch: one, kernel: minus, bias: 1, activation, channels: 1 });
  assert.equal(sum("linear").value, -2);
  assert.equal(sum("relu").value, 0);
  assert.equal(sum("relu").sum, -2);
});

test("a kernel of one 1 in its middle gives the map back", () => {
  const same = { name: "same", kernel: { size: [3, 3], stride: [1, 1], padding: [1, 1] }, channels: 1 };
  const delta = new Float32Array(3 * 3 * 5);
  delta[(1 * 3 + 1) * 5 + 2] = 1;
  for (const cell of [[0, 0], [6, 5], [3, 3]]) {
    const how = { kernel: delta, bias: 0, activation: "linear", channels: 5 };
    assert.equal(explain({ patch: patch(before, same, cell), ...how }).value, at(before, 2, cell));
  }
});

test("taps are one input channel of the patch, row by row, zero in the padding", () => {
  const values = taps(patch(before, layer, [0, 2]), 5, 3);
  const expected = [[-1, 2], [-1, 3], [0, 2], [0, 3], [1, 2], [1, 3]].map((cell) => (cell[0] < 0 ? 0 : at(before, 3, cell)));
  assert.deepEqual([...values], expected);
});

test("what cannot be explained is said", () => {
  assert.throws(() => patch(before, { name: "pool", kernel: null }, [0, 0]), /pool cannot be shown/);
  assert.throws(() => explain(given(0, [0, 0], { activation: "gelu" })), /gelu/);
  assert.throws(() => explain(given(0, [0, 0], { channels: 4 })), /30 .* 4 input channels/);
});

test("agreement is measured against the layer's maximum", () => {
  assert.ok(agrees(10.09, 10, 100));
  assert.ok(!agrees(10.11, 10, 100));
  assert.ok(agrees(0, 0, 0));
  assert.ok(!agrees(NaN, 0, 1));
});

test("numbers in a small box have two digits and no powers of ten, as long as they are not nearly zero", () => {
  const numbers = [1245.4, -644.2, 24.61, -0.148, 0.0151, -0.00072, 0.0004, 0, 3e-9];
  assert.deepEqual(numbers.map(short), ["1,245", "−644", "24.6", "−.15", ".015", "−.0007", ".0004", "0", "3e−9"]);
});
