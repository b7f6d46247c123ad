import assert from "node:assert/strict";
import test from "node:test";

import { write } from "../../../vggviz/explorer/page/state/address.js";
import { Superseded } from "../../../vggviz/explorer/page/state/errors.js";
import { Explorer } from "../../../vggviz/explorer/page/state/explorer.js";
import { manifest } from "./vgg16.js";

/** Let all promises that can go on do so. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** Data whose sheets and maps come when the test says so, and views that write down what they are told. */
function opened() {
  const waiting = new Map();
  const held = new Map();
  const said = [];
  const pending = (key) => new Promise((resolve, reject) => waiting.set(key, { resolve, reject }));
  const data = {
    preferred: async () => null,
    photograph: async (image) => image,
    statistics: async () => ({ maximum: [1, 3, 2], zeros: [0, 0, 0] }),
    isComputed: (image) => image === "null",
    sheet: (image, layer) => pending(`${image}/${layer}.sheet`),
    maps: (image, layer) => pending(`${image}/${layer}`).then((maps) => held.set(`${image}/${layer}`, maps)),
    mapsAtHand: (image, layer) => held.get(`${image}/${layer}`) ?? null,
    kernels: (layer) => pending(`kernels/${layer}`).then((kernels) => held.set(`kernels/${layer}`, kernels)),
    kernelsAtHand: (layer) => held.get(`kernels/${layer}`) ?? null,
  };
  const names = ["navigate", "show", "fail", "succeed", "progress", "loaded"];
  const views = Object.fromEntries(names.map((name) => [name, (...what) => said.push([name, ...what])]));
  return {
    explorer: new Explorer({ manifest, data, views }),
    waiting,
    last: (name) => said.findLast(([each]) => each === name)?.[1],
    count: (name) => said.filter(([each]) => each === name).length,
    come: (key, value = dark) => waiting.get(key).resolve(value),
  };
}

/** Values of three channels, on a map of one cell. */
const three = (...values) => ({ data: Float32Array.from(values), rows: 1, columns: 1, channels: 3 });

/** A sheet of empty thumbnails. */
const dark = { levels: new Uint8Array(56 * 56 * 512), width: 8 * 56 };

/** An explorer that shows a layer. */
async function shown() {
  const all = opened();
  all.explorer.visit("#/block1_conv1");
  all.come("cat/block1_conv1.sheet");
  await settled();
  return all;
}

test("a state is shown when all it needs is there, and its address at once", async () => {
  const { explorer, come, count, last } = opened();
  explorer.visit("#/block1_conv1");
  await settled();
  assert.deepEqual([count("navigate"), count("show")], [1, 0]);
  come("cat/block1_conv1.sheet");
  await settled();
  assert.equal(last("show").state, explorer.state());
  assert.deepEqual(last("show").images.map(({ id, planes }) => [id, planes]), [["cat", null]]);
});

test("of two states under way the later one is shown", async () => {
  const { explorer, come, count, last } = await shown();
  const [one, two] = ["block1_conv2", "block1_pool"].map((value) => explorer.dispatch({ type: "layer", value }));
  come("cat/block1_pool.sheet");
  await two;
  come("cat/block1_conv2.sheet");
  await one;
  assert.equal(last("show").layer.name, "block1_pool");
  assert.equal(count("show"), 2);
});

test("what fails leaves the last view, and its address", async () => {
  const { explorer, waiting, count, last } = await shown();
  const before = explorer.state();
  const going = explorer.dispatch({ type: "layer", value: "block5_conv1" });
  waiting.get("cat/block5_conv1.sheet").reject(new Error("no connection"));
  await going;
  assert.equal(last("fail").message, "no connection");
  assert.equal(explorer.state(), before);
  assert.equal(last("navigate"), before);
  assert.equal(count("show"), 1);
});

test("an image that was superseded is no failure", async () => {
  const { explorer, waiting, count } = await shown();
  const going = explorer.dispatch({ type: "layer", value: "block5_conv1" });
  waiting.get("cat/block5_conv1.sheet").reject(new Superseded("another was chosen"));
  await going;
  assert.equal(count("fail"), 0);
  assert.equal(explorer.state().layer, "block5_conv1");
});

test("maps are loaded when a reader asks for a channel, and then shown", async () => {
  const { explorer, waiting, come, last } = await shown();
  explorer.dispatch({ type: "scale", value: "layer" });
  come("cat/block1_conv1.sheet");
  await settled();
  assert.ok(!waiting.has("cat/block1_conv1"));
  explorer.dispatch({ type: "channel", value: 2 });
  come("cat/block1_conv1.sheet");
  await settled();
  come("cat/block1_conv1", "the maps");
  await settled();
  assert.deepEqual(last("show").images.map(({ planes }) => planes), ["the maps"]);
});

