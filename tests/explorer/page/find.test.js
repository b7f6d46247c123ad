import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { byClass, byFamily, byNumber, nearest, parsed, singular } from "../../../vggviz/explorer/page/find/query.js";
import { laidOut, strongest } from "../../../vggviz/explorer/page/find/sketch.js";

const LAYERS = [
  { name: "block1_conv1", channels: 4 }, { name: "block3_conv1", channels: 8 }, { name: "block3_conv2", channels: 90 },
  { name: "stem", channels: 3 },
];
const FAMILIES = ["edge", "colour edge", "colour", "curve"];
const ALL = LAYERS.map(({ name }) => name);
const read = (text) => parsed(text, { layers: LAYERS, families: FAMILIES });

test("a question names layers, a number, a family and other words, in any order", () => {
  assert.deepEqual(read("block3_conv2 84"), { layers: ["block3_conv2"], channel: 84, family: null, words: [] });
  assert.deepEqual(read("84"), { layers: ALL, channel: 84, family: null, words: [] });
  assert.deepEqual(read("Curves in block3"), { layers: ["block3_conv1", "block3_conv2"], channel: null, family: 3, words: [] });
  assert.deepEqual(read("block1_conv1/2").channel, 2);
  assert.deepEqual(read("b3c2 #7"), { layers: ["block3_conv2"], channel: 7, family: null, words: [] });
  assert.deepEqual(read("stem").layers, ["stem"]);
});

test("the longer of two families is meant, in British and in American", () => {
  assert.equal(read("colour edges").family, 1);
  assert.equal(read("color edge in stem").family, 1);
  assert.equal(read("colors").family, 2);
  assert.equal(read("edges").family, 0);
  assert.deepEqual(read("edges of cats").words, ["cat"]);
});

test("which channels like cats", () => {
  assert.deepEqual(read("Which channels like cats?"), { layers: ALL, channel: null, family: null, words: ["cat"] });
  assert.deepEqual(read("Persian cat").words, ["persian", "cat"]);
});

test("plurals", () => {
  const cases = { cats: "cat", boxes: "box", brass: "brass", dishes: "dish", cactus: "cactus", bus: "bus", lens: "len" };
  for (const [word, expected] of Object.entries(cases)) assert.equal(singular(word), expected, word);
});

test("a number is looked up where there is such a channel", () => {
  assert.deepEqual(byNumber(read("5"), LAYERS).map(({ layer, channel }) => [layer, channel]), [["block3_conv1", 5], ["block3_conv2", 5]]);
  assert.deepEqual(byNumber(read("stem 5"), LAYERS), []);
  assert.deepEqual(byNumber(read("stem"), LAYERS), []);
});

test("a family is looked up in the layers that are named", () => {
  const families = { block3_conv1: [0, 3, 3], block1_conv1: [3, 1], block3_conv2: null };
  const found = (text) => byFamily(read(text), families, "curve").map(({ layer, channel }) => `${layer}/${channel}`);
  assert.deepEqual(found("curves"), ["block1_conv1/0", "block3_conv1/1", "block3_conv1/2"]);
  assert.deepEqual(found("curve in block3"), ["block3_conv1/1", "block3_conv1/2"]);
});

test("classes are found by whole words, the strongest first", () => {
  const preferred = {
    block1_conv1: [[["catamaran", 9], ["Persian cat", 1.25]], [["dining table", 3]]],
    stem: [[], [["tabby", 1], ["Egyptian cat", 2.5]], [["cattle dog", 8]]],
    block3_conv1: null,
  };
  const found = (text) => byClass(read(text), preferred).map(({ layer, channel, words }) => `${layer}/${channel} ${words}`);
  assert.deepEqual(found("cats"), ["stem/1 Egyptian cat 2.5", "block1_conv1/0 Persian cat 1.3"]);
  assert.deepEqual(found("cat in block1_conv1"), ["block1_conv1/0 Persian cat 1.3"]);
  assert.deepEqual(found("tables"), ["block1_conv1/1 dining table 3.0"]);
  assert.deepEqual(found("dini"), ["block1_conv1/1 dining table 3.0"], "a beginning of four letters");
  assert.deepEqual(byClass({ ...read(""), words: [] }, preferred), []);
});

const GROUND = [9, 8, 7];
const pixel = (levels, side, y, x) => Array.from(levels.slice(3 * (y * side + x), 3 * (y * side + x) + 3));

