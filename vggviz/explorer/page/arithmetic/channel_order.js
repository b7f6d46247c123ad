// The order of a layer's channels.

/** @import { Order, Statistics } from "../state/types.js" */

/**
 * What stands first: the channel where this is largest.
 * @type {Record<Exclude<Order, "number">, "maximum" | "variance" | "zeros">}
 */
const MEASURES = { strength: "maximum", variance: "variance", sparsity: "zeros" };

/**
 * The channels in order, dead ones last, ties by index. By "number", which is by index, a dead one keeps its place.
 * @param {Statistics} statistics
 * @param {Order} order
 * @returns {number[]} indices
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
 * Whether a channel is zero everywhere in this image.
 * @param {Statistics} statistics
 * @param {number} channel
 * @returns {boolean}
 */
export function isDead(statistics, channel) {
  return !(statistics.maximum[channel] > 0);
}

/**
 * @param {Statistics} statistics
 * @param {Order} order
 * @param {number} channel
 * @returns {number} the channel's rank, from 0
 */
export function ranked(statistics, order, channel) {
  return ordered(statistics, order).indexOf(channel);
}