test("an address with a channel has its maps loaded unasked, a light layer too, and a picture computed in the page", async () => {
  for (const hash of ["#/block1_conv1/2", "#/block1_conv1//0,0", "#/block1_conv1?picture=null"]) {
    const { explorer, waiting, come } = opened();
    explorer.visit(hash);
    const id = explorer.state().picture;
    come(`${id}/block1_conv1.sheet`);
    await settled();
    assert.ok(waiting.has(`${id}/block1_conv1`), hash);
  }
});

test("the arithmetic loads kernels and what the layer reads, for a chosen cell alone", async () => {
  const { explorer, waiting, come, last } = await shown();
  explorer.dispatch({ type: "view", value: "cell" });
  come("cat/block1_conv1.sheet");
  await settled();
  assert.ok(!waiting.has("kernels/block1_conv1"));
  explorer.dispatch({ type: "cell", value: [0, 0] });
  come("cat/block1_conv1.sheet");
  await settled();
  come("cat/input", "the pixels");
  come("kernels/block1_conv1", "the kernels");
  await settled();
  assert.deepEqual([last("show").inputs, last("show").kernels], ["the pixels", "the kernels"]);
});

test("another layer shows what is strongest at the place, exactly once its maps are there", async () => {
  const { explorer, come, last } = await shown();
  assert.equal(explorer.state().channel, 1); // the strongest of the layer
  explorer.dispatch({ type: "cell", value: [0, 0] });
  come("cat/block1_conv1.sheet");
  await settled();
  come("cat/block1_conv1", three(1, 3, 2));
  await settled();
  explorer.dispatch({ type: "layer", value: "block1_conv2" });
  const levels = new Uint8Array(dark.levels.length);
  levels[56] = 200; // of channel 1
  come("cat/block1_conv2.sheet", { ...dark, levels });
  await settled();
  assert.equal(explorer.state().channel, 1);
  come("cat/block1_conv2", three(9, 3, 2));
  await settled();
  assert.equal(explorer.state().channel, 0);
  assert.equal(last("navigate"), explorer.state());
  assert.deepEqual([...last("show").images[0].here], [9, 3, 2]);
});

test("a channel that a reader chose stays, whatever comes", async () => {
  const { explorer, come } = await shown();
  explorer.dispatch({ type: "go", value: { layer: "block1_conv2", channel: 2, cell: [0, 0] } });
  come("cat/block1_conv2.sheet");
  await settled();
  come("cat/block1_conv2", three(9, 3, 2));
  await settled();
  assert.equal(explorer.state().channel, 2);
});

test("a cell that is pointed at is shown instead of the chosen one, until another layer is", async () => {
  const { explorer, come, count, last } = await shown();
  explorer.point([1, 2]);
  explorer.point([1, 2]);
  assert.deepEqual(last("show").cell, [1, 2]);
  assert.equal(count("show"), 2);
  assert.equal(explorer.state().cell, null);
  assert.ok(last("show").pointing);
  explorer.dispatch({ type: "layer", value: "block1_conv2" });
  come("cat/block1_conv2.sheet");
  await settled();
  assert.equal(last("show").cell, null);
});

test("pointing while another layer is on its way chooses nothing, and shows nothing of it", async () => {
  const { explorer, come, count, last } = await shown();
  explorer.dispatch({ type: "layer", value: "block1_conv2" });
  explorer.point([1, 2]);
  assert.deepEqual([count("show"), explorer.state().channel], [1, 0]);
  come("cat/block1_conv2.sheet");
  await settled();
  assert.deepEqual([last("show").layer.name, last("show").cell, explorer.state().channel], ["block1_conv2", [1, 2], 1]);
});

test("two that are compared are shown together", async () => {
  const { explorer, come, last } = await shown();
  explorer.dispatch({ type: "compare", value: "rocket" });
  come("cat/block1_conv1.sheet");
  come("rocket/block1_conv1.sheet");
  await settled();
  assert.deepEqual(last("show").images.map(({ id }) => id), ["cat", "rocket"]);
});

test("while it is frozen, the views are told so", async () => {
  const { explorer, last } = await shown();
  explorer.freeze(true);
  assert.ok(last("show").frozen);
  explorer.freeze(false);
  assert.ok(!last("show").frozen);
});

test("the channels' values are those of the place, and of another one when it changes", async () => {
  const { explorer, come, last } = opened();
  explorer.visit("#/block1_conv1/0/0,0");
  come("cat/block1_conv1.sheet");
  await settled();
  come("cat/block1_conv1", { data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 1, columns: 2, channels: 3 });
  await settled();
  const here = () => last("show").images[0].here;
  assert.deepEqual([...here()], [1, 3, 5]);
  const before = here();
  explorer.point([0, 1]);
  assert.equal(here(), before); // what is only pointed at sorts nothing
  const shown = explorer.dispatch({ type: "cell", value: [0, 1] });
  await settled();
  come("cat/block1_conv1.sheet");
  await shown;
  assert.deepEqual([...here()], [2, 4, 6]);
});
