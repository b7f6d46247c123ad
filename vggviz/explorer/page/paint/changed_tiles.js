// Which channels look otherwise than before.

import { tileOf } from "../arithmetic/thumbnails.js";

/**
 * @import { Layer, Sheet, Statistics } from "../state/types.js"
 * @typedef {{sheet: Sheet, statistics: Statistics}} Tiles
 */

/** A change of this share of the channel's largest value is seen. */
const SEEN = 0.2;

/**
 * @param {Tiles} before
 * @param {Tiles} after
 * @param {Layer} layer
 * @returns {number[]} channels
 */
export function changedChannels(before, after, layer) {
  return Array.from({ length: layer.channels }, (_, channel) => channel).filter((channel) => {
    const [old, now] = [before, after].map(({ sheet }) => tileOf(sheet, layer, channel));
    const [unit, other] = [before, after].map(({ statistics }) => statistics.maximum[channel] || 0);
    const zero = layer.signed ? 128 : 0;
    const least = SEEN * Math.max(unit, other) * (layer.signed ? 127 : 255);
    return least > 0 && now.some((level, i) => Math.abs((level - zero) * other - (old[i] - zero) * unit) >= least);
  });
}
