// The pixels of the picture that lie under a kernel, in their colours, and where on the picture they are.

import { MEAN, rgbOrder } from "../arithmetic/pixels.js";
import { windowUnder } from "../arithmetic/receptive_field.js";
import { levelsOf } from "../state/bitmaps.js";
import { contextOf, element } from "./elements.js";
import { isDark } from "./taps.js";

/**
 * @import { Box, Kernel, Pair } from "../state/types.js"
 * @typedef {{levels: number[], at: Pair, tap: number}} Pixel   levels of red, green and blue; `tap`, its place under the kernel
 * @typedef {{photograph: ImageBitmap, kernel: Kernel, cell: Pair, names: string[], patch: Float32Array}} Given   `names` of
 *   what the network reads, and its values under the kernel
 */

/** A wider kernel leaves no room for numbers. */
const MOST = 3;

/** Pixels of surroundings across, and how many times as large they are drawn. */
const [ACROSS, TIMES] = [41, 8];

const COLOURS = ["red", "green", "blue"];

/** Nothing, if the network reads no colours. @type {(given: Given) => HTMLElement[]} */
export function pixelsUnder(given) {
  const { photograph, kernel, cell, names } = given;
  const order = rgbOrder(names);
  if (!order) return [];
  const box = windowUnder(kernel, cell);
  const pixels = pixelsOfBox(photograph, box);
  const [rows, columns] = rangesOf(box, photograph);
  const where = element("figure", {}, surroundings(photograph, box), element("figcaption", {}, "on the picture"));
  const grid = element("figure", {}, patchOf(pixels, kernel.size[1]), element("figcaption", {}, `rows ${rows}, columns ${columns}`));
  const figures = element("div", { class: "under" }, grid, where);
  return [figures, element("p", { class: "quiet" }, readingText(pixels, given, order))];
}

/** Null stands for what lies outside. @type {(photograph: ImageBitmap, box: Box) => (Pixel | null)[]} */
function pixelsOfBox(photograph, [top, left, bottom, right]) {
  const { width, height } = photograph;
  const levels = levelsOf(photograph);
  return Array.from({ length: (bottom - top) * (right - left) }, (_, tap) => {
    const [y, x] = [top + Math.floor(tap / (right - left)), left + (tap % (right - left))];
    if (y < 0 || x < 0 || y >= height || x >= width) return null;
    const start = 3 * (y * width + x);
    return { levels: Array.from(levels.slice(start, start + 3)), at: [y, x], tap };
  });
}

/** @type {(pixels: (Pixel | null)[], columns: number) => HTMLElement} */
function patchOf(pixels, columns) {
  const label = `The pixels under the kernel: ${pixels.map(pixelText).join("; ")}`;
  const grid = element("div", { class: "pixels-under", role: "img", "aria-label": label }, ...pixels.map((each) => boxOf(each, columns)));
  grid.style.setProperty("--columns", String(columns));
  return grid;
}

/** @param {Pixel | null} pixel */
const pixelText = (pixel) => (pixel ? COLOURS.map((name, c) => `${name} ${pixel.levels[c]}`).join(" ") : "outside the picture");

/** @type {(pixel: Pixel | null, columns: number) => HTMLElement} */
function boxOf(pixel, columns) {
  if (!pixel) return element("span", { class: "outside" });
  const [r, g, b] = pixel.levels;
  const lines = columns > MOST ? [] : pixel.levels.map((level, c) => element("span", {}, `${"RGB"[c]} ${level}`));
  const box = element("span", { class: isDark(r, g, b) ? "dark" : "" }, ...lines);
  box.style.backgroundColor = `rgb(${r} ${g} ${b})`;
  return box;
}

/** A part of the picture with a frame around the pixels. @type {(photograph: ImageBitmap, box: Box) => HTMLCanvasElement} */
function surroundings(photograph, [top, left, bottom, right]) {
  const side = Math.min(Math.max(ACROSS, bottom - top + 8), photograph.width, photograph.height);
  /** @type {(middle: number, whole: number) => number} */
  const start = (middle, whole) => Math.min(Math.max(Math.round(middle - side / 2), 0), whole - side);
  const [y, x] = [start((top + bottom) / 2, photograph.height), start((left + right) / 2, photograph.width)];
  const large = side * TIMES;
  const canvas = element("canvas", { width: large, height: large, role: "img", "aria-label": "Where on the picture they are" });
  const context = contextOf(canvas);
  context.imageSmoothingEnabled = false;
  context.drawImage(photograph, x, y, side, side, 0, 0, large, large);
  for (const [colour, width] of /** @type {[string, number][]} */ ([["#fff", 8], ["#d6006e", 4]])) {
    Object.assign(context, { strokeStyle: colour, lineWidth: width });
    context.strokeRect(TIMES * (left - x) - 4, TIMES * (top - y) - 4, TIMES * (right - left) + 8, TIMES * (bottom - top) + 8);
  }
  return canvas;
}

/** @type {(box: Box, picture: {width: number, height: number}) => [string, string]} */
function rangesOf([top, left, bottom, right], { width, height }) {
  /** @type {(from: number, to: number) => string} */
  const range = (from, to) => (to > from ? `${from} to ${to}` : `${from}`);
  return [range(Math.max(top, 0), Math.min(bottom, height) - 1), range(Math.max(left, 0), Math.min(right, width) - 1)];
}

/** As many decimals as the means have, so that the difference is right as it is written. @param {number} value */
const thousandths = (value) => String(Number(value.toFixed(3))).replace("-", "−");

/** What the levels are, and what the network reads of one. @type {(pixels: (Pixel | null)[], given: Given, order: number[]) => string} */
function readingText(pixels, { names, patch }, order) {
  const says = "The pixels under the kernel, with their levels of red, green and blue, 0 to 255.";
  const middle = pixels[pixels.length >> 1] ?? pixels.find((each) => each !== null);
  if (!middle || !names.every((name) => name.endsWith(MEAN))) return says;
  const read = order.map((c, i) => {
    const value = patch[middle.tap * names.length + c];
    return `${COLOURS[i]} ${middle.levels[i]} − ${thousandths(middle.levels[i] - value)} = ${thousandths(value)}`;
  });
  return `${says} The network reads them less their mean in its training photographs, row ${middle.at[0]}, column ${middle.at[1]} as ${read.join(", ")}.`;
}
