import assert from "node:assert/strict";
import test from "node:test";

import { box, centre, samePlace, windowUnder } from "../../../vggviz/explorer/page/arithmetic/receptive_field.js";
import { imageNamed, inputLayer, layerNamed } from "../../../vggviz/explorer/page/state/manifest.js";
import { layer, manifest } from "./vgg16.js";

const image = { rows: 224, columns: 224 };
const layers = manifest.layers;
const input = inputLayer(manifest);

/** Pixels under a cell, layer by layer back to the image: what a field should say, found another way. */
function pixelsSeen(place, cell) {
  let [top, left, bottom, right] = [cell[0], cell[1], cell[0] + 1, cell[1] + 1];
  for (const { kind } of layers.slice(0, place + 1).reverse()) {
    if (kind === "pooling") [top, left, bottom, right] = [2 * top, 2 * left, 2 * bottom, 2 * right];
    else [top, left, bottom, right] = [top - 1, left - 1, bottom + 1, right + 1];
  }
  return [Math.max(top, 0), Math.max(left, 0), Math.min(bottom, 224), Math.min(right, 224)];
}

test("a box is what the layers see, one after the other, cut at the image", () => {
  for (const [place, each] of layers.entries()) {
    const last = each.rows - 1;
    const middle = Math.floor(last / 2);
    for (const cell of [[0, 0], [0, last], [last, last], [middle, 1], [last, middle]]) {
      assert.deepEqual(box(each, cell, image), pixelsSeen(place, cell), `${each.name} ${cell}`);
    }
  }
});

test("boxes and centres of VGG16 by hand", () => {
  assert.deepEqual(box(layer("block1_conv1"), [5, 7], image), [4, 6, 7, 9]);
  assert.deepEqual(box(layer("block3_conv2"), [12, 30], image), [34, 106, 66, 138]);
  assert.deepEqual(box(layer("block5_pool"), [3, 0], image), [6, 0, 218, 122]);
  assert.deepEqual(centre(layer("block1_conv1"), [5, 7]), [5, 7]);
  assert.deepEqual(centre(layer("block1_pool"), [0, 3]), [0.5, 6.5]);
  assert.deepEqual(centre(layer("block5_conv3"), [0, 13]), [7.5, 215.5]);
});

test("a box that sees only padding has no area and lies within the image", () => {
  const far = { ...layer("block1_conv1"), field: { size: [3, 3], stride: [1, 1], padding: [9, 9] } };
  assert.deepEqual(box(far, [0, 0], image), [0, 0, 0, 0]);
});

test("the same place has the nearest centre there is", () => {
  for (const from of layers.filter(({ rows }) => rows <= 28)) {
    for (const to of [...layers, input]) {
      for (let row = 0; row < from.rows; row += 3) {
        const found = samePlace(from, to, [row, from.columns - 1 - row]);
        const [y] = centre(from, [row, 0]);
        const distances = Array.from({ length: to.rows }, (_, i) => Math.abs(centre(to, [i, 0])[0] - y));
        assert.equal(found[0], distances.indexOf(Math.min(...distances)), `${from.name} ${row} in ${to.name}`);
      }
    }
  }
});

test("to a finer layer and back leads to the same cell", () => {
  for (const [place, deep] of layers.entries()) {
    for (const fine of layers.slice(0, place + 1)) {
      for (let i = 0; i < deep.rows; i++) {
        const cell = [i, deep.rows - 1 - i];
        assert.deepEqual(samePlace(fine, deep, samePlace(deep, fine, cell)), cell);
      }
    }
  }
});

test("rows and columns may differ", () => {
  const wide = { rows: 4, columns: 9, field: { size: [1, 5], stride: [2, 3], padding: [0, 1] } };
  assert.deepEqual(box(wide, [3, 2], { rows: 7, columns: 20 }), [6, 5, 7, 10]);
  assert.deepEqual(centre(wide, [3, 2]), [6, 7]);
  assert.deepEqual(samePlace(wide, { ...input, rows: 7, columns: 20 }, [3, 2]), [6, 7]);
});

test("without a field there is no box, and the same place is by proportion", () => {
  const unknown = { rows: 8, columns: 2, field: null };
  assert.equal(box(unknown, [0, 0], image), null);
  assert.equal(centre(unknown, [0, 0]), null);
  assert.deepEqual(samePlace(unknown, { ...unknown, rows: 16, columns: 1 }, [7, 1]), [14, 0]);
  assert.deepEqual(samePlace(input, unknown, [223, 0]), [7, 0]);
});

test("a window lies in the layer before, and overhangs it by the padding", () => {
  assert.deepEqual(windowUnder(layer("block1_conv1").kernel, [0, 5]), [-1, 4, 2, 7]);
  const strided = { size: [7, 5], stride: [2, 3], padding: [3, 0] };
  assert.deepEqual(windowUnder(strided, [4, 4]), [5, 12, 12, 17]);
});

test("what the manifest does not have is named, with what it has", () => {
  assert.throws(() => layerNamed(manifest, "conv9"), /conv9.*block1_conv1/);
  assert.throws(() => imageNamed(manifest, "dog"), /dog.*cat, rocket/);
  assert.equal(layerNamed(manifest, "input").channels, 3);
});
