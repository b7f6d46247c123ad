import assert from "node:assert/strict";
import test from "node:test";

import { curveOf, shareOf, unpack } from "../../../vggviz/explorer/page/state/atlas.js";
import { linePoints, ringPoints, SIDE, wholeTurn } from "../../../vggviz/explorer/page/passport/curves.js";
import { rgbOrder } from "../../../vggviz/explorer/page/arithmetic/pixels.js";
import { inColour } from "../../../vggviz/explorer/page/passport/made.js";
import { around } from "../../../vggviz/explorer/page/passport/pictures.js";
import { related } from "../../../vggviz/explorer/page/passport/relations.js";
import { agreement } from "../../../vggviz/explorer/page/passport/tuning.js";
import * as words from "../../../vggviz/explorer/page/passport/words.js";
import { cutterOf, examplesOf } from "../../../vggviz/explorer/page/views/faces.js";

/** A file as Python writes it. */
function packed(arrays) {
  const header = {};
  const bytes = [];
  for (const [name, [type, shape, values]] of Object.entries(arrays)) {
    header[name] = [type, shape, bytes.length];
    bytes.push(...new Uint8Array(values.buffer));
    while (bytes.length % 4) bytes.push(0);
  }
  let text = JSON.stringify(header);
  while (text.length % 4) text += " ";
  const length = new Uint8Array(Uint32Array.of(text.length).buffer);
  return Uint8Array.from([...length, ...new TextEncoder().encode(text), ...bytes]).buffer;
}

test("arrays are unpacked, a row for each channel", () => {
  const found = unpack(packed({
    hue: ["u1", [2, 3], Uint8Array.of(0, 51, 255, 1, 2, 3)],
    inputs: ["i2", [2, 1], Int16Array.of(-1, 300)],
    largest: ["f4", [2], Float32Array.of(NaN, 2.5)],
  }));
  assert.deepEqual(curveOf(found.get("hue").data.subarray(0, 3)), [0, 0.2, 1]);
  assert.deepEqual(Array.from(found.get("inputs").data), [-1, 300]);
  assert.deepEqual(Array.from(found.get("largest").data), [NaN, 2.5]);
  assert.equal(shareOf(-2500), -0.25);
});

test("a ring begins at the right and goes anticlockwise", () => {
  const [right, top, left] = ringPoints([1, 1, 0], [0, 90, 180]);
  assert.ok(right[0] > SIDE * 0.8 && Math.abs(right[1] - SIDE / 2) < 1e-9);
  assert.ok(top[1] < SIDE * 0.2 && Math.abs(top[0] - SIDE / 2) < 1e-9);
  assert.deepEqual(left.map(Math.round), [SIDE / 2, SIDE / 2]);
});

test("orientations, which come to themselves after half a turn, are drawn all the way round", () => {
  const half = Array.from({ length: 24 }, (_, i) => 7.5 * i);
  const [values, angles] = wholeTurn(half.map((_, i) => i), half);
  assert.equal(angles.length, 48);
  assert.equal(angles[24], 180);
  assert.equal(values[24], values[0]);
  const whole = [0, 90, 180, 270];
  assert.equal(wholeTurn(whole, whole)[1], whole);
});

test("a line goes from left to right, its largest at the top", () => {
  const points = linePoints([0, 0.5, 1, 2]);
  assert.ok(points.every(([x], i) => i === 0 || x > points[i - 1][0]));
  assert.ok(points[0][1] > points[1][1] && points[1][1] > points[2][1]);
  assert.equal(points[3][1], points[2][1], "what lies above is cut");
});

test("what is said of preferred values", () => {
  assert.equal(words.orientationWords(88), "Strongest for vertical bars (88°).");
  assert.equal(words.orientationWords(175), "Strongest for horizontal bars (175°).");
  assert.equal(words.orientationWords(45), "Strongest for bars that rise to the right (45°).");
  assert.equal(words.hueWords(359), "Strongest for red (359°).");
  assert.equal(words.hueWords(240), "Strongest for blue (240°).");
  assert.equal(words.frequencyWords(1 / 16), "Strongest for bars that repeat every 16 pixels.");
  assert.equal(words.curvatureWords(16, 90), "Strongest for curves of radius 16 pixels that bulge to the top.");
  assert.equal(words.curvatureWords(Infinity, 0), "Strongest for straight edges whose outside is at the right.");
  assert.equal(words.contrastWords(0.25), "Half of its largest response at a contrast of 25\u00a0%.");
});

