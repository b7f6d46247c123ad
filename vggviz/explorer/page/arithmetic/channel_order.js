// The order of a layer's channels.

/** @import { Sort, Statistics } from "../state/types.js" */

/**
 * The channels in order, silent ones last, ties by strength, then by index. By "number", which is by index, a silent one keeps its place.
 * @param {Statistics} statistics
 * @param {Sort} sort
 * @param {ArrayLike<number> | null} [here] each channel's value at the place; without it "here" is by strength
 * @returns {number[]} indices
 */
export function ordered(statistics, sort, here = null) {
  const channels = Array.from(statistics.maximum.keys());
  if (sort === "number") return channels;
  const values = measured(statistics, sort, here);
  const key = channels.map((i) => (isSilent(statistics, i) ? -Infinity : values(i)));
  // Most are zero at a place: of those, the stronger first.
  const strength = sort === "here" ? statistics.maximum : key;
  return channels.sort((one, other) => {
    if (key[one] !== key[other]) return key[other] - key[one];
    return (strength[other] || 0) - (strength[one] || 0) || one - other;
  });
}

/**
 * The channel that is strongest at the place, or in the whole layer where all are zero there, or without a place.
 * @param {Statistics} statistics
 * @param {ArrayLike<number> | null} here
 * @returns {number}
 */
export function strongestChannel(statistics, here) {
  const isAnswered = here && Array.from(here).some((value) => value !== 0 && !Number.isNaN(value));
  return ordered(statistics, isAnswered ? "here" : "strength", here)[0];
}

/**
 * Whether a channel is zero everywhere in this image.
 * @param {Statistics} statistics
 * @param {number} channel
 * @returns {boolean}
 */
export function isSilent(statistics, channel) {
  return !(statistics.maximum[channel] > 0);
}

/**
 * What stands first: the channel where this is largest.
 * @type {(statistics: Statistics, sort: Sort, here: ArrayLike<number> | null) => (channel: number) => number}
 */
function measured({ maximum, zeros }, sort, here) {
  if (sort === "zeros") return (i) => zeros[i] ?? -Number.MAX_VALUE;
  if (sort === "strength" || (sort === "here" && !here)) return (i) => maximum[i];
  if (sort === "here" && here) return (i) => Math.abs(here[i]) || 0;
  throw new Error(`Channels are sorted by what is here, by strength, zeros or number, not by “${sort}”.`);
}
