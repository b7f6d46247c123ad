import assert from "node:assert/strict";
import test from "node:test";

import { belowConvolution, belowPool, largestTap } from "../../../vggviz/explorer/page/arithmetic/descent.js";
import { mostDirected } from "../../../vggviz/explorer/page/arithmetic/direction.js";
import { at } from "../../../vggviz/explorer/page/arithmetic/planes.js";
import { classifier } from "../../../vggviz/explorer/page/answer/classifier.js";
import { answer } from "../../../vggviz/explorer/page/answer/scores.js";
import { statistics } from "../../../vggviz/explorer/page/arithmetic/statistics.js";
import { after, begin } from "../../../vggviz/explorer/page/state/state.js";
import { asShown } from "../../../vggviz/explorer/page/tour/given.js";
import { positionIn } from "../../../vggviz/explorer/page/tour/position.js";
import { stopsOf } from "../../../vggviz/explorer/page/tour/stops.js";
import { chance, layer, manifest as vgg16 } from "./vgg16.js";

const roll = chance(7);
const number = () => roll(2001) / 1000 - 1;
const numbers = (count, make = number) => Float32Array.from({ length: count }, make);

/** A kernel (3, 3, 3) of lines: bright on one side of them. */
function edge(angle, strength = 1) {
  return Array.from({ length: 27 }, (_, i) => {
    const [y, x] = [Math.floor(i / 9) - 1, (Math.floor(i / 3) % 3) - 1];
    return strength * (x * Math.sin(angle) + y * Math.cos(angle));
  });
}

test("the kernel that depends most on direction, and which one", () => {
  const flat = Array(27).fill(0.2);
  for (const degrees of [0, 30, 90, 135]) {
    const weights = Float32Array.from([...flat, ...edge((degrees * Math.PI) / 180), ...numbers(27)]);
    const found = mostDirected(weights.subarray(0, 54), { count: 2, size: [3, 3] });
    assert.equal(found.channel, 1);
    const off = Math.abs(found.angle - degrees);
    assert.ok(Math.min(off, 180 - off) < 8, `${found.angle} for ${degrees}`);
    assert.ok(found.share > 0.25 && found.share <= 1);
  }
  assert.equal(mostDirected(new Float32Array(27), { count: 1, size: [3, 3] }).share, 0);
});

test("one layer down is the input channel that adds most, at its largest product", () => {
  const inputs = { data: numbers(2 * 36), rows: 6, columns: 6, channels: 2 };
  const weights = numbers(4 * 18);
  const convolution = { ...layer("block1_conv1"), channels: 4, rows: 6, columns: 6 };
  for (const cell of [[0, 0], [3, 2], [5, 5]]) {
    const found = belowConvolution(convolution, { channel: 2, cell }, inputs, { weights, bias: [] });
    const products = [[], []];
    for (let c = 0; c < 2; c++) {
      for (let tap = 0; tap < 9; tap++) {
        const [y, x] = [cell[0] - 1 + Math.floor(tap / 3), cell[1] - 1 + (tap % 3)];
        const value = y < 0 || x < 0 || y > 5 || x > 5 ? 0 : inputs.data[c * 36 + y * 6 + x];
        products[c].push({ at: [y, x], product: value * weights[2 * 18 + tap * 2 + c] });
      }
    }
    const sums = products.map((each) => each.reduce((sum, { product }) => sum + product, 0));
    const best = sums[0] >= sums[1] ? 0 : 1;
    assert.equal(found.channel, best);
    assert.ok(Math.abs(found.part - sums[best]) < 1e-5);
    const sign = sums[best] < 0 ? -1 : 1;
    const largest = products[best].reduce((one, other) => (sign * other.product > sign * one.product ? other : one));
    assert.deepEqual(found.cell, largest.at);
    const tap = largestTap(convolution, cell, inputs, products[1 - best].map(({ product }) => product));
    assert.ok(Math.abs(tap.product * sums[1 - best]) > 0 && tap.product * sums[1 - best] > 0);
    assert.equal(at(inputs, 1 - best, tap.cell) === 0, false); // where a number comes from, there is one
  }
  const pool = { ...layer("block1_pool"), pool: { size: [2, 2], stride: [2, 2], padding: [0, 0], takes: "maximum" } };
  const { cell, channel, part } = belowPool(pool, { channel: 1, cell: [1, 2] }, inputs);
  assert.equal(channel, 1);
  assert.equal(part, inputs.data[36 + cell[0] * 6 + cell[1]]);
  assert.equal(part, Math.max(...[[2, 4], [2, 5], [3, 4], [3, 5]].map(([y, x]) => inputs.data[36 + y * 6 + x])));
});

