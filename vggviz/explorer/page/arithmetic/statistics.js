// The maps of a layer that was computed in the page, and their statistics, in the form that files have.

/** @import { Statistics } from "../state/types.js" */

/**
 * Channels first, as the page keeps maps.
 * @param {Float32Array} values rows * columns * channels, the channel runs fastest
 * @param {{rows: number, columns: number, channels: number}} layer
 * @returns {Float32Array}
 */
export function planar(values, { rows, columns, channels }) {
  const cells = rows * columns;
  const planes = new Float32Array(values.length);
  // A few channels at a time, so that what is written stays in the processor's cache.
  for (let from = 0; from < channels; from += 16) {
    const to = Math.min(from + 16, channels);
    for (let cell = 0; cell < cells; cell++) {
      for (let c = from; c < to; c++) planes[c * cells + cell] = values[cell * channels + c];
    }
  }
  return planes;
}

/**
 * @param {Float32Array} planes channels first
 * @param {number} channels
 * @returns {Statistics}
 */
export function statistics(planes, channels) {
  const cells = planes.length / channels;
  /** @type {Statistics} */
  const found = { maximum: [], mean: [], variance: [], zeros: [] };
  for (let c = 0; c < channels; c++) {
    const { maximum, mean, variance, zeros } = ofMap(planes.subarray(c * cells, (c + 1) * cells));
    found.maximum.push(maximum);
    found.mean.push(mean);
    found.variance.push(variance);
    found.zeros.push(zeros);
  }
  return found;
}

/** @type {(map: Float32Array) => {maximum: number, mean: number, variance: number, zeros: number}} */
function ofMap(map) {
  let [maximum, sum, zeros, squares] = [0, 0, 0, 0];
  for (let i = 0; i < map.length; i++) {
    const size = map[i] < 0 ? -map[i] : map[i];
    if (size > maximum) maximum = size;
    if (map[i] <= 0) zeros += 1;
    sum += map[i];
  }
  const mean = sum / map.length;
  for (let i = 0; i < map.length; i++) squares += (map[i] - mean) ** 2;
  return { maximum, mean, variance: squares / map.length, zeros: zeros / map.length };
}
