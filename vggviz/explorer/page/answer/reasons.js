// Which channels speak most for one class against another, and the fewest that must go for another answer.

import { answer } from "./scores.js";
import { without } from "./classifier.js";

/**
 * @import { Classifier } from "./classifier.js"
 * @typedef {{channel: number, share: number}} Reason   `share`, what the channel adds to the difference of the scores
 */

/** Channels listed as reasons. */
const REASONS = 12;
/** Channels that are switched off at most to turn an answer. */
const MOST = 12;

/**
 * What each channel adds to the score of the first class less that of the second: with the difference of the biases they
 * add up to the difference of the scores.
 * @param {ArrayLike<number>} means
 * @param {Classifier} classifier
 * @param {{first: number, second: number}} classes
 * @returns {Float64Array}
 */
export function differences(means, { kernel }, { first, second }) {
  const channels = means.length;
  return Float64Array.from(means, (mean, c) => (kernel[first * channels + c] - kernel[second * channels + c]) * mean);
}

/**
 * The channels that speak most for the first class against the second.
 * @param {ArrayLike<number>} means
 * @param {Classifier} classifier
 * @param {{first: number, second: number}} classes
 * @param {number} [count]
 * @returns {Reason[]} falling, all above zero
 */
export function reasons(means, classifier, classes, count = REASONS) {
  return Array.from(differences(means, classifier, classes), (share, channel) => ({ channel, share }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.channel - b.channel)
    .slice(0, count);
}

/**
 * Channels without which the answer is another one: one after the other, that which speaks most for the first class
 * against the one that is second by then.
 * @param {ArrayLike<number>} means
 * @param {Classifier} classifier
 * @param {number} [most]
 * @returns {number[] | null} null if not even `most` channels are enough
 */
export function turning(means, classifier, most = MOST) {
  const first = answer(means, classifier).order[0];
  /** @type {number[]} */
  const off = [];
  while (off.length < most) {
    const left = without(means, off);
    const second = answer(left, classifier).order.find((k) => k !== first);
    if (second === undefined) return null;
    const [strongest] = reasons(left, classifier, { first, second }, 1);
    if (!strongest) return null;
    off.push(strongest.channel);
    if (answer(without(means, off), classifier).order[0] !== first) return off;
  }
  return null;
}
