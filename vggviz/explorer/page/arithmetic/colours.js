// Numbers as colours. The tables come from matplotlib, so the page's colours are the figures' colours.

import { formatted } from "./number_format.js";

/**
 * @typedef {[number, number, number]} Rgb    0 to 255
 * @typedef {{viridis: (value: number) => Rgb, diverging: (value: number) => Rgb,
 *   viridisTable: Uint8Array, divergingTable: Uint8Array}} Colours
 */

const LEVELS = 256;

/**
 * @param {{viridis: Rgb[], RdBu_r: Rgb[]}} table colours.json, 256 colours each
 * @returns {Colours} viridis takes 0 to 1, diverging -1 to 1; what lies outside is cut
 */
export function colours(table) {
  const [viridisTable, divergingTable] = [flat(table, "viridis"), flat(table, "RdBu_r")];
  return {
    viridis: (value) => colourAt(viridisTable, value),
    diverging: (value) => colourAt(divergingTable, (value + 1) / 2),
    viridisTable,
    divergingTable,
  };
}

/**
 * Marks of a colourbar: its two ends exactly, and round numbers between them.
 * @param {number} limit
 * @param {boolean} signed
 * @returns {{value: number, at: number, text: string}[]} rising, `at` 0 to 1 along the bar; none if limit is 0
 */
export function ticks(limit, signed) {
  if (!(limit > 0)) return [];
  const step = roundStep(limit / (signed ? 2 : 4));
  const above = [];
  // A mark nearer to the end than half a step would run into it.
  for (let k = 1; k * step <= limit - step / 2; k++) above.push(k * step);
  above.push(limit);
  const below = signed ? above.map((value) => -value).reverse() : [];
  return [...below, 0, ...above].map((value) => ({
    value,
    at: signed ? (value / limit + 1) / 2 : value / limit,
    text: formatted(value),
  }));
}

/**
 * Pixels for values. The number behind a value is (value - zero) * unit.
 * @param {ArrayLike<number>} values
 * @param {{limit: number, signed: boolean, colours: Colours, zero?: number, unit?: number, fade?: boolean}} how `fade`
 *   makes a value as transparent as it is near to zero
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA; transparent for NaN, and for all if limit is 0
 */
export function paint(values, { limit, signed, colours, zero = 0, unit = 1, fade = false }) {
  const pixels = new Uint8ClampedArray(4 * values.length);
  if (!(limit > 0)) return pixels;
  const table = signed ? colours.divergingTable : colours.viridisTable;
  for (let i = 0; i < values.length; i++) {
    const share = ((values[i] - zero) * unit) / limit;
    if (Number.isNaN(share)) continue;
    const level = 3 * levelOf(signed ? (share + 1) / 2 : share);
    pixels[4 * i] = table[level];
    pixels[4 * i + 1] = table[level + 1];
    pixels[4 * i + 2] = table[level + 2];
    pixels[4 * i + 3] = fade ? 255 * Math.abs(share) : 255;
  }
  return pixels;
}

/** @type {(table: Record<string, Rgb[]>, name: string) => Uint8Array} */
function flat(table, name) {
  if (table[name]?.length !== LEVELS) {
    throw new Error(`The colours ${name} have ${table[name]?.length ?? 0} levels, not ${LEVELS}.`);
  }
  return Uint8Array.from(table[name].flat());
}

/** As matplotlib chooses: each level is as wide as the others. @type {(share: number) => number} */
function levelOf(share) {
  return share > 0 ? Math.min(Math.floor(share * LEVELS), LEVELS - 1) : 0;
}

/** @type {(table: Uint8Array, share: number) => Rgb} */
function colourAt(table, share) {
  const level = 3 * levelOf(share);
  return [table[level], table[level + 1], table[level + 2]];
}

/** The least of 1, 2, 5, 10, 20, 50, ... that is not below. @type {(least: number) => number} */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}
