// Painting: strokes on pixels, the blur, what is undone and kept, and which wish of several is done.

import assert from "node:assert/strict";
import test from "node:test";
import { blurred } from "../../../vggviz/explorer/page/paint/blur.js";
import { changedChannels } from "../../../vggviz/explorer/page/paint/changed_tiles.js";
import { hidingColour } from "../../../vggviz/explorer/page/paint/hiding.js";
import { KeptStrokes, sumOf } from "../../../vggviz/explorer/page/paint/kept_strokes.js";
import { LatestWins, unlessStopped } from "../../../vggviz/explorer/page/paint/latest_wins.js";
import { isSlow, paceText } from "../../../vggviz/explorer/page/paint/pace.js";
import { PaintedPicture } from "../../../vggviz/explorer/page/paint/painted_picture.js";
import { paintLine } from "../../../vggviz/explorer/page/paint/strokes.js";
import { Superseded } from "../../../vggviz/explorer/page/state/errors.js";
import { chance } from "./vgg16.js";

const SIZE = 20;
const RED = [200, 10, 20];

function noise(size = SIZE, seed = 3) {
  const next = chance(seed);
  return Uint8ClampedArray.from({ length: size * size * 3 }, () => next(256));
}

/** Pixels whose levels differ, as "row column". */
function differing(one, other, size = SIZE) {
  const found = new Set();
  one.forEach((level, i) => level !== other[i] && found.add(`${Math.floor(i / 3 / size)} ${Math.floor(i / 3) % size}`));
  return found;
}

test("a line covers the pixels whose centre lies under the brush, and no others", () => {
  const levels = new Uint8ClampedArray(SIZE * SIZE * 3);
  const [from, to, width] = [[4, 3], [12, 15], 5];
  paintLine(levels, SIZE, [from, to], { width, level: (i) => RED[i % 3] });
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      // The nearest of many places on the line.
      const nearest = Math.min(...Array.from({ length: 1001 }, (_, i) =>
        Math.hypot(y + 0.5 - from[0] - (i / 1000) * (to[0] - from[0]), x + 0.5 - from[1] - (i / 1000) * (to[1] - from[1]))));
      if (Math.abs(nearest - width / 2) < 1e-3) continue;
      const start = (y * SIZE + x) * 3;
      assert.deepEqual([...levels.slice(start, start + 3)], nearest < width / 2 ? RED : [0, 0, 0], `${y} ${x}`);
    }
  }
});

test("a dot is as wide as the brush, and may lie over the border", () => {
  const levels = new Uint8ClampedArray(SIZE * SIZE * 3);
  const dot = { width: 6, level: () => 255 };
  paintLine(levels, SIZE, [[10, 10], [10, 10]], dot);
  const painted = [...differing(levels, new Uint8ClampedArray(levels.length))].map((place) => place.split(" ").map(Number));
  for (const axis of [0, 1]) assert.deepEqual([Math.min, Math.max].map((of) => of(...painted.map((place) => place[axis]))), [7, 12]);
  paintLine(levels, SIZE, [[-40, 3], [-2, 3]], dot);
  paintLine(levels, SIZE, [[SIZE + 1, SIZE + 1], [60, 60]], dot);
  assert.equal(levels.at(-1), 255);
  assert.equal(levels[3 * 3], 255);
});

test("a blur leaves an even picture even, is a mean, and loses detail", () => {
  const even = new Uint8ClampedArray(SIZE * SIZE * 3).fill(77);
  assert.deepEqual(blurred(even, SIZE, 3), even);
  const levels = noise();
  const soft = blurred(levels, SIZE, 2);
  const spread = (values) => values.reduce((sum, value) => sum + Math.abs(value - 127), 0);
  assert.ok(spread(soft) < spread(levels) / 3);
  const point = new Uint8ClampedArray(SIZE * SIZE * 3);
  point[(10 * SIZE + 10) * 3] = 255;
  const spot = blurred(point, SIZE, 1);
  assert.deepEqual([...differing(spot, new Uint8ClampedArray(spot.length))].length, 25); // twice a window of 3
  assert.ok(spot.every((level, i) => i % 3 === 0 || level === 0)); // colours stay apart
  assert.ok(Math.abs(spot.reduce((sum, level) => sum + level, 0) - 255) < 25); // rounding
});

test("only what lies under the strokes changes, and undoing brings back each step to the bit", () => {
  const original = noise();
  const picture = new PaintedPicture(original, SIZE);
  const steps = [picture.levels.slice()];
  for (const [pen, points] of [
    [{ colour: RED, width: 4 }, [[3, 3], [3, 9]]], [{ colour: null, width: 6 }, [[12, 5], [14, 12]]], [{ colour: RED, width: 3 }, [[3, 3]]],
  ]) {
    picture.begin(pen, points[0]);
    assert.ok(picture.isPainting());
    points.slice(1).forEach((point) => picture.extend(point));
    picture.end();
    steps.push(picture.levels.slice());
  }
  assert.equal(picture.strokes().length, 3);
  assert.ok(differing(steps[2], steps[1]).size > 10);
  for (const place of differing(steps[1], original)) assert.ok(Number(place.split(" ")[0]) < 5, place);
  for (const step of [2, 1, 0]) {
    picture.undo();
    assert.deepEqual(picture.levels, steps[step]);
  }
  assert.equal(picture.isPainted(), false);
  picture.undo();
  assert.deepEqual(picture.levels, original);
});