test("a sketch is laid on the ground in two sizes where there is room, else once", () => {
  const sketch = Uint8ClampedArray.from({ length: 12 }, (_, i) => 100 + i);
  const large = laidOut(sketch, { size: 2, side: 40, ground: GROUND });
  const count = (levels, side) => Array.from({ length: side * side }, (_, i) => pixel(levels, side, 0, i)).filter((each) => String(each) !== String(GROUND)).length;
  assert.equal(count(large, 40), 4 + 16);
  const small = laidOut(sketch, { size: 2, side: 6, ground: GROUND });
  assert.equal(count(small, 6), 4);
  assert.deepEqual(pixel(small, 6, 2, 2), [100, 101, 102]);
  assert.deepEqual(pixel(small, 6, 3, 3), [109, 110, 111]);
  const whole = laidOut(sketch, { size: 2, side: 2, ground: GROUND });
  assert.deepEqual(whole, sketch);
});

const EMPTY = [10, 0, 0, 5, 0];
const OTHERS = [10, 30, 0, 40, 20]; // a tenth of all, three, none, four, two

test("channels are sorted by how many times they answer the sketch more than others", () => {
  const statistics = { mean: [60, 30, 20, 0, 0], maximum: [], variance: [], zeros: [] }; // shares of what is added: .5 .3 .2 0 0
  const found = strongest(statistics, { empty: EMPTY, others: OTHERS }, 3);
  assert.deepEqual(found.map(({ channel }) => channel), [2, 0]);
  assert.ok(Math.abs(found[0].times - 0.2 / 0.02) < 1e-9);
  assert.ok(Math.abs(found[1].times - 0.5 / 0.12) < 1e-9);
  assert.equal(strongest(statistics, { empty: EMPTY, others: OTHERS }, 1).length, 1);
});

test("it makes no difference how much is drawn", () => {
  const known = { empty: EMPTY, others: OTHERS };
  const times = (share) => strongest({ mean: [10 + 50 * share, 30 * share, 20 * share, 5, 0] }, known, 3).map((each) => each.times.toFixed(6));
  assert.deepEqual(times(0.01), times(1));
});

test("where nothing is answered, nothing is compared", () => {
  assert.deepEqual(strongest({ mean: EMPTY }, { empty: EMPTY, others: OTHERS }, 3), []);
  assert.deepEqual(strongest({ mean: [1, 1] }, { empty: [0, 0], others: [0, 0] }, 3), []);
});

test("a class is found by its synonyms and by what it is a kind of", () => {
  const preferred = { stem: [[["tabby", 2]], [["limousine", 3]], [["house finch", 1]]] };
  const others = { tabby: ["tabby cat", "house cat", "cat", "animal"], limousine: ["motor vehicle", "vehicle"], "house finch": ["animal"] };
  const found = (text) => byClass(read(text), preferred, others).map(({ channel }) => channel);
  assert.deepEqual(found("cats"), [0]);
  assert.deepEqual(found("house cat"), [0]);
  assert.deepEqual(found("house"), [2], "a house cat is no house");
  assert.deepEqual(found("animals in stem"), [0, 2]);
  assert.deepEqual(found("vehicle"), [1]);
  assert.deepEqual(found("motor"), []);
  assert.deepEqual(byClass(read("cat"), preferred), [], "without WordNet's words only the names");
});

test("each class and each of its words finds it as they are written", () => {
  const file = new URL("../../../vggviz/data/class_words.json", import.meta.url);
  const others = JSON.parse(readFileSync(file, "utf-8"));
  const names = Object.keys(others);
  const preferred = { stem: names.map((name) => [[name, 1]]) };
  for (const [place, name] of names.entries()) {
    for (const text of [name, ...others[name]]) {
      const found = byClass(read(text), preferred, others).map(({ channel }) => channel);
      assert.ok(found.includes(place), `${text} does not find ${name}`);
    }
  }
});

test("what is misspelled is told what it is most like", () => {
  const names = ["tabby", "Persian cat", "espresso", "table"];
  assert.deepEqual(nearest(["tabbi"], names), ["tabby", "table"]);
  assert.deepEqual(nearest(["expresso"], names), ["espresso"]);
  assert.deepEqual(nearest(["persan"], names), ["Persian cat"]);
  assert.deepEqual(nearest(["pay", "fone"], ["pay-phone"]), ["pay-phone"]);
  assert.deepEqual(nearest(["xylophone"], names), []);
});
