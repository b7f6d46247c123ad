// The maps of one layer: planes, one a channel, row by row.

import { unpacked } from "./half_precision.js";

/** @import { Pair, Planes } from "../state/types.js" */

/**
 * @param {ArrayBuffer} buffer unpacked: float16, or float32 where halves would not hold the values
 * @param {{name: string, rows: number, columns: number, channels: number}} layer
 * @returns {Planes}
 * @throws {Error} the bytes are not those of the layer's maps
 */
export function planes(buffer, layer) {
  const { name, rows, columns, channels } = layer;
  const count = rows * columns * channels;
  const data = unpacked(buffer, count);
  if (!data) {
    throw new Error(`The maps of ${name} have ${buffer.byteLength} bytes, not ${2 * count}; load the page again.`);
  }
  return { data, rows, columns, channels };
}

/**
 * @param {Planes} planes
 * @param {number} channel
 * @returns {Float32Array} rows * columns values; a view, not a copy
 */
export function plane({ data, rows, columns }, channel) {
  return data.subarray(channel * rows * columns, (channel + 1) * rows * columns);
}

/**
 * @param {Planes} planes
 * @param {number} channel
 * @param {Pair} cell
 * @returns {number}
 */
export function at({ data, rows, columns }, channel, [row, column]) {
  return data[(channel * rows + row) * columns + column];
}

/**
 * The value that is farthest from zero, and the first cell that has it.
 * @param {ArrayLike<number>} values
 * @param {number} columns
 * @returns {{value: number, cell: Pair}}
 */
export function strongest(values, columns) {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    // A NaN is never the strongest, unless there is nothing else.
    if (Math.abs(values[i]) > Math.abs(values[best]) || Number.isNaN(values[best])) best = i;
  }
  return { value: values[best], cell: [Math.floor(best / columns), best % columns] };
}
