// Channels that are switched off: which segments they change, and the gates.

import assert from "node:assert/strict";
import test from "node:test";
import { checkOff, firstChanged, gated, gates, hasGates, key } from "../../../vggviz/explorer/page/live/off.js";

const SEGMENTS = [
  { layers: ["a", "b", "pool"], gates: { a: "gate0", b: "gate1" } },
  { layers: ["c"], gates: { c: "gate0" } },
];
const LAYERS = { a: { channels: 2 }, b: { channels: 3 }, pool: { channels: 3 }, c: { channels: 4 } };

test("the first segment that a change concerns", () => {
  assert.equal(firstChanged(SEGMENTS, {}, { b: [1] }), 0);
  assert.equal(firstChanged(SEGMENTS, { b: [1] }, { b: [1], c: [0] }), 1);
  assert.equal(firstChanged(SEGMENTS, { b: [1], c: [0] }, { c: [0] }), 0);
  assert.equal(firstChanged(SEGMENTS, { b: [2, 1], c: [] }, { b: [1, 2, 1] }), 2);
});

test("one key for the same channels, and different ones for others", () => {
  assert.equal(key(["a", "b"], { b: [2, 10], c: [1] }), key(["a", "b"], { b: [10, 2, 2] }));
  const all = [{}, { a: [1] }, { b: [1] }, { a: [1], b: [1] }, { b: [1, 2] }, { b: [12] }];
  assert.equal(new Set(all.map((off) => key(["a", "b"], off))).size, all.length);
});

test("a gate is zero where a channel is off, and one elsewhere", () => {
  const found = gates(SEGMENTS[0], LAYERS, { b: [2, 0], c: [1] });
  assert.deepEqual(Object.keys(found), ["gate0", "gate1"]);
  assert.deepEqual(found.gate0, { values: new Float32Array([1, 1]), shape: [1, 1, 1, 2] });
  assert.deepEqual(found.gate1, { values: new Float32Array([0, 1, 0]), shape: [1, 1, 1, 3] });
});

test("what cannot be switched off is refused", () => {
  checkOff(SEGMENTS, LAYERS, { b: [0, 2], c: [3] });
  assert.throws(() => checkOff(SEGMENTS, LAYERS, { pool: [0] }), /“pool” has no channels to switch off/);
  assert.throws(() => checkOff(SEGMENTS, LAYERS, { d: [0] }), /“d” has no channels/);
  assert.throws(() => checkOff(SEGMENTS, LAYERS, { b: [0, 3] }), /no channel 3 in b, which has 3/);
  assert.throws(() => checkOff(SEGMENTS, LAYERS, { b: [-1] }), /no channel -1/);
});

test("only layers with gates can be switched off by the network", () => {
  assert.deepEqual(gated(SEGMENTS, { pool: [1], b: [2], c: [0] }), { b: [2], c: [0] });
  assert.deepEqual(["a", "pool", "c", "d"].map((layer) => hasGates(SEGMENTS, layer)), [true, false, true, false]);
});
