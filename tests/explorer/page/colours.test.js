import assert from "node:assert/strict";
import test from "node:test";

import { isSilent, ordered, strongestChannel } from "../../../vggviz/explorer/page/arithmetic/channel_order.js";
import { colours, paint, ticks } from "../../../vggviz/explorer/page/arithmetic/colours.js";
import { sheetUnits } from "../../../vggviz/explorer/page/arithmetic/thumbnails.js";
import { limit, limits } from "../../../vggviz/explorer/page/state/colour_limits.js";
import { endText } from "../../../vggviz/explorer/page/views/colourbar.js";
import { chance, manifest } from "./vgg16.js";

// Tables whose colours tell their level.
const rising = Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7]);
const table = colours({ viridis: rising, RdBu_r: rising.map(([r, g]) => [g, r, 9]) });

test("colours run from end to end, equal shares to each level, and are cut outside", () => {
  assert.deepEqual(table.viridis(0), [0, 255, 7]);
  assert.deepEqual(table.viridis(1), [255, 0, 7]);
  assert.deepEqual(table.viridis(5), table.viridis(1));
  assert.deepEqual(table.viridis(-5), table.viridis(0));
  for (let i = 0; i < 256; i++) assert.equal(table.viridis((i + 0.5) / 256)[0], i);
  assert.deepEqual(table.diverging(-1), [255, 0, 9]);
  assert.deepEqual(table.diverging(0), [127, 128, 9]);
  assert.deepEqual(table.diverging(1), [0, 255, 9]);
  assert.throws(() => colours({ viridis: rising }), /RdBu_r have 0 levels, not 256/);
});

test("painting gives each value its colour, and NaN and dead maps none", () => {
  const roll = chance(5);
  const values = Float32Array.from({ length: 300 }, () => roll(4000) / 1000 - 2);
  for (const signed of [false, true]) {
    const pixels = paint(values, { limit: 1.5, signed, colours: table });
    const colour = signed ? table.diverging : table.viridis;
    values.forEach((value, i) => assert.deepEqual([...pixels.subarray(4 * i, 4 * i + 4)], [...colour(value / 1.5), 255]));
  }
  assert.deepEqual([...paint([NaN], { limit: 1, signed: false, colours: table })], [0, 0, 0, 0]);
  assert.deepEqual([...paint([0, 3], { limit: 0, signed: true, colours: table })], new Array(8).fill(0));
});

test("over a photograph a value is as opaque as it is far from zero, and its colour stays", () => {
  const values = [0, 0.3, -0.75, 1.5, 9];
  for (const signed of [false, true]) {
    const how = { limit: 1.5, signed, colours: table };
    const [plain, faded] = [paint(values, how), paint(values, { ...how, fade: true })];
    values.forEach((value, i) => {
      assert.deepEqual(faded.subarray(4 * i, 4 * i + 3), plain.subarray(4 * i, 4 * i + 3));
      assert.equal(faded[4 * i + 3], Math.round(255 * Math.min(Math.abs(value) / 1.5, 1)));
    });
  }
});

test("a sheet's bytes stand for the numbers that they were made of", () => {
  for (const [signed, byte, number] of [[false, 255, 40], [false, 0, 0], [true, 255, 40], [true, 128, 0], [true, 1, -40]]) {
    const { zero, unit } = sheetUnits(signed, 40);
    assert.ok(Math.abs((byte - zero) * unit - number) < 1e-9);
    const how = { limit: 80, signed, colours: table };
    assert.deepEqual(paint([byte], { ...how, zero, unit }), paint([number], how));
  }
});

