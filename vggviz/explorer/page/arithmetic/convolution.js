// How a convolution computes the value of one cell.

import { windowUnder } from "./receptive_field.js";

/** @import { Layer, Pair, Planes } from "../state/types.js" */

/**
 * @typedef {{products: {channel: number, sum: number}[], remainder: number, others: number, bias: number,
 *   sum: number, value: number}} Explained
 */

/** @type {Record<string, (sum: number) => number>} */
const ACTIVATIONS = { relu: (sum) => Math.max(sum, 0), linear: (sum) => sum };

/**
 * What lies under the kernel at a cell; zeros where the kernel overhangs the map.
 * @param {Planes} planes of the layer that `layer` reads
 * @param {Layer} layer
 * @param {Pair} cell of `layer`
 * @returns {Float32Array} kh * kw * in values, the input channel runs fastest
 * @throws {Error} the layer has no kernel to show
 */
export function patch({ data, rows, columns, channels }, layer, cell) {
  if (!layer.kernel) throw new Error(`The arithmetic of ${layer.name} cannot be shown: it has no kernel here.`);
  const [top, left, bottom, right] = windowUnder(layer.kernel, cell);
  const values = new Float32Array((bottom - top) * (right - left) * channels);
  let start = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, start += channels) {
      if (y < 0 || y >= rows || x < 0 || x >= columns) continue;
      for (let c = 0; c < channels; c++) values[start + c] = data[(c * rows + y) * columns + x];
    }
  }
  return values;
}

/**
 * @param {Float32Array} kernels of the layer, (out, kh, kw, in)
 * @param {Layer} layer
 * @param {number} channel
 * @returns {Float32Array} kh * kw * in values, ordered as `patch`; a view, not a copy
 */
export function kernelOf(kernels, layer, channel) {
  const length = kernels.length / layer.channels;
  return kernels.subarray(channel * length, (channel + 1) * length);
}

/**
 * One input channel of a patch or a kernel.
 * @param {Float32Array} values kh * kw * in
 * @param {number} channels in
 * @param {number} channel
 * @returns {Float32Array} kh * kw values
 */
export function taps(values, channels, channel) {
  return Float32Array.from({ length: values.length / channels }, (_, tap) => values[tap * channels + channel]);
}

/**
 * The sum in a cell, by input channel: the largest products, the remainder, the bias, the activation.
 * @param {{patch: Float32Array, kernel: Float32Array, bias: number, activation: string, channels: number,
 *   top?: number}} given `channels` is the number of input channels; `top`, of products that are
 *   listed, the rest is `remainder`
 * @returns {Explained} products by falling size, ties by index; they, remainder and bias add up to sum
 * @throws {Error} a patch that is not the kernel's, or an activation that is not known
 */
export function explain({ patch, kernel, bias, activation, channels, top = 8 }) {
  check(patch, kernel, activation, channels);
  const sums = byChannel(patch, kernel, channels);
  const all = Array.from(sums, (sum, channel) => ({ channel, sum }));
  all.sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum) || one.channel - other.channel);
  const products = all.slice(0, top);
  const remainder = total(all.slice(top));
  const sum = total(products) + remainder + bias;
  const others = all.length - products.length;
  return { products, remainder, others, bias, sum, value: ACTIVATIONS[activation](sum) };
}

/**
 * Whether a computed value is the stored one, as near as half precision lets it be.
 * @param {number} value
 * @param {number} stored
 * @param {number} maximum largest |value| of the layer
 * @returns {boolean}
 */
export function agrees(value, stored, maximum) {
  return Math.abs(value - stored) <= 1e-3 * maximum;
}

/** @type {(patch: Float32Array, kernel: Float32Array, activation: string, channels: number) => void} */
function check(patch, kernel, activation, channels) {
  if (patch.length !== kernel.length || kernel.length % channels) {
    const lengths = `A patch of ${patch.length} values and a kernel of ${kernel.length}`;
    throw new Error(`${lengths} do not fit ${channels} input channels.`);
  }
  if (!Object.hasOwn(ACTIVATIONS, activation)) {
    throw new Error(`The arithmetic is known for relu and linear, not for “${activation}”.`);
  }
}

/** @type {(patch: Float32Array, kernel: Float32Array, channels: number) => Float64Array} */
function byChannel(patch, kernel, channels) {
  const sums = new Float64Array(channels);
  for (let i = 0; i < patch.length; i++) sums[i % channels] += patch[i] * kernel[i];
  return sums;
}

/** @type {(products: {sum: number}[]) => number} */
const total = (products) => products.reduce((sum, product) => sum + product.sum, 0);
