// The colour that hides: the one that the network reads as nothing.

/**
 * @import { Reading } from "../state/types.js"
 * @import { Colour } from "./strokes.js"
 */

/**
 * The grey that a network reads as zero, which is the mean of its training pictures where that was taken off; for a network
 * that takes nothing off, the picture's own mean, since black would say something.
 * @param {Reading} reading
 * @param {ArrayLike<number>} levels of the picture, RGB
 * @returns {Colour}
 */
export function hidingColour({ weights, offset }, levels) {
  if (offset.every((value) => value === 0)) return meanColour(levels);
  /** @type {Colour} */
  const colour = [0, 0, 0];
  weights.forEach((row, c) => {
    const squared = row.reduce((sum, weight) => sum + weight * weight, 0);
    row.forEach((weight, i) => { colour[i] -= (offset[c] * weight) / squared; });
  });
  return /** @type {Colour} */ (colour.map((level) => Math.round(Math.min(Math.max(level, 0), 255))));
}

/** @type {(levels: ArrayLike<number>) => Colour} */
function meanColour(levels) {
  const sums = [0, 0, 0];
  for (let i = 0; i < levels.length; i++) sums[i % 3] += levels[i];
  return /** @type {Colour} */ (sums.map((sum) => Math.round(sum / (levels.length / 3))));
}
