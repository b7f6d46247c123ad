import assert from "node:assert/strict";
import test from "node:test";

import { next } from "../../../vggviz/explorer/page/views/grid_keys.js";
import { swipeBetween } from "../../../vggviz/explorer/page/views/swipe.js";

const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const shapes = [[1, 1], [8, 64], [7, 64], [5, 3], [1, 9], [16, 512]];

test("no key leads out of the grid, and vertical keys keep the column where there is one", () => {
  for (const [columns, count] of shapes)
    for (let index = 0; index < count; index++)
      for (const key of [...KEYS, "Control+Home", "Control+End"]) {
        const to = next(key, index, columns, count);
        assert.ok(Number.isInteger(to) && to >= 0 && to < count, `${key} ${index} of ${count}: ${to}`);
        const vertical = /Up|Down/.test(key);
        if (vertical) assert.ok(to % columns === index % columns || to === count - 1);
      }
});

test("arrows undo each other inside the grid", () => {
  for (const [there, back] of [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"], ["PageUp", "PageDown"]]) {
    assert.equal(next(back, next(there, 36, 8, 72), 8, 72), 36);
  }
});

test("each key, in a grid of 7 columns with 4 in its last row", () => {
  const go = (key, index) => next(key, index, 7, 18);
  assert.deepEqual(["Home", "End", "Control+Home", "Control+End"].map((key) => go(key, 9)), [7, 13, 0, 17]);
  assert.equal(go("End", 15), 17);
  assert.equal(go("ArrowDown", 13), 17);
  assert.equal(go("ArrowDown", 16), 16);
  assert.equal(go("ArrowUp", 3), 3);
  assert.equal(go("PageDown", 1), 15);
  assert.equal(go("PageUp", 15), 1);
  assert.equal(next("PageDown", 1, 7, 70, 2), 15);
});

test("every cell is reached from the first by the right arrow, and other keys do nothing", () => {
  let index = 0;
  for (let step = 0; step < 17; step++) index = next("ArrowRight", index, 7, 18);
  assert.equal(index, 17);
  for (const key of ["a", "Enter", "Tab", "toString", ""]) assert.equal(next(key, 5, 7, 18), 5);
});

test("a finger swipes across, far enough and not down", () => {
  const from = { x: 200, y: 100 };
  const to = (x, y) => swipeBetween(from, { x: from.x + x, y: from.y + y });
  assert.deepEqual([to(-60, 5), to(60, -10), to(-30, 0), to(50, 40), to(0, 90), to(0, 0)], [1, -1, 0, 0, 0, 0]);
});