test("a reader has left a stop if the subject is another, not if only the place is", () => {
  const start = begin(vgg16);
  const shown = { ...start, layer: "block3_conv1", channel: 3, cell: [4, 5], view: "cell" };
  const stop = { begin: { layer: "block3_conv1", view: "channels" }, shown: [{ layer: "block3_conv1", view: "cell", channel: 3 }] };
  assert.equal(positionIn(stop, { ...shown, view: "channels" }, 0), 0);
  assert.equal(positionIn(stop, shown, 0), 1);
  assert.equal(positionIn(stop, { ...shown, channel: 9, cell: null }, 1), 1);
  assert.equal(positionIn(stop, { ...shown, layer: "block3_conv2" }, 1), null);
  assert.equal(positionIn(stop, { ...shown, view: "passport" }, 1), null);
  assert.equal(positionIn({ ...stop, begin: { ...stop.begin, off: {} } }, { ...shown, view: "channels", off: { block3_conv1: [1] } }, 0), null);
});

test("what a stop has switched off may be switched on again, one by one", () => {
  const begun = { layer: "block5_conv3", view: "channels", off: {} };
  const stop = { begin: begun, shown: [{ ...begun, off: { block5_conv3: [3, 7] } }] };
  const state = { ...begin(vgg16), ...begun };
  assert.equal(positionIn(stop, { ...state, off: { block5_conv3: [3, 7] } }, 1), 1);
  assert.equal(positionIn(stop, { ...state, off: { block5_conv3: [7] } }, 1), 1);
  assert.equal(positionIn(stop, state, 1), 0);
});

/** Small layers, so that all of the tour can be computed here. */
const SIDE = { block1: 16, block2: 8, block3: 8, block4: 4, block5: 4 };
const small = {
  ...vgg16,
  answer: { layer: "block5_pool", classes: 3, calibrated: true, off: ["block5_pool", "block5_conv3"], bytes: 1 },
  layers: vgg16.layers.map((each) => {
    const side = each.name.endsWith("pool") ? SIDE[each.name.slice(0, 6)] / 2 : SIDE[each.name.slice(0, 6)];
    const pool = { size: [2, 2], stride: [2, 2], padding: [0, 0], takes: "maximum" };
    return { ...each, channels: 5, rows: side, columns: side, pool: each.kernel ? null : pool };
  }),
};
const maps = new Map();
const data = {
  async maps(picture, name) {
    const { rows, columns, channels } = name === "input" ? { rows: 16, columns: 16, channels: 3 } : small.layers.find((l) => l.name === name);
    if (!maps.has(name)) maps.set(name, numbers(rows * columns * channels, () => Math.max(0, number())));
    return { data: maps.get(name), rows, columns, channels };
  },
  async statistics(picture, name) {
    const { data: planes, channels } = await this.maps(picture, name);
    return statistics(planes, channels);
  },
  async kernels(name) {
    return { weights: numbers(5 * 9 * (name === "block1_conv1" ? 3 : 5)), bias: [0, 0, 0, 0, 0] };
  },
};
const known = classifier(
  small.answer, numbers(15).buffer, { bias: [0, 0.1, 0], ids: ["a", "b", "c"], labels: ["A", "B", "C"] }, 5,
);
const given = { manifest: small, data, classifier: async () => known, picture: "cat" };

