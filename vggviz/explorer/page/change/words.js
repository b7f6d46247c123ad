// What is said of what is computed.

import { counted, formatted, formattedBytes, hundredths } from "../arithmetic/number_format.js";

/**
 * @import { Live } from "../state/types.js"
 * @typedef {"gradient" | "product" | "guided" | "grad_cam"} MapKind
 * @typedef {{largest: number, mean: number}} Extent   of a change, in grey levels
 */

/** @type {Record<MapKind, string>} */
export const MAP_NAMES = Object.freeze({ gradient: "Gradient", product: "× input", guided: "Guided", grad_cam: "Grad-CAM" });

/** Before a map is chosen. */
export const BEFORE = "Which pixels count? Each button computes it in another way, and says how.";

/**
 * What a map shows of a score.
 * @type {(kind: MapKind, what: string, layer: string, limit: number) => string} `what` is explained; `limit`, what full
 *   colour stands for
 */
export function mapText(kind, what, layer, limit) {
  const most = formatted(limit);
  const size = "Its size without its sign, of the colour with the largest; " +
    `full colour is ${most} or more, for one unit of what the network reads.`;
  const texts = {
    gradient: `How much ${what} would change if a pixel changed a little. ${size}`,
    product: `Each pixel times its gradient: red speaks for ${what}, blue against it. Full colour is ${most} or more.`,
    guided: `Guided backpropagation: the gradient of ${what}, of which each ReLU lets through only what is positive. ${size}`,
    grad_cam: `Where the maps of ${layer} speak for ${what}: each one weighted by its mean gradient, and added. ` +
      `What is below zero, against it, is left out; full colour is ${most}.`,
  };
  return texts[kind];
}

/**
 * What the control tells.
 * @param {number | null} agreement rank correlation with the map of the trained network; null if nothing is left of it
 */
export function controlText(agreement) {
  const found = agreement === null
    ? "the map is zero everywhere."
    : `the map agrees with the network’s to ${hundredths(agreement)} (rank correlation; 1 is the same map).`;
  return `With the kernels’ weights in a random order, ${found} What stays the same shows the photograph’s edges, not what ` +
    "the network has learnt. Each map has a scale of its own.";
}

/**
 * What must be downloaded first, and whether the browser is a slow one.
 * @type {(live: Live, isKept: boolean, isSlow?: boolean) => string}
 */
export function downloadText({ segments, runtime }, isKept, isSlow = false) {
  const slow = isSlow ? " Firefox computes on one thread here, so it takes longer than in other browsers." : "";
  if (isKept) return `The network is kept in this browser: nothing more is downloaded.${slow}`;
  const sum = segments.reduce((all, { bytes }) => all + bytes, 0);
  return `Loads the network first, once: ${formattedBytes(sum)}, and ${formattedBytes(runtime)} for what runs it.${slow}`;
}

/**
 * What becomes of a picture that is kept, and what it replaces.
 * @type {(given: {size: number, side: number, own: string | null}) => string} `own`, the title of the reader's own picture
 */
export function keepText({ size, side, own }) {
  const fills = size < side ? [`It is repeated until it fills ${side} × ${side} pixels.`] : [];
  return [...fills, ...(own === null ? [] : [`It takes the place of your picture “${own}”.`])].join(" ");
}

/** @param {Extent} extent */
export function extentText({ largest, mean }) {
  return `Largest change ${counted(largest, "grey level")} of 255; on average ${formatted(mean)}.`;
}
