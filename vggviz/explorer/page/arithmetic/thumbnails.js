// Sheets of thumbnails: one image of a layer, a tile a channel, in levels of the channel's largest |value|.

/** @import { Layer, Sheet } from "../state/types.js" */

/** @typedef {{first: number, weights: number[]}} Span   cells that a pixel of a thumbnail covers, and shares of them */

/**
 * A sheet of averages.
 * @param {Float32Array} planes channels first
 * @param {Layer} layer
 * @param {number[]} maximum of each channel
 * @returns {{levels: Uint8Array<ArrayBuffer>, width: number}}
 */
export function sheet(planes, layer, maximum) {
  const { rows, columns, channels, signed } = layer;
  const [high, wide] = layer.sheet.tile;
  const width = layer.sheet.columns * wide;
  const levels = new Uint8Array(Math.ceil(channels / layer.sheet.columns) * high * width);
  const shrink = shrinker(layer);
  for (let c = 0; c < channels; c++) {
    const small = shrink(planes.subarray(c * rows * columns, (c + 1) * rows * columns));
    const unit = maximum[c] > 0 ? (signed ? 127 : 255) / maximum[c] : 0;
    const start = tileStart(c, layer, width);
    small.forEach((value, i) => {
      const level = Math.round(value * unit + (signed ? 128 : 0));
      levels[start + Math.floor(i / wide) * width + (i % wide)] = Math.min(Math.max(level, 0), 255);
    });
  }
  return { levels, width };
}

/**
 * The thumbnail of one channel.
 * @param {Sheet} sheet
 * @param {Layer} layer
 * @param {number} channel
 * @returns {Uint8Array} rows * columns levels
 */
export function tileOf({ levels, width }, layer, channel) {
  const [rows, columns] = layer.sheet.tile;
  const start = tileStart(channel, layer, width);
  const values = new Uint8Array(rows * columns);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) values[i++] = levels[start + y * width + x];
  }
  return values;
}

/**
 * What the levels of a sheet stand for, as `paint` wants it.
 * @param {boolean} signed
 * @param {number} maximum the channel's largest |value|
 * @returns {{zero: number, unit: number}}
 */
export function sheetUnits(signed, maximum) {
  return signed ? { zero: 128, unit: maximum / 127 } : { zero: 0, unit: maximum / 255 };
}

/**
 * Where a channel's tile begins in the sheet's levels.
 * @type {(channel: number, layer: Layer, width: number) => number}
 */
export function tileStart(channel, { sheet: { columns, tile } }, width) {
  return Math.floor(channel / columns) * tile[0] * width + (channel % columns) * tile[1];
}

/**
 * A function that averages a map down to a thumbnail; its result is written anew by the next call.
 * @param {Layer} layer
 * @returns {(map: Float32Array) => Float64Array}
 */
function shrinker({ rows, columns, sheet: { tile } }) {
  const [high, wide] = tile;
  const [spans, sides] = [shares(rows, high), shares(columns, wide)];
  const narrow = new Float32Array(rows * wide);
  const small = new Float64Array(high * wide);
  return (map) => {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < wide; x++) narrow[y * wide + x] = average(map, y * columns, 1, sides[x]);
    }
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) small[y * wide + x] = average(narrow, x, wide, spans[y]);
    }
    return small;
  };
}

/** @type {(length: number, count: number) => Span[]} */
function shares(length, count) {
  const size = length / count;
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i * size, (i + 1) * size];
    const first = Math.floor(from + 1e-9);
    const last = Math.ceil(to - 1e-9);
    const weights = Array.from({ length: last - first }, (_, j) =>
      (Math.min(to, first + j + 1) - Math.max(from, first + j)) / size,
    );
    return { first, weights };
  });
}

/** @type {(values: Float32Array, start: number, step: number, span: Span) => number} */
function average(values, start, step, { first, weights }) {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * values[start + (first + i) * step];
  return sum;
}
