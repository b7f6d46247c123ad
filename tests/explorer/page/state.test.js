import assert from "node:assert/strict";
import test from "node:test";

import { namesChannel, pictureNamed, read, stepBetween, write } from "../../../vggviz/explorer/page/state/address.js";
import { accepts, after, begin, isBare, sortOf, sortsOf } from "../../../vggviz/explorer/page/state/state.js";
import { anyAction, chance, layer, manifest } from "./vgg16.js";

const freeze = (state) =>
  Object.freeze({ ...state, cell: state.cell && Object.freeze([...state.cell]), off: Object.freeze({ ...state.off }) });
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

test("the page begins with the last convolution", () => {
  assert.equal(start.layer, "block5_conv3");
  const small = { ...manifest, layers: manifest.layers.map((each) => ({ ...each, rows: 1 })) };
  assert.equal(begin(small).layer, "block1_conv1");
});

test("a channel's number is never kept in another layer", () => {
  const there = does(start, { type: "channel", value: 100 });
  assert.equal(does(there, { type: "layer", value: "block4_conv3" }).channel, 0);
  assert.equal(does(there, { type: "layer", value: there.layer }), there);
});

test("a channel is switched off and on again, in the order of the layers and of the clicks", () => {
  const twice = [["block5_conv3", 9], ["block5_conv3", 2], ["block1_pool", 3]];
  const off = does(start, ...twice.map(([layer, channel]) => ({ type: "switch", layer, channel })));
  assert.equal(JSON.stringify(off.off), '{"block1_pool":[3],"block5_conv3":[9,2]}');
  const on = does(off, { type: "switch", layer: "block1_pool", channel: 3 });
  assert.deepEqual(on.off, { block5_conv3: [9, 2] });
  assert.deepEqual(does(on, { type: "off", value: {} }), start);
});

test("several parts are changed at once, or none", () => {
  const there = does(start, { type: "go", value: { channel: 17, layer: "block2_conv1", cell: [3, 4] } });
  assert.deepEqual([there.layer, there.channel, there.cell], ["block2_conv1", 17, [3, 4]]);
  for (const value of [{ layer: "block2_conv1", channel: 128 }, { size: 1 }, null, [1]]) {
    assert.ok(!accepts(start, { type: "go", value }, manifest));
  }
});

test("a new layer keeps the place in the image", () => {
  const deep = does(start, { type: "layer", value: "block5_conv3" }, { type: "cell", value: [3, 10] });
  // Its centre lies at 3 * 16 - 90 + 97.5 = 55.5 and 10 * 16 + 7.5 = 167.5; of two as near, the upper left.
  assert.deepEqual(does(deep, { type: "layer", value: "block1_conv1" }).cell, [55, 167]);
});

test("arrow keys begin in the middle and stop at the edges", () => {
  assert.deepEqual(does(start, { type: "move", rows: 0, columns: 1 }).cell, [7, 8]);
  assert.deepEqual(does(start, { type: "move", rows: -999, columns: 999 }).cell, [0, 13]);
});

test("what the manifest does not have is refused, in a sentence that names it", () => {
  const wrong = [
    ["picture", "dog"], ["compare", undefined], ["layer", "input"], ["channel", 512], ["channel", -1], ["channel", 1.5],
    ["channel", "3"], ["cell", [14, 0]], ["cell", [0]], ["cell", "0,0"], ["sort", "size"], ["scale", ""], ["over", 1],
    ["view", "grid"], ["off", { nowhere: [1] }], ["off", { block1_pool: [64] }], ["off", []], ["where", ""],
    ["tour", 0], ["shows", "after"], ["switch", 3], ["go", { channel: 9999 }], ["toString", 1], ["__proto__", 1], ["move", 1],
  ]; // prettier-ignore
  for (const [type, value] of wrong) {
    assert.throws(() => after(start, { type, value }, manifest), (error) => error.message.includes(type));
  }
});

test("a bad part of an address falls back, and the good parts stay", () => {
  const good = { ...start, layer: "block3_conv2", scale: "layer" };
  const query = "picture=dog&sort=size&scale=layer&over=yes&with=%E0&off=block1_pool:1+x&tour=-1&view=no&x=1";
  assert.deepEqual(read(`#/block3_conv2/9999/1,2,3/%E0?${query}`, manifest), good);
  const former = "#picture=dog&layer=block3_conv2&channel=9999&cell=1,2,3&order=size&scale=layer&over=yes&compare=%E0&x=1";
  assert.deepEqual(read(former, manifest), good);
});

