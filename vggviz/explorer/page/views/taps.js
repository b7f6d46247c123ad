// A few numbers as coloured boxes with the numbers in them: what lies under a kernel, or the kernel.

import { formatted } from "../arithmetic/number_format.js";
import { button, draw, element } from "./elements.js";
import { paint } from "../arithmetic/colours.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Pair } from "../state/types.js"
 * @typedef {{title: string, act: () => void}} Step
 */

/** More columns than this have no room for numbers. */
const MOST = 5;

/**
 * @param {Float32Array} values rows * columns
 * @param {Pair} size
 * @param {{limit: number, colours: Colours, words: string, stepOf?: (i: number) => Step | null}} how `words` say what the
 *   numbers are; `stepOf` leads to where a number comes from
 * @returns {HTMLElement}
 */
export function tapsFigure(values, [rows, columns], { limit, colours, words, stepOf = () => null }) {
  const label = `${words}: ${Array.from(values, formatted).join(", ")}`;
  const isPicture = columns > MOST;
  const boxes = isPicture ? [picture(values, rows, columns, { limit, colours })]
    : numbers(values, { limit, colours }).map((box, i) => leading(box, stepOf(i), values[i]));
  const role = isPicture || !stepOf(0) ? "img" : "group";
  const grid = element("div", { class: "taps", role, "aria-label": label }, ...boxes);
  grid.style.setProperty("--columns", String(columns > MOST ? 1 : columns));
  return element("figure", {}, grid, element("figcaption", {}, words));
}

/** @type {(values: Float32Array, how: {limit: number, colours: Colours}) => HTMLElement[]} */
function numbers(values, { limit, colours }) {
  return Array.from(values, (value) => {
    const [r, g, b] = colours.diverging(limit > 0 ? value / limit : 0);
    const box = element("span", { class: isDark(r, g, b) ? "dark" : "" }, short(value));
    box.style.backgroundColor = `rgb(${r} ${g} ${b})`;
    return box;
  });
}

/** @type {(box: HTMLElement, step: Step | null, value: number) => HTMLElement} */
function leading(box, step, value) {
  if (!step) return box;
  return button({ title: step.title, "aria-label": `${formatted(value)}. ${step.title}`, onclick: step.act }, box);
}

/** @type {(values: Float32Array, rows: number, columns: number, how: {limit: number, colours: Colours}) => HTMLElement} */
function picture(values, rows, columns, { limit, colours }) {
  const canvas = element("canvas");
  draw(canvas, paint(values, { limit, signed: true, colours }), rows, columns);
  return canvas;
}

/** Relative luminance, below which white letters are read better. @type {(r: number, g: number, b: number) => boolean} */
export function isDark(...levels) {
  const [r, g, b] = levels.map((level) => (level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179;
}

/** Two digits, for a small box. @type {(value: number) => string} */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1000 || value === 0) return formatted(value);
  if (size < 1e-4) return value.toExponential(0).replaceAll("-", "−");
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : size >= 1e-3 ? 3 : 4;
  return value.toFixed(digits).replace("-", "−").replace(/^(−?)0\./, "$1.");
}