test("strokes painted at once give what they gave one by one, and none at all the original", () => {
  const original = noise();
  const picture = new PaintedPicture(original, SIZE);
  picture.begin({ colour: null, width: 8 }, [5.123, 6.789]);
  for (let i = 0; i < 12; i++) picture.extend([5 + i * 0.9, 6 + i * 0.33]);
  picture.end();
  picture.extend([1, 1]); // no stroke is under way
  const kept = JSON.parse(JSON.stringify(picture.strokes()));
  assert.deepEqual(new PaintedPicture(original, SIZE, kept).levels, picture.levels);
  picture.clear();
  assert.deepEqual(picture.levels, original);
});

test("the colour that hides is read as zero", () => {
  const vgg16 = { weights: [[0, 0, 1], [0, 1, 0], [1, 0, 0]], offset: [-103.939, -116.779, -123.68] };
  assert.deepEqual(hidingColour(vgg16, noise()), [124, 117, 104]);
  const halves = { weights: [[1 / 127.5, 0, 0], [0, 1 / 127.5, 0], [0, 0, 1 / 127.5]], offset: [-1, -1, -1] };
  assert.deepEqual(hidingColour(halves, noise()), [128, 128, 128]);
  const grey = { weights: [[0.3 / 255, 0.3 / 255, 0.3 / 255]], offset: [-0.45] };
  const [level] = hidingColour(grey, noise());
  assert.ok(Math.abs((0.9 / 255) * level - 0.45) < 0.005);
  const plain = { weights: [[1 / 255, 0, 0], [0, 1 / 255, 0], [0, 0, 1 / 255]], offset: [0, 0, 0] };
  assert.deepEqual(hidingColour(plain, Uint8ClampedArray.of(10, 20, 30, 30, 40, 50)), [20, 30, 40]);
});

test("a stamp copies a round piece: the other's middle to where the stroke begins, and nothing from outside it", () => {
  const [original, other] = [1, 2].map((seed) => Uint8ClampedArray.from({ length: SIZE * SIZE * 3 }, (_, i) => (i * 37 * seed + seed) % 251));
  const picture = new PaintedPicture(original, SIZE, [], { cup: other });
  const middle = SIZE / 2;
  const [down, across] = [3, -2];
  picture.begin({ colour: null, width: 5, from: "cup" }, [middle + down, middle + across]);
  picture.extend([middle + down, middle + across + 2]);
  picture.end();
  let copied = 0;
  for (let i = 0; i < original.length; i++) {
    const [y, x] = [Math.floor(i / 3 / SIZE) - down, (Math.floor(i / 3) % SIZE) - across];
    const isInside = y >= 0 && x >= 0 && y < SIZE && x < SIZE;
    const isCopied = isInside && picture.levels[i] === other[3 * (y * SIZE + x) + (i % 3)];
    assert.ok(isCopied || picture.levels[i] === original[i]);
    copied += picture.levels[i] === original[i] ? 0 : 1;
  }
  assert.ok(copied > 3 * 20, `${copied} levels were copied`);
  const kept = JSON.parse(JSON.stringify(picture.strokes()));
  assert.deepEqual(new PaintedPicture(original, SIZE, kept, { cup: other }).levels, picture.levels);
  picture.undo();
  assert.deepEqual(picture.levels, original);
});

test("strokes are kept for the picture that they are on", () => {
  const store = new Map();
  const storage = {
    getItem: (name) => store.get(name) ?? null, setItem: (name, value) => store.set(name, value), removeItem: (name) => store.delete(name),
  };
  const [cat, dog] = [noise(SIZE, 1), noise(SIZE, 2)];
  const strokes = [{ colour: RED, width: 3, points: [[1, 2]] }];
  const kept = new KeptStrokes(storage, "here");
  kept.keep("cat", cat, strokes);
  assert.deepEqual(new KeptStrokes(storage, "here").on("cat", cat), strokes);
  assert.deepEqual(kept.on("cat", dog), []);
  assert.deepEqual(kept.on("dog", cat), []);
  assert.deepEqual(new KeptStrokes(storage, "there").on("cat", cat), []);
  kept.keep("cat", cat, []);
  assert.deepEqual(kept.on("cat", cat), []);
  store.set([...store.keys()][0], JSON.stringify({ cat: { sum: sumOf(cat), strokes: [{ colour: "red", width: 3, points: [] }] } }));
  assert.deepEqual(kept.on("cat", cat), []);
  store.set([...store.keys()][0], "no JSON");
  assert.deepEqual(kept.on("cat", cat), []);
  kept.forget();
  assert.deepEqual(new KeptStrokes(storage, "here").on("cat", cat), []);
  assert.equal(kept.has("cat"), false);
  const none = new KeptStrokes(null, "here");
  none.forget();
  none.keep("cat", cat, strokes);
  assert.deepEqual(none.on("cat", cat), []);
});

