// All that is shown of one picture's answer: as it is, and as it was before channels were switched off.

import { silenced, without } from "./classifier.js";
import { answer } from "./scores.js";

/**
 * @import { Classifier } from "./classifier.js"
 * @import { Answer } from "./scores.js"
 * @typedef {object} Finding
 * @property {Classifier} classifier
 * @property {ArrayLike<number>} means   of each channel, with all of them on
 * @property {number[]} silenced   channels of the classifier's layer that are off
 * @property {Answer} before   with all channels on
 * @property {Answer} now   the same object if none is off
 */

/**
 * @param {Classifier} classifier
 * @param {ArrayLike<number>} means of the network with all its channels on
 * @param {Record<string, number[]>} off
 * @param {ArrayLike<number> | null} [gated] means of the network with the channels of deeper layers off
 * @returns {Finding}
 */
export function finding(classifier, means, off, gated = null) {
  const channels = silenced(classifier, off);
  const before = answer(means, classifier);
  const isChanged = channels.length > 0 || gated !== null;
  const now = isChanged ? answer(without(gated ?? means, channels), classifier) : before;
  return { classifier, means, silenced: channels, before, now };
}
