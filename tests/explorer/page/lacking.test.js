// Maps that are not stored for a picture: said as long as nothing can compute them, and computed once.

import assert from "node:assert/strict";
import test from "node:test";
import { Lacking } from "../../../vggviz/explorer/page/live/lacking.js";
import { Superseded } from "../../../vggviz/explorer/page/state/errors.js";

/** Pixels of one colour, without a browser's bitmaps. */
class Canvas {
  getContext() {
    return { drawImage() {}, getImageData: () => ({ data: new Uint8ClampedArray(16) }) };
  }
}
globalThis.OffscreenCanvas ??= Canvas;

/** A network that computes when the test says so. */
function opened() {
  const manifest = {
    pictures: ["cat", "cup", "car", "bus"].map((id, i) => ({ id, title: `a ${id}`, lacking: i ? ["early", "middle"] : [] })),
  };
  const providers = new Map();
  const data = { compute() {}, photograph: async () => ({ width: 2, height: 2 }), provider: (id) => providers.get(id) };
  const runs = [];
  const network = {
    isOn: () => network.on, on: false, idle: async () => {},
    show: (levels, wish) => new Promise((resolve, reject) => {
      providers.set(wish.id, { maps: async (layer) => `${wish.title}/${layer}` });
      runs.push({ wish, resolve, reject });
    }),
  };
  const lacking = new Lacking({ manifest, data });
  return { lacking, network, runs, door: { network, bytes: 1e6, open: async () => {} } };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("only what is not stored, and cannot be computed, is missing", async () => {
  const { lacking, network, door } = opened();
  assert.equal(lacking.missing("cat", "early"), null);
  assert.equal(lacking.missing("cup", "late"), null);
  assert.match(lacking.missing("cup", "early").words, /“a cup”.*this browser cannot compute them/);
  await assert.rejects(lacking.maps("cup", "early"), /not stored here/);
  lacking.use(door);
  assert.equal(lacking.missing("cup", "early").door, door);
  network.on = true;
  assert.equal(lacking.missing("cup", "early"), null);
});

test("all maps of a picture come of one run, which computes no further than it must", async () => {
  const { lacking, network, runs, door } = opened();
  lacking.use(door);
  network.on = true;
  const both = [lacking.maps("cup", "early"), lacking.maps("cup", "middle")];
  await settled();
  assert.equal(runs.length, 1);
  const { last, only, quiet } = runs[0].wish;
  assert.deepEqual({ last, only, quiet }, { last: "middle", only: ["early", "middle"], quiet: true });
  runs[0].resolve();
  assert.deepEqual(await Promise.all(both), ["a cup/early", "a cup/middle"]);
  network.on = false; // what is there stays
  assert.equal(lacking.missing("cup", "early"), null);
});

test("a run that was given up is begun anew, and two pictures are held", async () => {
  const { lacking, network, runs, door } = opened();
  lacking.use(door);
  network.on = true;
  const first = lacking.maps("cup", "early");
  await settled();
  runs[0].reject(new Superseded("Another picture was chosen."));
  await assert.rejects(first, Superseded);
  await lacking.settled();
  for (const [i, picture] of ["cup", "car", "cup", "bus", "car", "cup"].entries()) {
    const maps = lacking.maps(picture, "early");
    await settled();
    runs.at(-1).resolve();
    assert.equal(await maps, `a ${picture}/early`);
    assert.equal(runs.length, 1 + [1, 2, 2, 3, 3, 4][i]);
  }
});
