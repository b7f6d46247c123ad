// The order of a layer's channels.

/** @typedef {import("./manifest.js").Statistics} Statistics */

/** What stands first: the channel where this is largest. */
const MEASURES = { strength: "maximum", variance: "variance", sparsity: "zeros" };

/**
 * The channels in order, dead ones last, ties by number. By number, a dead one keeps its place.
 * @param {Statistics} statistics
 * @param {string} order "strength", "variance", "sparsity" or "number"
 * @returns {number[]}
 */
export function ordered(statistics, order) {
  const channels = Array.from(statistics.maximum.keys());
  if (order === "number") return channels;
  if (!Object.hasOwn(MEASURES, order)) {
    throw new Error(`Channels are ordered by strength, variance, sparsity or number, not by “${order}”.`);
  }
  const values = statistics[MEASURES[order]];
  const key = channels.map((i) => (isDead(statistics, i) ? -Infinity : values[i] ?? -Number.MAX_VALUE));
  return channels.sort((one, other) => (key[one] === key[other] ? one - other : key[other] - key[one]));
}

/**
 * Whether a channel is zero everywhere in this picture.
 * @param {Statistics} statistics
 * @param {number} channel
 * @returns {boolean}
 */
export function isDead(statistics, channel) {
  return !(statistics.maximum[channel] > 0);
}

/**
 * @param {Statistics} statistics
 * @param {string} order
 * @param {number} channel
 * @returns {number} the channel's place, from 0
 */
export function ranked(statistics, order, channel) {
  return ordered(statistics, order).indexOf(channel);
}
