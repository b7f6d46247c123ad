// From a number one layer down, to that which gives most of it.

import { kernelOf, patch, taps } from "./convolution.js";
import { at } from "./planes.js";
import { windowUnder } from "./receptive_field.js";

/**
 * @import { Kernels, Layer, Pair, Planes } from "../state/types.js"
 * @typedef {{channel: number, cell: Pair, part: number}} Below   `part`, what that input channel adds to the number
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
  const tap = sums[best].indexOf(Math.max(...sums[best]));
  const [top, left] = windowUnder(/** @type {NonNullable<Layer["kernel"]>} */ (layer.kernel), cell);
  const columns = /** @type {NonNullable<Layer["kernel"]>} */ (layer.kernel).size[1];
  const below = inside([top + Math.floor(tap / columns), left + (tap % columns)], inputs);
  return { channel: best, cell: below, part: totals[best] };
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

/** @type {(cell: Pair, planes: Planes) => Pair} */
const inside = ([row, column], { rows, columns }) => [
  Math.min(Math.max(row, 0), rows - 1),
  Math.min(Math.max(column, 0), columns - 1),
];
