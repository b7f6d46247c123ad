// The class activation map: what each cell adds to a class's score. With the bias, the cells add up to the score.

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Planes } from "../state/types.js"
 * @import { Classifier } from "./classifier.js"
 */

/**
 * @param {Planes} planes maps of the classifier's layer
 * @param {Classifier} classifier
 * @param {number} index of the class
 * @param {number[]} off channels that are off
 * @returns {Float64Array} rows * columns
 */
export function classActivation({ data, rows, columns, channels }, { kernel }, index, off) {
  const cells = new Float64Array(rows * columns);
  const dropped = new Set(off);
  for (let c = 0; c < channels; c++) {
    if (dropped.has(c)) continue;
    const share = kernel[index * channels + c] / cells.length;
    for (let i = 0; i < cells.length; i++) cells[i] += share * data[c * cells.length + i];
  }
  return cells;
}

/**
 * The largest |value|.
 * @param {ArrayLike<number>} cells
 * @returns {number}
 */
export function largestSize(cells) {
  return Array.from(cells).reduce((best, value) => Math.max(best, Math.abs(value)), 0);
}

/**
 * Pixels to lay over a grey photograph: one colour for what speaks for the class, one for what speaks against it,
 * the fainter the less it says.
 * @param {ArrayLike<number>} cells
 * @param {{limit: number, colours: Pick<Colours, "diverging">}} how `limit`, what full colour stands for
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA
 */
export function overlay(cells, { limit, colours }) {
  const [towards, against] = [colours.diverging(SHADE), colours.diverging(-SHADE)];
  const pixels = new Uint8ClampedArray(4 * cells.length);
  for (let i = 0; i < cells.length; i++) {
    const colour = cells[i] < 0 ? against : towards;
    const share = limit > 0 ? Math.min(Math.abs(cells[i]) / limit, 1) : 0;
    pixels.set([colour[0], colour[1], colour[2], Math.round(MOST * share)], 4 * i);
  }
  return pixels;
}

/** Which shades of the diverging colours stand for "for" and "against". */
const SHADE = 0.85;
/** Alpha of full colour: the photograph stays to be seen. */
const MOST = 217;