/** Runs that end when they are told to. */
function controlled(failed = assert.fail) {
  const log = [];
  const ends = [];
  const runs = new LatestWins({
    run: (wish, signal) => {
      log.push(wish);
      return unlessStopped(new Promise((resolve, reject) => ends.push({ resolve, reject })), signal);
    },
    failed,
  });
  return { runs, log, ends };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("one thing is done at a time, and of those that wait only the last", async () => {
  const { runs, log, ends } = controlled();
  for (const wish of [1, 2, 3]) runs.ask(wish);
  await settled();
  assert.deepEqual(log, [1]);
  ends[0].resolve();
  await settled();
  assert.deepEqual(log, [1, 3]);
  assert.ok(runs.isBusy());
  ends[1].resolve();
  await settled();
  assert.equal(runs.isBusy(), false);
  runs.ask(4);
  await settled();
  assert.deepEqual(log, [1, 3, 4]);
});

test("what may be given up makes room for what is newer", async () => {
  const { runs, log } = controlled();
  runs.ask("all", { mayStop: true });
  runs.ask("part");
  await settled();
  assert.deepEqual(log, ["all", "part"]);
  runs.ask("all of it", { mayStop: true });
  await settled();
  assert.deepEqual(log, ["all", "part"]); // a part is waited for
  runs.drop();
  await settled();
  assert.deepEqual([log.length, runs.isBusy()], [2, false]);
});

test("a failure is told, and the next wish is done all the same", async () => {
  const problems = [];
  const { runs, log, ends } = controlled((problem) => problems.push(problem.message));
  runs.ask(1);
  runs.ask(2);
  ends[0].reject(new Error("no memory"));
  await settled();
  assert.deepEqual([log, problems], [[1, 2], ["no memory"]]);
  ends[1].reject(new Superseded("newer"));
  await settled();
  assert.deepEqual([problems.length, runs.isBusy()], [1, false]);
});

test("the maps follow the pen where the network is fast, or its speed not known", () => {
  assert.equal(isSlow([NaN, NaN]), false);
  assert.equal(isSlow([300, 500]), false);
  assert.equal(isSlow([401, 500]), true);
  assert.equal(isSlow([300, 2701]), true);
  assert.equal(isSlow([300, NaN, 2701]), true);
});

test("how far behind the maps are is said", () => {
  const now = { isBusy: false, isPainting: false, isSlow: false, behind: null, whole: null };
  assert.equal(paceText(now), "");
  assert.equal(paceText({ ...now, isPainting: true, isBusy: true, behind: 412 }), "0.4 s behind");
  assert.match(paceText({ ...now, isPainting: true, isSlow: true }), /follows when you lift/);
  assert.match(paceText({ ...now, whole: 1840 }), /1\.8 s/);
  assert.match(paceText({ ...now, whole: 3840, isSlow: true }), /slow/);
});

test("tiles have changed whose values differ, whatever their brightest is", () => {
  const layer = { channels: 3, signed: false, sheet: { columns: 3, tile: [1, 2] } };
  const statistics = (...maximum) => ({ maximum });
  const before = { sheet: { levels: Uint8Array.of(255, 0, 255, 100, 0, 0), width: 6 }, statistics: statistics(10, 10, 0) };
  // The second has another value, the third is silent as before.
  const after = { sheet: { levels: Uint8Array.of(255, 0, 255, 0, 0, 0), width: 6 }, statistics: statistics(10, 10, 0) };
  assert.deepEqual(changedChannels(before, after, layer), [1]);
  assert.deepEqual(changedChannels(before, before, layer), []);
  const rescaled = { sheet: { levels: Uint8Array.of(128, 0, 255, 100, 0, 0), width: 6 }, statistics: statistics(20, 10, 0) };
  assert.deepEqual(changedChannels(before, rescaled, layer), []); // the same values in other levels
  const brighter = { sheet: { levels: Uint8Array.of(128, 255, 255, 100, 0, 0), width: 6 }, statistics: statistics(20, 10, 0) };
  assert.deepEqual(changedChannels(before, brighter, layer), [0]);
});

test("a brush without a colour blurs what lies under it, over a share of the picture", () => {
  const original = noise(96);
  const picture = new PaintedPicture(original, 96);
  picture.begin({ colour: null, width: 20 }, [40, 50]);
  const soft = blurred(original, 96, 3);
  const under = differing(picture.levels, original, 96);
  assert.ok(under.size > 250);
  picture.levels.forEach((level, i) => {
    const place = `${Math.floor(i / 3 / 96)} ${Math.floor(i / 3) % 96}`;
    if (under.has(place)) assert.equal(level, soft[i]);
  });
});
