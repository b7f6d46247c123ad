// Which maps a state shows: the picture's own, those with channels off, or those of what is painted on it.

import assert from "node:assert/strict";
import test from "node:test";
import { planar, statistics } from "../../../vggviz/explorer/page/arithmetic/statistics.js";
import { sheet } from "../../../vggviz/explorer/page/arithmetic/thumbnails.js";
import { differenceImage, silencedImage } from "../../../vggviz/explorer/page/live/changed_image.js";
import { Sources } from "../../../vggviz/explorer/page/live/sources.js";
import { Switching } from "../../../vggviz/explorer/page/live/switching.js";
import { Data } from "../../../vggviz/explorer/page/state/data.js";
import { meansOf } from "../../../vggviz/explorer/page/state/means.js";
import { chance } from "./vgg16.js";

const next = chance(5);
const SIDES = { early: 6, last: 4, pool: 2 };
const layers = Object.entries(SIDES).map(([name, side]) => (
  { name, rows: side, columns: side, channels: 5, signed: false, sheet: { columns: 3, tile: [side, side] } }
));

/** An image computed by chance, as it comes from the network. */
function image() {
  const found = Object.fromEntries(layers.map((layer) => {
    const { rows, columns, channels } = layer;
    const data = planar(Float32Array.from({ length: rows * columns * channels }, () => Math.max(0, next(100) - 30)), layer);
    const about = statistics(data, channels);
    return [layer.name, { maps: { data, rows, columns, channels }, statistics: about, sheet: sheet(data, layer, about.maximum) }];
  }));
  const of = (part) => async (layer) => found[layer][part];
  return { photograph: async () => "photograph", maps: of("maps"), statistics: of("statistics"), sheet: of("sheet") };
}

function opened() {
  const manifest = {
    pictures: [{ id: "cat", title: "Cat", rows: 8, columns: 8, maximum: {} }], layers,
    answer: { layer: "pool", off: ["pool", "last"] }, live: { segments: [{ layers: Object.keys(SIDES), gates: { early: "gate" } }] },
  };
  const data = new Data(manifest, {});
  data.add("cat", image());
  return { manifest, data, switching: new Switching({ manifest, data }) };
}
const state = { picture: "cat", off: { last: [1, 4] }, shows: "now" };

test("an image with channels off has the numbers and thumbnails of its maps", async () => {
  const { manifest, data } = opened();
  const off = silencedImage(data, "cat", { manifest, channels: () => [1, 4] });
  for (const layer of layers) {
    const { data: before } = await data.maps("cat", layer.name);
    const { data: after } = await off.maps(layer.name);
    const cells = layer.rows * layer.columns;
    after.forEach((value, i) => assert.equal(value, [1, 4].includes(Math.floor(i / cells)) ? 0 : before[i]));
    const found = await off.statistics(layer.name);
    assert.deepEqual(found, statistics(after, layer.channels));
    assert.deepEqual((await off.sheet(layer.name)).levels, sheet(after, layer, found.maximum).levels);
  }
});

test("what two images differ by is computed once, and anew after a failure; rounding is no change", async () => {
  const { manifest } = opened();
  const before = { rows: 1, columns: 4, channels: 1, data: Float32Array.of(100, 0, 50, 10) };
  const after = { ...before, data: Float32Array.of(100.1, 3, 20, 10) };
  let [calls, isLost] = [0, true];
  const data = { maps: async (id) => {
    calls += 1;
    if (isLost) throw new Error("lost");
    return id === "cat" ? before : after;
  } };
  const found = differenceImage(data, ["cat", "dog"], manifest);
  await assert.rejects(found.maps("last"), /lost/);
  isLost = false;
  calls = 0;
  assert.deepEqual([...(await found.maps("last")).data], [0, 3, -30, 0]);
  assert.deepEqual((await found.statistics("last")).maximum, [30]);
  assert.equal(calls, 2);
});

test("channels of what the answer reads are switched off without the network", async () => {
  const { manifest, data, switching } = opened();
  assert.deepEqual(["early", "last", "pool"].map((layer) => switching.switchOf(layer)), [null, "last", "last"]);
  assert.equal(switching.idOf(state, "last"), "cat");
  switching.follow(state);
  assert.deepEqual(["early", "last", "pool"].map((layer) => switching.isChanged(state, layer)), [false, true, true]);
  const ids = ["now", "before", "change"].map((shows) => switching.idOf({ ...state, shows }, "pool"));
  assert.deepEqual([ids[1], ids.map((id) => switching.isSigned(id))], ["cat", [false, false, true]]);
  assert.ok((await data.maps(ids[0], "pool")).data.subarray(4, 8).every((value) => value === 0));
  const sources = new Sources(switching);
  const [{ mean }, after] = await Promise.all(["cat", ids[0]].map((id) => data.statistics(id, "pool")));
  const found = await meansOf({ data, sources }, { ...state, shows: "before" }, "pool");
  assert.deepEqual(found, { id: ids[0], means: mean, gated: after.mean });
  assert.equal((await meansOf({ data, sources }, { ...state, off: {} }, "pool")).gated, null);
  assert.deepEqual(manifest.pictures.map(({ hidden }) => Boolean(hidden)), [false, true, true]);
  assert.equal(switching.isChanged({ ...state, off: { last: [1] } }, "last"), false);
  data.add("cat", image());
  assert.equal(switching.isChanged(state, "last"), false); // another picture has that name now
});

test("channels of other layers need the network, which is told where it can be loaded", () => {
  const { switching } = opened();
  const deep = { ...state, off: { early: [0] } };
  assert.deepEqual([switching.missing(state), switching.missing(deep)], [null, { layers: ["early"], door: null }]);
  const door = { network: { isOn: () => false } };
  switching.use(door);
  assert.equal(switching.switchOf("early"), "early");
  assert.equal(switching.missing(deep).door, door);
  switching.follow(deep);
  assert.equal(switching.isChanged(deep, "last"), false);
  door.network.isOn = () => true;
  assert.equal(switching.missing(deep), null);
});

test("what is painted goes before what is switched off, which is computed anew when the strokes are gone", () => {
  const log = [];
  let [isPainted, isThere] = [true, false];
  const painting = {
    follow: () => log.push("painting"), covers: () => isPainted, isChanged: () => isPainted && isThere, idOf: () => "painted",
    isSigned: (id) => id === "painted-change",
  };
  const switching = {
    follow: () => log.push("switching"), forget: () => log.push("forget"), isChanged: () => true, idOf: () => "switched",
    isSigned: (id) => id === "difference",
  };
  const sources = new Sources(switching);
  sources.follow(state);
  assert.deepEqual([log.splice(0), sources.idOf(state, "last")], [["switching"], "switched"]);
  sources.paint(painting);
  sources.follow(state);
  assert.deepEqual([log.splice(0), sources.idOf(state, "last")], [["painting"], "switched"]); // until its maps are there
  isThere = true;
  assert.deepEqual([sources.isChanged(state, "last"), sources.idOf(state, "last")], [true, "painted"]);
  assert.deepEqual(["painted-change", "difference", "cat"].map((id) => sources.isSigned(id)), [true, true, false]);
  isPainted = false;
  sources.follow(state);
  assert.deepEqual([log.splice(0), sources.idOf(state, "last")], [["painting", "forget", "switching"], "switched"]);
  sources.follow(state);
  assert.deepEqual(log, ["painting", "switching"]);
});