test("ticks rise from end to end, lie true on the bar, and keep apart", () => {
  const roll = chance(6);
  for (let i = 0; i < 1000; i++) {
    const most = (1 + roll(9999)) * 10 ** (roll(30) - 15);
    for (const signed of [false, true]) {
      const marks = ticks(most, signed);
      assert.ok(marks.length >= 3 && marks.length <= 7, `${marks.length}`);
      assert.deepEqual([marks[0].value, marks.at(-1).value], [signed ? -most : 0, most]);
      assert.deepEqual([marks[0].at, marks.at(-1).at], [0, 1]);
      for (const [place, { value, at }] of marks.entries()) {
        assert.ok(Math.abs(at - (signed ? (value + most) / (2 * most) : value / most)) < 1e-12);
        if (place) assert.ok(at - marks[place - 1].at > 0.09);
      }
      assert.equal(new Set(marks.map(({ text }) => text)).size, marks.length);
      assert.ok(marks.some(({ value }) => value === 0));
    }
  }
  assert.deepEqual(ticks(0, true), []);
  assert.deepEqual(ticks(NaN, false), []);
  assert.deepEqual(ticks(41.2, false).map(({ text }) => text), ["0", "20", "41.2"]);
});

test("limits hold for all images that are shown", () => {
  const statistics = [{ maximum: [3, 5] }, { maximum: [4, 1] }];
  const shown = { images: ["cat", "rocket"], layer: "block1_pool", channel: 0, statistics };
  assert.deepEqual(limits(manifest, shown), { channel: 4, layer: 30, network: 180 });
  const one = { ...shown, images: ["rocket"], statistics: [{ maximum: [0, null] }] };
  assert.deepEqual(limits(manifest, one), { channel: 0, layer: 21, network: 126 });
  assert.equal(limit("layer", { channel: 1, layer: 2, network: 3 }), 2);
  assert.throws(() => limit("toString", { channel: 1, layer: 2, network: 3 }), /toString/);
});

test("what a bar's end is, in words", () => {
  const shown = { state: { scale: "channel" }, layer: { signed: false }, images: [{}], beside: null };
  assert.equal(endText(shown), "this channel’s largest");
  assert.equal(endText({ ...shown, state: { scale: "layer" }, beside: {} }), "this layer’s largest, before or now");
  assert.equal(
    endText({ ...shown, state: { scale: "network" }, images: [{}, {}], layer: { signed: true } }),
    "the network’s largest, of both, + or −",
  );
});

const statistics = Object.freeze({
  maximum: Object.freeze([2, 0, 9, 2, null, 5]),
  zeros: Object.freeze([0.5, 1, 0.1, 0.2, 1, 0.9]),
});

test("orders: silent channels last, ties by index, by number all at their place", () => {
  assert.deepEqual(ordered(statistics, "strength"), [2, 5, 0, 3, 1, 4]);
  assert.deepEqual(ordered(statistics, "zeros"), [5, 0, 3, 2, 1, 4]);
  assert.deepEqual(ordered(statistics, "here"), ordered(statistics, "strength"));
  assert.deepEqual(ordered(statistics, "here", [1, 0, 0, -3, 0, 2]), [3, 5, 0, 2, 1, 4]);
  assert.deepEqual(ordered(statistics, "number"), [0, 1, 2, 3, 4, 5]);
  assert.throws(() => ordered(statistics, "size"), /size/);
  assert.ok(isSilent(statistics, 1) && isSilent(statistics, 4) && !isSilent(statistics, 0));
});

test("the strongest channel is that of the place, or of the layer where nothing answers there", () => {
  assert.equal(strongestChannel(statistics, [1, 0, 0, -3, 0, 2]), 3);
  assert.equal(strongestChannel(statistics, [0, 0, 0, 0, NaN, 0]), 2);
  assert.equal(strongestChannel(statistics, null), 2);
});

test("every order has every channel once", () => {
  const roll = chance(7);
  const random = () => Array.from({ length: 200 }, () => roll(5) / 4);
  const many = { maximum: random(), zeros: random() };
  for (const order of ["here", "strength", "zeros", "number"]) {
    const channels = ordered(many, order, random());
    assert.deepEqual([...channels].sort((one, other) => one - other), [...Array(200).keys()]);
    if (order === "number") continue;
    const dead = channels.map((channel) => isSilent(many, channel));
    assert.deepEqual(dead, [...dead].sort());
  }
});
