import assert from "node:assert/strict";
import test from "node:test";

import { sheetValuesAt, valuesAt } from "../../../vggviz/explorer/page/arithmetic/place.js";
import { sheet } from "../../../vggviz/explorer/page/arithmetic/thumbnails.js";
import { statistics } from "../../../vggviz/explorer/page/arithmetic/statistics.js";
import { chance } from "./vgg16.js";

const roll = chance(11);

/** A layer of five channels whose thumbnails are smaller than its maps, or as large. */
function made(side, tile, signed) {
  const layer = { rows: side, columns: side, channels: 5, signed, sheet: { columns: 3, tile: [tile, tile] } };
  const least = signed ? 500 : 0;
  const data = Float32Array.from({ length: 5 * side * side }, () => (roll(1000) - least) / 10);
  const found = statistics(data, 5);
  return { layer, found, planes: { data, rows: side, columns: side, channels: 5 }, sheet: sheet(data, layer, found.maximum) };
}

test("the values at a place are those of the maps, a channel each", () => {
  const { planes } = made(6, 6, true);
  for (const cell of [[0, 0], [5, 2]]) {
    const values = valuesAt(planes, cell);
    values.forEach((value, c) => assert.equal(value, planes.data[c * 36 + cell[0] * 6 + cell[1]]));
  }
});

test("a thumbnail as large as its map has the same values, as near as its levels let it", () => {
  for (const signed of [false, true]) {
    const { layer, found, planes, sheet } = made(6, 6, signed);
    for (const cell of [[0, 0], [3, 5], [5, 1]]) {
      const values = sheetValuesAt(sheet, layer, cell, found);
      valuesAt(planes, cell).forEach((value, c) => assert.ok(Math.abs(value - values[c]) <= found.maximum[c] / 250));
    }
  }
});

test("a smaller thumbnail has the mean of the cells around the place", () => {
  const { layer, found, planes, sheet } = made(12, 6, false);
  const values = sheetValuesAt(sheet, layer, [7, 11], found);
  values.forEach((value, c) => {
    const mean = [[6, 10], [6, 11], [7, 10], [7, 11]].reduce((sum, [y, x]) => sum + planes.data[c * 144 + y * 12 + x] / 4, 0);
    assert.ok(Math.abs(value - mean) <= found.maximum[c] / 250);
  });
});
