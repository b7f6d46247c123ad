// The pure functions of book/_static/hero.js, which is a plain script.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { runInNewContext } from "node:vm";

const script = readFileSync(new URL("../../../book/_static/hero.js", import.meta.url), "utf8");
const page = {};
runInNewContext(script, page);
const hero = page.vggvizHero;
const plain = (value) => JSON.parse(JSON.stringify(value)); // arrays of another context are not deeply equal

const LAYER = { tile: 14, columns: 3, channels: [4, 8, 15, 16], first: 2, places: Array(196).fill(-1) };
LAYER.places[14 + 3] = 3;
const DATA = {
  switches: [7, 5],
  classes: [["cat", 9, 0.8], ["dog", 8, 0.2]],
  answers: [[[0, 9, 0.8], [1, 8, 0.2]], [[1, 7, 0.6], [0, 6.6, 0.4]], [[0, 8, 0.9], [1, 2, 0.1]], [[1, 1, 0.5], [0, 1, 0.5]]],
};

test("what is kept as off is taken up where it is a switch, and a browser that keeps nothing begins with all on", () => {
  const held = {};
  const sessionStorage = { getItem: (key) => held[key] ?? null, setItem: (key, value) => (held[key] = value) };
  const view = { sessionStorage, location: { pathname: "/book/index.html" } };
  assert.equal(hero.kept(view, DATA).size, 0);
  hero.keep(view, DATA, new Set([1]));
  assert.deepEqual(plain([...hero.kept(view, DATA)]), [1]);
  assert.deepEqual(plain([...hero.kept(view, { switches: [5, 7] })]), [0], "by the channel, wherever its switch is");
  assert.equal(hero.kept(view, { switches: [9] }).size, 0);
  assert.equal(hero.kept({ ...view, location: { pathname: "/other" } }, DATA).size, 0);
  const closed = { get sessionStorage() { throw new Error("SecurityError"); }, location: view.location };
  hero.keep(closed, DATA, new Set([1]));
  assert.equal(hero.kept(closed, DATA).size, 0);
});

test("a point is in the place around it, and at the edge in the last one", () => {
  assert.deepEqual(plain(hero.placeAt(0.5, 0)), [0, 7]);
  assert.deepEqual(plain(hero.placeAt(1, 0.999)), [13, 13]);
  assert.deepEqual(plain(hero.placeAt(-0.1, 1.5)), [13, 0]);
});

test("arrow keys step inside the photograph, and other keys nowhere", () => {
  assert.deepEqual(plain(hero.moved([3, 3], "ArrowUp")), [2, 3]);
  assert.deepEqual(plain(hero.moved([3, 3], "ArrowRight")), [3, 4]);
  assert.deepEqual(plain(hero.moved([0, 13], "ArrowUp")), [0, 13]);
  assert.deepEqual(plain(hero.moved([0, 13], "ArrowRight")), [0, 13]);
  assert.deepEqual(plain(hero.moved([5, 5], "Home")), [5, 0]);
  assert.deepEqual(plain(hero.moved([5, 5], "End")), [5, 13]);
  assert.equal(hero.moved([5, 5], "a"), null);
});

test("each place has its map, and no place the strongest one", () => {
  assert.equal(hero.tileAt(LAYER, [1, 3]), 3);
  assert.equal(hero.tileAt(LAYER, [3, 1]), -1);
  assert.equal(hero.tileAt(LAYER, null), 2);
  assert.equal(hero.numberOf(LAYER, 3), "no. 16");
  assert.equal(hero.numberOf(LAYER, -1), "none");
});

test("where a channel is off, the next one answers that is on", () => {
  const ranked = { ...LAYER, ranks: { 17: [3, 0, -1], "-1": [2, 1] } };
  assert.equal(hero.tileAt(ranked, [1, 3], new Set([16])), 0);
  assert.equal(hero.tileAt(ranked, [1, 3], new Set([16, 4])), -1);
  assert.equal(hero.tileAt(ranked, [1, 3], new Set([4])), 3);
  assert.equal(hero.tileAt(ranked, null, new Set([15])), 1);
});

test("a map is found in the explorer where it answers most at the place", () => {
  const layer = { ...LAYER, name: "block3_conv3", rows: 56, peaks: Array(196).fill(0) };
  layer.peaks[14 + 13] = 7; // of 4 x 4 cells, in the second row the last
  assert.equal(hero.addressOf(layer, 3, [1, 13]), "#/block3_conv3/16/5,55");
  assert.equal(hero.addressOf(layer, 3, [1, 12]), "#/block3_conv3/16/4,48");
  assert.equal(hero.addressOf(layer, 1, null), "#/block3_conv3/8");
  assert.equal(hero.addressOf(layer, -1, null), "#/block3_conv3/0");
});

test("the explorer is asked for the answer without some channels", () => {
  const layer = { ...LAYER, name: "block5_conv3" };
  assert.equal(hero.addressWithout(layer, [183, 427]), "#/?view=passport&off=block5_conv3:183+427");
});

test("a map is a square of its sheet, and none lies beside it", () => {
  assert.equal(hero.viewBox(LAYER, 0), "0 0 14 14");
  assert.equal(hero.viewBox(LAYER, 3), "0 14 14 14");
  assert.equal(hero.viewBox(LAYER, -1), "-14 -14 14 14");
});

test("a selection of switches is the sum of their bits", () => {
  assert.equal(hero.selection(new Set()), 0);
  assert.equal(hero.selection(new Set([1])), 2);
  assert.equal(hero.selection(new Set([2, 0])), 5);
});

test("the verdict names the channels in their order, the answer and how sure it is", () => {
  assert.equal(hero.verdict(DATA, new Set([0])), "Without no. 7 it says dog: 60\u00a0%.");
  assert.equal(hero.verdict(DATA, new Set([1, 0])), "Without no. 7 and 5 it says dog: 50\u00a0%.");
  assert.equal(hero.listed(["1", "2", "3"]), "1, 2 and 3");
});

test("nothing is certain", () => {
  assert.deepEqual([0, 0.006, 0.885, 0.996, 0.9996].map(hero.percent), ["< 0.1 %", "0.6 %", "89 %", "99.6 %", "> 99.9 %"]);
});

test("the words name the place and who answers there", () => {
  assert.equal(hero.words([LAYER, LAYER], [1, 3]), "Row 1, column 3: block 1 no. 16, block 2 no. 16.");
});
