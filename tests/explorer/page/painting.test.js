// The strokes that were kept, on a picture that is loaded again.

import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Painting } from "../../../vggviz/explorer/page/live/painting.js";
import { KeptStrokes } from "../../../vggviz/explorer/page/paint/kept_strokes.js";
import { Superseded } from "../../../vggviz/explorer/page/state/errors.js";

const SIZE = 4;
const STROKE = { colour: [255, 0, 0], width: 2, points: [[1, 1]] };
const state = { picture: "cat", off: {}, shows: "now" };

/** Browsers' own, for a bitmap of one grey. */
globalThis.OffscreenCanvas = class {
  getContext() {
    return { drawImage() {}, getImageData: () => ({ data: new Uint8ClampedArray(4 * SIZE * SIZE).fill(128) }) };
  }
};

/** A painting on a picture whose first loading fails for some reason; what was told, and what listeners saw. */
function opened(/** @type {Error} */ reason) {
  const stored = new Map();
  const storage = { getItem: (name) => stored.get(name) ?? null, setItem: (name, value) => stored.set(name, value) };
  const kept = new KeptStrokes(/** @type {any} */ (storage), "base");
  kept.keep("cat", new Uint8ClampedArray(3 * SIZE * SIZE).fill(128), [STROKE]);
  const told = [];
  let asked = 0;
  const data = {
    version: () => 0,
    photograph: async () => {
      if (asked++ === 0) throw reason;
      return { width: SIZE, height: SIZE };
    },
  };
  const explorer = { state: () => state, again() {}, refresh: async () => {} };
  const door = { network: { isOn: () => false, spent: [] } };
  const manifest = { layers: [{ name: "last" }], live: { segments: [] } };
  const tools = { manifest, data, kept, door, explorer, failed: (problem) => told.push(problem.message) };
  return { painting: new Painting(/** @type {any} */ (tools)), told };
}

test("strokes on a picture that could not be loaded are seen once it can be", async () => {
  const { painting, told } = opened(new Error("There is no connection."));
  await turn();
  assert.equal(painting.seen(state).picture, null);
  assert.deepEqual(told, ["There is no connection."]);
  painting.follow(state);
  await turn();
  assert.ok(painting.seen(state).picture?.isPainted());
  assert.equal(told.length, 1);
});

test("that something newer was asked for is not told as a fault", async () => {
  const { painting, told } = opened(new Superseded());
  await turn();
  assert.deepEqual(told, []);
  painting.follow(state);
  await turn();
  assert.ok(painting.seen(state).picture?.isPainted());
});
