// What is said in words for those who do not see the maps. Rows, columns and channels count from 0.

import { formatted } from "../arithmetic/number_format.js";
import { colourIn } from "../arithmetic/pixels.js";

/**
 * @import { Explained } from "../arithmetic/convolution.js"
 * @import { SumTexts } from "../arithmetic/sum_texts.js"
 * @import { Box, Layer, Pair } from "../state/types.js"
 */

/**
 * @typedef {{layer: Layer, strongest?: {value: number, cell: Pair} | null, maximum?: number, zeros?: number | null,
 *   before?: number | null}} Strength   `strongest` of the map, or its `maximum` until it is there; `zeros`, the share of
 *   cells that are zero; `before`, the largest value of a channel before it was switched off
 */

/** @type {(given: Strength & {channel: number}) => string} */
export function describeChannel({ layer, channel, ...rest }) {
  return `${layer.name}, channel ${channel} of ${layer.channels}: ${describeStrength({ layer, ...rest })}`;
}

/** The same without its name. @type {(given: Strength) => string} */
export function describeStrength({ layer, strongest = null, maximum = 0, zeros = null, before = null }) {
  const value = strongest ? strongest.value : maximum;
  if (before !== null) return `switched off; its largest was ${formatted(before)} before.`;
  if (value === 0 && layer.isChange) return "unchanged.";
  if (value === 0) return "silent on this picture, zero everywhere.";
  const where = strongest ? ` at row ${strongest.cell[0]}, column ${strongest.cell[1]}` : "";
  const rest = zeros === null || layer.signed ? "" : `; zero in ${percent(zeros)} of its cells`;
  return `largest ${formatted(value)}${where}${rest}.`;
}

/**
 * The classes that a channel prefers, whatever image is shown.
 * @param {[string, number][]} classes names and effect sizes, largest first
 * @returns {string} empty if there is none
 */
export function describePreferred(classes) {
  const parts = classes.map(([name, size]) => `${name} (${size.toFixed(1)})`);
  return parts.length ? `Strongest for: ${parts.join(", ")}.` : "";
}

/** Parts of a sum that are told one by one. */
const TOLD = 3;

/**
 * The arithmetic of a cell in one line: "319 = 121 from red − 12 from blue + 208 from green + 2 bias".
 * @param {Explained} explained
 * @param {SumTexts} texts
 * @param {string[] | null} names of the input channels, if they have names
 * @returns {string}
 */
export function describeSum(explained, texts, names = null) {
  const { products, others } = explained;
  const told = products.slice(0, TOLD);
  const parts = told.map(({ channel }, i) => [texts.products[i], `from ${names ? colourIn(names[channel]) : `channel ${channel}`}`]);
  const count = others + products.length - told.length;
  if (count) parts.push([texts.first(told.length), count === 1 ? "from one other" : `from ${count} others`]);
  parts.push([texts.bias, "bias"]);
  const text = parts.map(([size, of], i) => `${i ? signed(size) : size} ${of}`).join(" ");
  const sum = explained.sum === explained.value ? texts.sum : `${texts.sum}, made ${texts.write(explained.value)} by the ReLU,`;
  return `${sum} = ${text}.`;
}

/** As it stands in a sum. @type {(size: string) => string} */
const signed = (size) => (size.startsWith("−") ? size.replace("−", "− ") : `+ ${size}`);

/**
 * Which pixels a cell sees.
 * @param {Box | null} box
 * @returns {string}
 */
export function describeSight(box) {
  if (!box) return "Which pixels it sees is not known.";
  const [top, left, bottom, right] = box;
  if (top >= bottom || left >= right) return "It sees nothing of the picture.";
  return `It sees ${span("row", top, bottom)} and ${span("column", left, right)} of the picture.`;
}

/** @type {(word: string, start: number, end: number) => string} */
function span(word, start, end) {
  return end - start === 1 ? `${word} ${start}` : `${word}s ${start} to ${end - 1}`;
}

/** Nearly none is not none, and nearly all not all. @type {(share: number) => string} */
function percent(share) {
  if (share > 0 && share < 0.01) return "less than 1%";
  if (share < 1 && share > 0.99) return "more than 99%";
  return `${Math.round(100 * share)}%`;
}
