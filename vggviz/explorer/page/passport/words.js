// What is said of a channel's numbers: whole sentences, the text alternative of the drawings.

import { formatted } from "../arithmetic/number_format.js";

const HUES = [
  "red", "orange", "yellow", "yellowish green", "green", "bluish green", "cyan", "greenish blue", "blue", "violet",
  "magenta", "pinkish red",
];
const ORIENTATIONS = ["horizontal bars", "bars that rise to the right", "vertical bars", "bars that rise to the left"];
const DIRECTIONS = ["the right", "the upper right", "the top", "the upper left", "the left", "the lower left", "the bottom", "the lower right"];

/** The nearest name of names around a circle. @type {(names: string[], degrees: number, turn?: number) => string} */
export function named(names, degrees, turn = 360) {
  const step = turn / names.length;
  return names[((Math.round(degrees / step) % names.length) + names.length) % names.length];
}

/** How much of its largest a curve loses. @param {number[]} values */
export function depth(values) {
  const largest = Math.max(...values);
  return largest > 0 ? (largest - Math.min(...values)) / largest : 0;
}

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** A share that is nearly all, or nearly nothing, is not called all or nothing. @param {number} share */
export function nearly(share) {
  if (share > 0.99 && share < 1) return "more than 99\u00a0%";
  return share > 0 && share < 0.01 ? "less than 1\u00a0%" : percent(share);
}

/** How much a curve changes, and the control beside it. @type {(own: number[], control: number[] | null) => string} */
export function variation(own, control) {
  const beside = control ? `; that of the random network by ${percent(depth(control))}` : "";
  return `The curve falls by up to ${percent(depth(own))}${beside}.`;
}

/** @param {number} degrees */
export const orientationWords = (degrees) => `Strongest for ${named(ORIENTATIONS, degrees, 180)} (${Math.round(degrees)}°).`;

/** @param {number} degrees */
export const hueWords = (degrees) => `Strongest for ${named(HUES, degrees)} (${Math.round(degrees)}°).`;

/** @param {number} cycles a pixel */
export const frequencyWords = (cycles) => `Strongest for bars that repeat every ${formatted(Number((1 / cycles).toPrecision(2)))} pixels.`;

/** @param {number} contrast */
export const contrastWords = (contrast) => `Half of its largest response at a contrast of ${percent(contrast)}.`;

/** @type {(radius: number, degrees: number) => string} a straight edge has no finite radius */
export function curvatureWords(radius, degrees) {
  const isCurve = Number.isFinite(radius) && radius > 0;
  const what = isCurve ? `curves of radius ${formatted(radius)} pixels` : "straight edges";
  if (Number.isNaN(degrees)) return `Strongest for ${what}.`;
  return `Strongest for ${what}${isCurve ? " that bulge to " : " whose outside is at "}${named(DIRECTIONS, degrees)}.`;
}

/** A share of weights with its sign. @param {number} share */
export const signedPercent = (share) => `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;

/** @param {number} share */
export const effect = (share) => (share < 0 ? "inhibits" : "excites");

/** What becomes of the lead of the first answer. @type {(change: number, isExact: boolean) => string} */
export function leadText(change, isExact) {
  const how = isExact ? "" : ", by a first-order estimate";
  const does = change < 0 ? "falls" : "rises";
  return `The lead of the first answer’s score over the second’s ${does} by ${formatted(Math.abs(change))}${how}.`;
}
