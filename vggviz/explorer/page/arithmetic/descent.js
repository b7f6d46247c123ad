// From a number one layer down, to that which gives most of it.

import { kernelOf, patch, taps } from "./convolution.js";
import { at } from "./planes.js";
import { windowUnder } from "./receptive_field.js";

/**
 * @import { Kernels, Layer, Pair, Planes } from "../state/types.js"
 * @typedef {{channel: number, cell: Pair, part: number}} Below   `part`, what that input channel adds to the number
 * @typedef {{cell: Pair, product: number}} Tap   a cell under the kernel, and what it adds
 */

/**
 * Of a convolution: the input channel that adds most, and under the kernel the place of its largest product.
 * @param {Layer} layer
 * @param {{channel: number, cell: Pair}} place
 * @param {Planes} inputs of the layer that `layer` reads
 * @param {Kernels} kernels
 * @returns {Below}
 */
export function belowConvolution(layer, { channel, cell }, inputs, { weights }) {
  const kernel = kernelOf(weights, layer, channel);
  const products = patch(inputs, layer, cell).map((value, i) => value * kernel[i]);
  const sums = Array.from({ length: inputs.channels }, (_, c) => taps(products, inputs.channels, c));
  const totals = sums.map((each) => each.reduce((sum, value) => sum + value, 0));
  const best = totals.indexOf(Math.max(...totals));
  return { channel: best, cell: largestTap(layer, cell, inputs, sums[best]).cell, part: totals[best] };
}

/**
 * Of one input channel, the cell under the kernel whose product is largest of those that have the sign of their sum.
 * @param {Layer} layer
 * @param {Pair} cell of `layer`
 * @param {{rows: number, columns: number}} inputs of the layer that `layer` reads
 * @param {ArrayLike<number>} products kh * kw, of that channel
 * @returns {Tap}
 */
export function largestTap(layer, cell, inputs, products) {
  const all = Array.from(products);
  const sign = all.reduce((sum, value) => sum + value, 0) < 0 ? -1 : 1;
  const tap = all.reduce((best, value, i) => (sign * value > sign * all[best] ? i : best), 0);
  const kernel = /** @type {NonNullable<Layer["kernel"]>} */ (layer.kernel);
  return { cell: inside(tapCell(kernel, cell, tap), inputs), product: all[tap] };
}

/**
 * Where a number under a kernel stands, outside of the map where the kernel overhangs it.
 * @type {(kernel: NonNullable<Layer["kernel"]>, cell: Pair, tap: number) => Pair}
 */
export function tapCell(kernel, cell, tap) {
  const [top, left] = windowUnder(kernel, cell);
  const columns = kernel.size[1];
  return [top + Math.floor(tap / columns), left + (tap % columns)];
}

/**
 * Of a pool: the strongest cell under its window.
 * @param {Layer} layer
 * @param {{channel: number, cell: Pair}} place
 * @param {Planes} inputs
 * @returns {Below}
 */
export function belowPool(layer, { channel, cell }, inputs) {
  const window = windowUnder(/** @type {NonNullable<Layer["pool"]>} */ (layer.pool), cell);
  const [top, left, bottom, right] = window;
  /** @type {Below} */
  let best = { channel, cell: inside([top, left], inputs), part: -Infinity };
  for (let y = Math.max(top, 0); y < Math.min(bottom, inputs.rows); y++) {
    for (let x = Math.max(left, 0); x < Math.min(right, inputs.columns); x++) {
      const value = at(inputs, channel, [y, x]);
      if (value > best.part) best = { channel, cell: [y, x], part: value };
    }
  }
  return best;
}

/** @type {(cell: Pair, planes: {rows: number, columns: number}) => Pair} */
const inside = ([row, column], { rows, columns }) => [
  Math.min(Math.max(row, 0), rows - 1),
  Math.min(Math.max(column, 0), columns - 1),
];