test("an address of a picture and a stop of the tour alone chooses nothing of a view", () => {
  const [first, second] = manifest.pictures.map(({ id }) => id);
  const layer_ = manifest.layers[0].name;
  for (const hash of ["", "#/?tour=1", `#/?picture=${second}&tour=3`]) assert.ok(isBare(read(hash, manifest), manifest), hash);
  assert.ok(isBare({ ...begin(manifest), channel: 3, picture: first }, manifest)); // the explorer itself chooses it
  for (const hash of [`#/${layer_}?tour=1`, "#/?tour=1&view=passport", "#/?tour=1&sort=number"]) {
    assert.ok(!isBare(read(hash, manifest), manifest), hash);
  }
});

test("nothing is strongest here without a place, however the state came about", () => {
  const roll = chance(5);
  let state = start;
  for (let i = 0; i < 300; i++) {
    state = after(state, anyAction(state, roll), manifest);
    assert.equal(sortsOf(state).includes("here"), state.cell !== null);
    assert.ok(sortsOf(state).includes(sortOf(state)));
    if (state.sort !== "here" || state.cell) assert.equal(sortOf(state), state.sort);
  }
  assert.deepEqual(["#/block3_conv2/1?sort=here", "#/block3_conv2/1/2,3?sort=here", "#/block3_conv2/1/2,3?sort=strength"]
    .map((hash) => sortOf(read(hash, manifest))), ["strength", "here", "strength"]);
});

test("any text is an address", () => {
  const roll = chance(2);
  const pieces = ["#", "/", "?", ":", "off", "where", "&", "=", "%", "cell", "layer", "block1_pool", "1,2", "-1", "1e9", "channel", "__proto__", "+", "é"];
  for (let i = 0; i < 500; i++) {
    const text = Array.from({ length: roll(12) }, () => pieces[roll(pieces.length)]).join("");
    const state = read(text, manifest);
    assert.deepEqual(read(write(state), manifest), state);
  }
  for (const text of ["", "#", "#=&=&", "#/", "#//?", "#/?"]) assert.deepEqual(read(text, manifest), { ...start });
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
  assert.equal(write(state), "#/block3_conv2/17/12,30?picture=cat&with=rocket&over=1");
  const more = does(
    state,
    { type: "view", value: "cell" },
    { type: "off", value: { block5_conv3: [183, 427] } },
    { type: "where", value: "Egyptian-cat" },
    { type: "tour", value: 3 },
  );
  const end = "&view=cell&off=block5_conv3:183+427&where=cam:Egyptian-cat&tour=3";
  assert.equal(write(more), `${write(state)}${end}`);
});

test("addresses of former versions are read", () => {
  const former = "#picture=rocket&layer=block3_conv2&channel=17&cell=12,30&order=sparsity&scale=layer&over=1&compare=cat";
  assert.equal(write(read(former, manifest)), "#/block3_conv2/17/12,30?picture=rocket&with=cat&sort=zeros&scale=layer&over=1");
  assert.equal(read("#layer=block1_conv1&order=variance", manifest).sort, "strength");
});

test("an address says whether it names a channel, and which picture", () => {
  assert.ok(namesChannel("#/block3_conv2/17") && namesChannel("#layer=block3_conv2&channel=0"));
  assert.ok(!namesChannel("#/block3_conv2") && !namesChannel("#/block3_conv2//3,4") && !namesChannel(""));
  assert.deepEqual(read("#/block3_conv2//3,4", manifest).cell, [3, 4]);
  assert.equal(pictureNamed("#/block3_conv2/17?picture=yours"), "yours");
  assert.equal(pictureNamed(""), null);
});

test("another subject is a step of Back, another place or sort is none", () => {
  const steps = (action) => stepBetween(start, does(start, action));
  const pushed = [["picture", "rocket"], ["layer", "block1_pool"], ["channel", 3], ["view", "cell"], ["tour", 1], ["off", { block1_pool: [1] }]];
  const replaced = [["cell", [1, 1]], ["sort", "number"], ["scale", "layer"], ["over", true], ["where", "tabby"]];
  for (const [type, value] of pushed) assert.equal(steps({ type, value }), "push", type);
  for (const [type, value] of replaced) assert.equal(steps({ type, value }), "replace", type);
});
