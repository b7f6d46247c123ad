import assert from "node:assert/strict";
import test from "node:test";

import { planar, statistics } from "../../../vggviz/explorer/page/arithmetic/statistics.js";
import { sheet, tileOf } from "../../../vggviz/explorer/page/arithmetic/thumbnails.js";
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
