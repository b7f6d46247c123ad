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

/** Of the mean share: so much is added to a channel's share of other answers, so that those that are nearly silent do not lead. */
const FLOOR = 0.1;

/**
 * The channels of a layer that answer a sketch most, compared with what they answer to others: the share of the layer's
 * whole answer, as many times that for other sketches. So it makes no difference how much is drawn.
 * @param {Statistics} statistics of the sketch
 * @param {{empty: number[], others: number[]}} known mean of each channel's map without a sketch, and how much more it is with
 *   others
 * @param {number} count
 * @returns {Answer[]}
 */
export function strongest({ mean }, { empty, others }, count) {
  const more = mean.map((value, channel) => Math.max(value - empty[channel], 0));
  const [whole, usual] = [more, others].map((values) => values.reduce((sum, each) => sum + each, 0));
  if (!(whole > 0 && usual > 0)) return [];
  return more.map((value, channel) => ({ channel, times: value / whole / (others[channel] / usual + FLOOR / mean.length) }))
    .filter(({ times }) => times > 1)
    .sort((one, other) => other.times - one.times)
    .slice(0, count);
}