test("there are seven stops, each a state that the page can show, with a question and two sentences", async () => {
  const plans = stopsOf(small);
  assert.equal(plans.length, 7);
  for (const plan of plans) {
    const { begin: first, shown, guess, words } = await plan.make(given);
    let state = begin(small);
    for (const parts of [first, ...shown]) {
      state = after(state, { type: "go", value: parts }, small);
      assert.notEqual(positionIn({ begin: first, shown }, state, 0), null, plan.title);
    }
    assert.match(guess, /\?$/);
    assert.equal(words.length, shown.length);
    for (const each of words) {
      assert.equal(each.length, 2);
      each.forEach((sentence) => assert.doesNotMatch(sentence, /undefined|NaN|not a number/));
    }
  }
});

test("the way down begins five layers above the pixels, and each step reads the one before", async () => {
  const plan = stopsOf(small).find(({ title }) => title.startsWith("One number"));
  const { shown } = await plan.make(given);
  assert.deepEqual(shown.map((each) => each.layer), [
    "block2_conv2", "block2_conv1", "block1_pool", "block1_conv2", "block1_conv1",
  ]);
});

test("the way down ends with how many steps it is, as the question asks", async () => {
  const { guess, words } = await stopsOf(small).find(({ title }) => title.startsWith("One number")).make(given);
  assert.match(guess, /How many steps/);
  const told = words.map(([, second]) => second);
  assert.deepEqual(told.slice(0, 4).map((each) => Number.parseInt(each, 10)), [4, 3, 2, 1]);
  assert.match(told[4], /^So it is 4 steps/);
});

test("a stop is made of the maps that are shown, with all channels on", async () => {
  const asked = [];
  const shownData = {
    ...data,
    maps: (id, name) => (asked.push(id), data.maps(id, name)),
    statistics: (id, name) => (asked.push(id), data.statistics(id, name)),
    kernels: (name) => data.kernels(name),
  };
  const sources = { idOf: ({ picture, off, shows }) => `${picture} ${JSON.stringify(off)} ${shows}` };
  const state = { ...begin(small), picture: "cat", off: { block5_conv3: [1] }, shows: "before" };
  for (const plan of stopsOf(small)) await plan.make(asShown({ ...given, data: shownData, sources }, state));
  assert.deepEqual([...new Set(asked)], ["cat {} now"]);
});

test("a network without an answer has the stops that need none", async () => {
  const plans = stopsOf({ ...small, answer: null });
  assert.deepEqual(plans.map(({ title }) => title.split(",")[0]), [
    "One direction", "Three pools later", "Who answers here", "Most cells are zero", "One number",
  ]);
  for (const plan of plans) await plan.make({ ...given, manifest: { ...small, answer: null }, classifier: async () => null });
});

test("the tour looks where most speaks for the answer", async () => {
  const { begin: { layer: name }, words } = await stopsOf(small)[0].make(given);
  const { data: planes, rows, columns, channels } = await data.maps("cat", name);
  const [first] = answer((await data.statistics("cat", name)).mean, known).order;
  const cells = Array.from({ length: rows * columns }, (_, i) => (
    Array.from({ length: channels }, (_, c) => known.kernel[first * channels + c] * planes[c * rows * columns + i]).reduce((a, b) => a + b)
  ));
  const best = cells.indexOf(Math.max(...cells));
  assert.match(words[0][1], new RegExp(`row ${Math.floor(best / columns)}, column ${best % columns} \\(counted from 0\\) gives most`));
});

test("how many channels the answer hangs on is told, one or several", async () => {
  const plan = stopsOf(small).at(-1);
  const told = new Set();
  for (let i = 0; i < 60; i++) {
    const other = { ...known, kernel: numbers(15), bias: [0, 0, 0] };
    const { shown: [{ off }], words: [[first]] } = await plan.make({ ...given, classifier: async () => other });
    const [channels = []] = Object.values(off);
    const one = `One is enough: without channel ${channels[0]} the answer`;
    const several = `${channels.length} are enough: without channels ${channels.join(", ")} the answer`;
    assert.ok(first.startsWith(channels.length === 0 ? "Here not even" : channels.length === 1 ? one : several), first);
    told.add(Math.min(channels.length, 2));
  }
  assert.ok(told.has(1) && told.has(2), [...told].join());
});
