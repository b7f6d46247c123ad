import assert from "node:assert/strict";
import test from "node:test";

import { TileOrder } from "../../../vggviz/explorer/page/views/tile_order.js";

const state = Object.freeze({ picture: "cat", sort: "strength", cell: null, off: {}, shows: "now" });

/** What the grid is given: the largest value of each channel, and what else is not as usual. */
const shown = (maximum, { frozen = false, here = null, id = "cat", ...changes } = {}) => ({
  state: { ...state, ...changes },
  layer: { name: "block1_conv1" },
  frozen,
  images: [{ id, statistics: { maximum, zeros: maximum.map(() => 0) }, here }],
});

function followed(...all) {
  const order = new TileOrder();
  for (const each of all) order.follow(each);
  return order;
}

test("while it is frozen the order stays, and is old as soon as sorting would give another one", () => {
  const before = shown([1, 3, 2], { frozen: true });
  const order = followed(shown([1, 3, 2]), before);
  assert.ok(!order.isOld(before), "nothing has changed yet");
  const same = shown([1, 9, 4], { frozen: true });
  order.follow(same);
  assert.ok(!order.isOld(same), "other values in the same order");
  const other = shown([5, 3, 0], { frozen: true });
  order.follow(other);
  assert.deepEqual([order.sorted, order.quiet, order.isOld(other)], [[1, 2, 0], [], true]);
  order.forget();
  order.follow(other);
  assert.deepEqual([order.sorted, order.quiet, order.isOld(other)], [[0, 1, 2], [2], false]);
});

test("by number no order is old", () => {
  const by = { sort: "number", frozen: true };
  const now = shown([5, 0, 9], by);
  assert.ok(!followed(shown([1, 3, 2], by), now).isOld(now));
});

test("with channels off all keep their places at one cell, and at another one they are sorted", () => {
  const at = { sort: "here", cell: [0, 0] };
  const off = { off: { block1_conv1: [1] } };
  const order = followed(shown([1, 3, 2], { ...at, here: [1, 3, 2] }), shown([1, 0, 2], { ...at, ...off, here: [1, 0, 2] }));
  assert.deepEqual(order.sorted, [1, 2, 0]);
  order.follow(shown([1, 0, 2], { ...at, ...off, cell: [0, 1], here: [1, 0, 2] }));
  assert.deepEqual(order.sorted, [2, 0, 1]);
});

test("when the brush is put away the channels of the painted picture keep their places until they are sorted anew", () => {
  const painted = shown([5, 3, 9], { id: "painted" });
  const order = followed(shown([1, 3, 2]), shown([5, 3, 9], { id: "painted", frozen: true }), painted);
  assert.deepEqual([order.sorted, order.isOld(painted)], [[1, 2, 0], true]);
  const before = shown([1, 3, 2], { shows: "before" });
  order.follow(before);
  assert.deepEqual([order.sorted, order.isOld(before)], [[1, 2, 0], false]);
  order.forget();
  order.follow(painted);
  assert.deepEqual([order.sorted, order.isOld(painted)], [[2, 0, 1], false]);
});
