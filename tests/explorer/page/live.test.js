import assert from "node:assert/strict";
import test from "node:test";

import { tileOf } from "../../../vggviz/explorer/page/data.js";
import { createLru } from "../../../vggviz/explorer/page/lru.js";
import { svg } from "../../../vggviz/explorer/page/picture_file.js";
import { planar, sheet, statistics } from "../../../vggviz/explorer/page/summary.js";
import { chance } from "./vgg16.js";

const layer = { rows: 6, columns: 9, channels: 5, signed: false, sheet: { columns: 3, tile: [4, 6] } };
const next = chance(4);
const values = Float32Array.from({ length: 6 * 9 * 5 }, () => Math.max(0, next(1000) / 1000 - 0.3));
const planes = planar(values, layer);

test("planes hold the channels one after the other", () => {
  for (let cell = 0; cell < 54; cell++) {
    for (let c = 0; c < 5; c++) assert.equal(planes[c * 54 + cell], values[cell * 5 + c]);
  }
});

test("statistics are those of the definition", () => {
  const found = statistics(planes, 5);
  for (let c = 0; c < 5; c++) {
    const map = [...planes.subarray(c * 54, (c + 1) * 54)];
    const mean = map.reduce((sum, value) => sum + value, 0) / 54;
    assert.equal(found.maximum[c], Math.max(...map));
    assert.ok(Math.abs(found.mean[c] - mean) < 1e-12);
    assert.ok(Math.abs(found.variance[c] - map.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 54) < 1e-9);
    assert.equal(found.zeros[c], map.filter((value) => value === 0).length / 54);
  }
  assert.deepEqual(statistics(Float32Array.of(-3, 1), 1).maximum, [3]);
});

test("a thumbnail averages, and its tile is found again", () => {
  const even = new Float32Array(54 * 5).fill(2);
  const made = sheet(even, layer, [2, 2, 4, 2, 0]);
  assert.equal(made.width, 18);
  assert.deepEqual([...tileOf(made, layer, 1)], Array(24).fill(255));
  assert.deepEqual([...tileOf(made, layer, 2)], Array(24).fill(128));
  assert.deepEqual([...tileOf(made, layer, 4)], Array(24).fill(0));
  const maximum = statistics(planes, 5).maximum;
  const tile = tileOf(sheet(planes, layer, maximum), layer, 3);
  const mean = (list) => [...list].reduce((sum, value) => sum + value, 0) / list.length;
  assert.ok(Math.abs(mean(tile) / 255 - mean(planes.subarray(162, 216)) / maximum[3]) < 1 / 255);
});

test("of signed maps 128 is zero", () => {
  const signed = { ...layer, signed: true };
  const made = sheet(planes.map((value, i) => (i < 54 ? -1 : 0)), signed, [1, 0, 0, 0, 0]);
  assert.deepEqual([...new Set(tileOf(made, signed, 0))], [1]);
  assert.deepEqual([...new Set(tileOf(made, signed, 1))], [128]);
});

test("what was asked for lately is held, what failed is not", async () => {
  const lru = createLru(2);
  let asked = 0;
  const make = (value) => async () => {
    asked += 1;
    if (value === "bad") throw new Error("bad");
    return value;
  };
  assert.equal(await lru.get("a", make(1)), 1);
  assert.equal(await lru.get("a", make(2)), 1);
  assert.equal(lru.atHand("a"), 1);
  await lru.get("b", make(3));
  await lru.get("a", make(4));
  await lru.get("c", make(5));
  assert.equal(lru.atHand("b"), null);
  assert.equal(lru.atHand("a"), 1);
  await assert.rejects(lru.get("d", make("bad")), /bad/);
  assert.equal(await lru.get("d", make(6)), 6);
  lru.forget("d");
  assert.equal(lru.atHand("d"), null);
  assert.equal(asked, 5);
});

test("a saved view is one picture with its words, and no text breaks out of it", () => {
  const row = { title: 'a "cat" <b>', photograph: "data:p", map: "data:m", box: [1, 2, 3, 4], picture: { rows: 8, columns: 8 } };
  const view = { rows: [row, row], bar: "data:b", limit: 4.5, signed: false, title: "A & B", words: "w".repeat(300), provenance: "made of" };
  const text = svg(view);
  assert.equal(text.match(/<image /g).length, 5);
  assert.equal(text.match(/<rect /g).length, 3);
  assert.ok(text.includes("A &amp; B") && text.includes("a &quot;cat&quot; &lt;b&gt;") && !text.includes("<b>"));
  assert.ok(text.includes(">4.5</text>") && text.includes("made of"));
});
