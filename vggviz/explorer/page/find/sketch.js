// What a reader has sketched, as a picture for the network: on the grey that it reads as nothing, in two sizes.

/**
 * @import { Colour } from "../paint/strokes.js"
 * @import { Statistics } from "../state/types.js"
 * @typedef {{channel: number, times: number}} Answer   `times` what the channel answers to other sketches
 */

/** Side of the sketch in pixels. */
export const SIDE = 64;

/** Between two of them. */
const GAP = 8;

/**
 * The sketch in its own size and twice as large, as far as there is room, so that deeper channels, which see more, are asked too.
 * @param {Uint8ClampedArray} sketch RGB, size * size * 3
 * @param {{size: number, side: number, ground: Colour}} about `size` of the sketch, `side` of what the network reads
 * @returns {Uint8ClampedArray} RGB, side * side * 3
 */
export function laidOut(sketch, { size, side, ground }) {
  const levels = new Uint8ClampedArray(side * side * 3);
  for (let i = 0; i < levels.length; i++) levels[i] = ground[i % 3];
  const both = 3 * size + 3 * GAP <= side;
  if (!both) {
    lay(levels, side, { sketch, size, times: 1, at: [(side - size) >> 1, (side - size) >> 1] });
    return levels;
  }
  const left = (side - 3 * size - GAP) >> 1;
  lay(levels, side, { sketch, size, times: 1, at: [(side - size) >> 1, left] });
  lay(levels, side, { sketch, size, times: 2, at: [(side - 2 * size) >> 1, left + size + GAP] });
  return levels;
}

/** @type {(levels: Uint8ClampedArray, side: number, part: {sketch: Uint8ClampedArray, size: number, times: number, at: [number, number]}) => void} */
function lay(levels, side, { sketch, size, times, at: [top, left] }) {
  for (let y = 0; y < size * times; y++) {
    for (let x = 0; x < size * times; x++) {
      const from = 3 * (Math.floor(y / times) * size + Math.floor(x / times));
      const to = 3 * ((top + y) * side + left + x);
      for (let c = 0; c < 3; c++) levels[to + c] = sketch[from + c];
    }
  }
}

/** Of the layer's mean: so much is added to what a channel answers to others, so that those that are nearly silent do not lead. */
const FLOOR = 0.1;

/**
 * The channels of a layer that answer a sketch most, compared with what they answer to others.
 * @param {Statistics} statistics of the sketch
 * @param {ArrayLike<number>} others mean answer of each channel to other sketches
 * @param {number} count
 * @returns {Answer[]} those that answer it more than others
 */
export function strongest({ mean }, others, count) {
  const floor = FLOOR * Array.from(others).reduce((sum, each) => sum + each / others.length, 0);
  return mean.map((value, channel) => ({ channel, times: floor > 0 ? value / (Math.max(others[channel], 0) + floor) : 0 }))
    .filter(({ times }) => times > 1)
    .sort((one, other) => other.times - one.times)
    .slice(0, count);
}
