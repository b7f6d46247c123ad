import assert from "node:assert/strict";
import test from "node:test";

import { read, write } from "../../../vggviz/explorer/page/state/address.js";
import { accepts, after, begin } from "../../../vggviz/explorer/page/state/state.js";
import { anyAction, chance, layer, manifest } from "./vgg16.js";

const freeze = (state) => Object.freeze({ ...state, cell: state.cell && Object.freeze([...state.cell]) });
const start = freeze(begin(manifest));
const does = (state, ...actions) => actions.reduce((now, action) => after(now, action, manifest), state);

test("whatever is done, the argument stays, the state fits the manifest, and its address reads back", () => {
  const roll = chance(1);
  let state = start;
  for (let i = 0; i < 3000; i++) {
    const action = anyAction(state, roll);
    assert.ok(accepts(state, action, manifest), JSON.stringify(action));
    state = freeze(after(state, action, manifest)); // frozen: a change of the argument would throw
    const { rows, columns, channels } = layer(state.layer);
    assert.ok(state.channel < channels);
    if (state.cell) assert.ok(state.cell[0] >= 0 && state.cell[0] < rows && state.cell[1] < columns);
    if (state.cell) assert.ok(state.cell[1] >= 0);
    assert.notEqual(state.compare, state.picture);
    assert.deepEqual(read(write(state), manifest), { ...state });
  }
});

test("what changes nothing gives the same object", () => {
  for (const [type, value] of Object.entries({ ...start, cell: null })) {
    assert.equal(after(start, { type, value }, manifest), start, type);
  }
  const there = does(start, { type: "cell", value: [3, 4] });
  assert.equal(after(there, { type: "cell", value: [3, 4] }, manifest), there);
  assert.equal(after(there, { type: "move", rows: 0, columns: 0 }, manifest), there);
});

test("an image named null is not the same as no image", () => {
  assert.equal(does(start, { type: "compare", value: "null" }).compare, "null");
});

test("a state does not share the caller's cell", () => {
  const cell = [1, 2];
  const state = does(start, { type: "cell", value: cell });
  cell[0] = 9;
  assert.deepEqual(state.cell, [1, 2]);
});

test("a layer that lacks the channel begins with channel 0, others keep it", () => {
  const deep = does(start, { type: "layer", value: "block5_conv3" }, { type: "channel", value: 100 });
  assert.equal(does(deep, { type: "layer", value: "block2_conv1" }).channel, 100);
  assert.equal(does(deep, { type: "layer", value: "block1_conv1" }).channel, 0);
});

test("a new layer keeps the place in the image", () => {
  const deep = does(start, { type: "layer", value: "block5_conv3" }, { type: "cell", value: [3, 10] });
  // Its centre lies at 3 * 16 - 90 + 97.5 = 55.5 and 10 * 16 + 7.5 = 167.5; of two as near, the upper left.
  assert.deepEqual(does(deep, { type: "layer", value: "block1_conv1" }).cell, [55, 167]);
});

test("arrow keys begin in the middle and stop at the edges", () => {
  assert.deepEqual(does(start, { type: "move", rows: 0, columns: 1 }).cell, [112, 113]);
  assert.deepEqual(does(start, { type: "move", rows: -999, columns: 999 }).cell, [0, 223]);
});

test("what the manifest does not have is refused, in a sentence that names it", () => {
  const wrong = [
    ["picture", "dog"], ["compare", undefined], ["layer", "input"], ["channel", 64], ["channel", -1], ["channel", 1.5],
    ["channel", "3"], ["cell", [224, 0]], ["cell", [0]], ["cell", "0,0"], ["order", "size"], ["scale", ""], ["over", 1],
    ["toString", 1], ["__proto__", 1], ["move", 1],
  ]; // prettier-ignore
  for (const [type, value] of wrong) {
    assert.throws(() => after(start, { type, value }, manifest), (error) => error.message.includes(type));
  }
});

test("a bad part of an address falls back, and the good parts stay", () => {
  const bad = "#picture=dog&layer=block3_conv2&channel=9999&cell=1,2,3&order=size&scale=layer&over=yes&compare=%E0&x=1";
  assert.deepEqual(read(bad, manifest), { ...start, layer: "block3_conv2", scale: "layer" });
});

test("any text is an address", () => {
  const roll = chance(2);
  const pieces = ["#", "&", "=", "%", "cell", "layer", "block1_pool", "1,2", "-1", "1e9", "channel", "__proto__", "+", "é"];
  for (let i = 0; i < 500; i++) {
    const text = Array.from({ length: roll(12) }, () => pieces[roll(pieces.length)]).join("");
    const state = read(text, manifest);
    assert.deepEqual(read(write(state), manifest), state);
  }
  for (const text of ["", "#", "#=&=&"]) assert.deepEqual(read(text, manifest), { ...start });
});

test("an address can be read by people", () => {
  const state = does(
    start,
    { type: "layer", value: "block3_conv2" },
    { type: "channel", value: 17 },
    { type: "cell", value: [12, 30] },
    { type: "compare", value: "rocket" },
    { type: "over", value: true },
  );
  assert.equal(write(state), "#picture=cat&layer=block3_conv2&channel=17&cell=12,30&over=1&compare=rocket");
});
