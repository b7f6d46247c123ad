import assert from "node:assert/strict";
import test from "node:test";

import { checkedSize } from "../../../vggviz/explorer/page/own_image/image_header.js";
import { coefficients, fit, middleSquare } from "../../../vggviz/explorer/page/own_image/resample.js";
import { inputPlanes, preprocessed } from "../../../vggviz/explorer/page/live/preprocessing.js";
import { chance } from "./vgg16.js";

/** An image in memory as `fit` asks for it. */
function striped(pixels, columns) {
  return (top, bottom, left, right) => {
    const rows = [];
    for (let y = top; y < bottom; y++) rows.push(...pixels.slice(4 * (y * columns + left), 4 * (y * columns + right)));
    return Uint8ClampedArray.from(rows);
  };
}

function noise(rows, columns, seed) {
  const next = chance(seed);
  return Array.from({ length: rows * columns * 4 }, (_, i) => (i % 4 === 3 ? 255 : next(256)));
}

test("an image of the right size stays as it is", () => {
  const pixels = noise(9, 9, 1);
  const levels = fit(9, 9, 9, striped(pixels, 9));
  assert.deepEqual([...levels], pixels.filter((_, i) => i % 4 !== 3));
});

test("an even picture stays even, whatever its size", () => {
  for (const [rows, columns] of [[3, 5], [50, 20], [224, 301], [7, 7]]) {
    const pixels = Array.from({ length: rows * columns }, () => [17, 200, 99, 255]).flat();
    const levels = fit(rows, columns, 8, striped(pixels, columns));
    for (let i = 0; i < levels.length; i += 3) assert.deepEqual([...levels.subarray(i, i + 3)], [17, 200, 99]);
  }
});

test("the square in the middle is taken, half a pixel too", () => {
  assert.deepEqual(middleSquare(10, 20), { top: 0, left: 5, side: 10 });
  assert.deepEqual(middleSquare(13, 10), { top: 1.5, left: 0, side: 10 });
  const pixels = Array.from({ length: 4 * 12 }, (_, i) => (i % 12 < 4 || i % 12 >= 8 ? [255, 0, 0, 255] : [0, 0, 255, 255])).flat();
  const levels = fit(4, 12, 4, striped(pixels, 12));
  assert.deepEqual([...new Set([...levels].filter((_, i) => i % 3 === 0))], [0]);
});

test("weights add up to one and lie inside the image", () => {
  for (const [length, start, end, count] of [[100, 0, 100, 7], [10, 1.5, 8.5, 30], [1, 0, 1, 5], [3000, 200, 2800, 224]]) {
    for (const { first, weights } of coefficients(length, start, end, count)) {
      assert.ok(first >= 0 && first + weights.length <= length);
      assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
    }
  }
});

test("what is transparent lies on white", () => {
  const pixels = [0, 0, 0, 0, 0, 0, 0, 255, 100, 0, 200, 127.5, 255, 255, 255, 255];
  const levels = [...fit(2, 2, 2, striped(pixels, 2))];
  assert.deepEqual(levels.slice(0, 6), [255, 255, 255, 0, 0, 0]);
  assert.deepEqual(levels.slice(9), [255, 255, 255]);
});

test("pixels are read as the network reads them", () => {
  const reading = { weights: [[0, 0, 1], [0, 1, 0], [1, 0, 0]], offset: [-103.939, -116.779, -123.68] };
  const values = preprocessed(Uint8ClampedArray.of(10, 20, 30, 0, 0, 0), reading);
  const expected = [30 - 103.939, 20 - 116.779, 10 - 123.68, -103.939, -116.779, -123.68];
  expected.forEach((value, i) => assert.ok(Math.abs(values[i] - value) < 1e-4));
});

test("what the network reads is laid out as planes", () => {
  const { data, ...shape } = inputPlanes(Float32Array.of(1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400), 2);
  assert.deepEqual([...data], [1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400]);
  assert.deepEqual(shape, { rows: 2, columns: 2, channels: 3 });
});

const text = (words) => [...words].map((sign) => sign.charCodeAt(0));
const big = (value, count) => Array.from({ length: count }, (_, i) => (value >> (8 * (count - 1 - i))) & 255);
const little = (value, count) => big(value, count).reverse();
const HEADERS = {
  png: (w, h) => [0x89, ...text("PNG\r\n\x1a\n"), ...big(13, 4), ...text("IHDR"), ...big(w, 4), ...big(h, 4)],
  gif: (w, h) => [...text("GIF89a"), ...little(w, 2), ...little(h, 2)],
  bmp: (w, h) => [...text("BM"), ...Array(16).fill(0), ...little(w, 4), ...little(-h, 4)],
  jpeg: (w, h) => [0xff, 0xd8, 0xff, 0xe1, 0, 6, 1, 2, 3, 4, 0xff, 0xc4, 0, 4, 9, 9, 0xff, 0xc2, 0, 17, 8, ...big(h, 2), ...big(w, 2)],
  lossy: (w, h) => [...text("RIFF0000WEBPVP8 "), ...Array(10).fill(0), ...little(w, 2), ...little(h, 2)],
  lossless: (w, h) => [...text("RIFF0000WEBPVP8L"), 0, 0, 0, 0, 0x2f, ...little((w - 1) | ((h - 1) << 14), 4)],
  extended: (w, h) => [...text("RIFF0000WEBPVP8X"), ...Array(8).fill(0), ...little(w - 1, 3), ...little(h - 1, 3)],
};

for (const [kind, header] of Object.entries(HEADERS)) {
  test(`the size of an image is read from its header: ${kind}`, () => {
    assert.deepEqual(checkedSize(Uint8Array.from([...header(640, 353), 0, 0]), kind), { rows: 353, columns: 640 });
    for (let end = 1; end < header(640, 353).length - 1; end++) {
      assert.throws(() => checkedSize(Uint8Array.from(header(640, 353).slice(0, end)), kind), /no picture/);
    }
  });
}

test("what is no image, too large or a strip gets one sentence with its name", () => {
  const png = (...size) => Uint8Array.from(HEADERS.png(...size));
  assert.throws(() => checkedSize(new Uint8Array(0), "a"), /“a” is empty/);
  assert.throws(() => checkedSize(Uint8Array.from(text("dear reader")), "a"), /“a” is no picture/);
  assert.throws(() => checkedSize(png(0, 10), "a"), /no picture/);
  assert.throws(() => checkedSize(png(30000, 30000), "a"), /30,000 × 30,000 pixels; at most 50 million/);
  assert.throws(() => checkedSize(png(20000, 2), "a"), /a strip of 20,000 × 2 pixels/);
  assert.throws(() => checkedSize({ length: 2e8 }, "a"), /200 MB; at most 100 MB/);
});