test("a curve's depth is told beside that of the control", () => {
  assert.equal(words.depth([2, 1, 4]), 0.75);
  assert.equal(words.depth([0, 0]), 0);
  assert.equal(words.variation([1, 0.2], [1, 0.9]), "The curve falls by up to 80\u00a0%; that of the random network by 10\u00a0%.");
  assert.equal(words.variation([1, 0.2], null), "The curve falls by up to 80\u00a0%.");
});

test("shares have a sign in numbers and in words", () => {
  assert.equal(words.signedPercent(-0.126), "−13\u00a0%");
  assert.equal(words.signedPercent(0.5), "+50\u00a0%");
  assert.equal(words.effect(-0.1), "inhibits");
});

test("whether both halves of the patterns agree on the family", () => {
  assert.equal(agreement(["line", "line"], "line"), "Both halves of the patterns say so.");
  assert.equal(agreement(["curve", "curve"], "line"), "Each half of the patterns by itself says curve.");
  assert.equal(agreement(["line", "curve"], "line"), "Not certain: one half of the patterns says line, the other curve.");
});

test("what the lead loses without a channel has its direction, its unit and how it was found", () => {
  assert.equal(words.leadText(-0.659, true), "The lead of the first answer’s score over the second’s falls by 0.659.");
  assert.match(words.leadText(0.0762, false), / score over .* rises by 0\.0762, by a first-order estimate\.$/);
});

test("other channels come with their shares, and −1 stands for none", () => {
  const rows = { inputs: Int16Array.of(7, 2, -1), input_shares: Int16Array.of(-5000, 100, 0) };
  const context = { known: (name) => rows[name] ?? null };
  assert.deepEqual(related(context, { of: "inputs", shares: "input_shares", layer: "a" }), [
    { layer: "a", channel: 7, share: -0.5 }, { layer: "a", channel: 2, share: 0.01 },
  ]);
  assert.deepEqual(related(context, { of: "outputs", shares: "output_shares", layer: "a" }), []);
});

test("a kernel is shown in the colours that it reads, also from blue, green and red", () => {
  assert.deepEqual(rgbOrder(["blue minus its mean", "green minus its mean", "red minus its mean"]), [2, 1, 0]);
  assert.deepEqual(rgbOrder(["input 0", "input 1", "input 2"]), [0, 1, 2]);
  assert.equal(rgbOrder(["input 0"]), null);
  assert.deepEqual(Array.from(inColour([[1], [0], [-1]], 1)), [255, 128, 1, 255]);
});

test("a part of a photograph has its surroundings, as far as the photograph goes", () => {
  const image = { width: 224, height: 224 };
  assert.deepEqual(around([100, 100, 103, 103], image), [66, 66, 138, 138]);
  assert.deepEqual(around([0, 220, 3, 223], image), [0, 152, 72, 224]);
  assert.deepEqual(around([0, 0, 224, 224], image), [0, 0, 224, 224]);
});

test("examples of photographs that are not at hand, or of none, are left out", () => {
  const rows = { images: [1, -1, 0, 2], values: [9, 8, 7, 6], rows: [1, 2, 3, 4], columns: [5, 6, 7, 8] };
  const known = (name) => Float32Array.from(rows[name.replace("example_", "")]);
  const found = examplesOf(known, ["cat", "cup", null], ([row, column]) => [row, column, row + 1, column + 1]);
  assert.deepEqual(found, [
    { id: "cup", value: 9, box: [1, 5, 2, 6] }, { id: "cat", value: 7, box: [3, 7, 4, 8] },
  ]);
});

test("where a channel's drawing is in its sheet", () => {
  const cut = cutterOf("sheet", { columns: 3, tile: [4, 5] });
  assert.deepEqual(cut(0).box, [0, 0, 4, 5]);
  assert.deepEqual(cut(7).box, [8, 5, 12, 10]);
});
