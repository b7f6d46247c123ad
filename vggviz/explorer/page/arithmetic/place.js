// The values of all channels of a layer at one place.

import { at } from "./planes.js";
import { sheetUnits } from "./thumbnails.js";

/** @import { Layer, Pair, Planes, Sheet, Statistics } from "../state/types.js" */

/**
 * @param {Planes} planes
 * @param {Pair} cell
 * @returns {Float32Array} a value a channel
 */
export function valuesAt(planes, cell) {
  return Float32Array.from({ length: planes.channels }, (_, channel) => at(planes, channel, cell));
}

/**
 * The same from thumbnails: rounded, and averaged where a thumbnail is smaller than the map.
 * @param {Sheet} sheet
 * @param {Layer} layer
 * @param {Pair} cell
 * @param {Statistics} statistics
 * @returns {Float32Array}
 */
export function sheetValuesAt({ levels, width }, layer, [row, column], { maximum }) {
  const { columns, tile } = layer.sheet;
  const [y, x] = [Math.floor((row * tile[0]) / layer.rows), Math.floor((column * tile[1]) / layer.columns)];
  return Float32Array.from({ length: layer.channels }, (_, channel) => {
    const { zero, unit } = sheetUnits(layer.signed, maximum[channel]);
    const start = Math.floor(channel / columns) * tile[0] * width + (channel % columns) * tile[1];
    return (levels[start + y * width + x] - zero) * unit;
  });
}
