// What full colour stands for.

import { imageNamed } from "./manifest.js";

/**
 * @import { Manifest, Scale, Statistics } from "./types.js"
 * @typedef {Record<Scale, number>} Limits
 */

/**
 * What full colour may stand for: the largest |value| of the channel, the layer, the network. Over all
 * the images given, so that two that are compared share their colours.
 * @param {Manifest} manifest
 * @param {{images: string[], layer: string, channel: number, statistics: Statistics[]}} shown statistics
 *   of the layer, one for each image
 * @returns {Limits}
 */
export function limits(manifest, { images, layer, channel, statistics }) {
  const maxima = images.map((id) => imageNamed(manifest, id).maximum);
  return {
    channel: largest(statistics.map(({ maximum }) => maximum[channel])),
    layer: largest(maxima.map((maximum) => maximum[layer])),
    network: largest(maxima.flatMap((maximum) => Object.values(maximum))),
  };
}

/**
 * @param {Scale} scale
 * @param {Limits} limits
 * @returns {number}
 */
export function limit(scale, limits) {
  if (Object.hasOwn(limits, scale)) return limits[scale];
  throw new Error(`Colours are scaled by channel, layer or network, not by “${scale}”.`);
}

/** @type {(values: (number | null | undefined)[]) => number} not a NaN, which JSON has as null */
function largest(values) {
  return values.reduce((/** @type {number} */ best, value) => (value && value > best ? value : best), 0);
}
