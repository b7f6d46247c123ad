// The linear classifier on the mean of each channel of a layer: scores = kernel · means + bias.

import { unpacked } from "../arithmetic/half_precision.js";

/**
 * @typedef {object} Classifier
 * @property {string} layer   whose means it reads
 * @property {string[]} off   layers of which a channel that is zero is the same as its mean being zero
 * @property {boolean} calibrated   whether the softmax of its scores was calibrated on other pictures
 * @property {string[]} ids   of the classes, for addresses
 * @property {string[]} labels
 * @property {Float32Array} kernel   (classes, channels)
 * @property {number[]} bias
 *
 * @typedef {{on: string, pictures: number, tested: number, right: number}} Trained   a set of pictures, how many of them,
 *   and what share of others is named rightly
 * @typedef {{layer: string, classes: number, calibrated: boolean, off: string[], bytes: number, trained?: Trained | null}}
 *   AnswerEntry   of manifest.json; `trained`, where the classifier is not the network's own
 */

/**
 * @param {AnswerEntry} entry
 * @param {ArrayBuffer} buffer the kernel, unpacked
 * @param {{bias: number[], ids: string[], labels: string[]}} classes
 * @param {number} channels of the layer
 * @returns {Classifier}
 * @throws {Error} the bytes are not those of the kernel
 */
export function classifier({ layer, off, calibrated }, buffer, { bias, ids, labels }, channels) {
  const count = bias.length * channels;
  const kernel = unpacked(buffer, count);
  if (!kernel) throw new Error(`The classifier has ${buffer.byteLength} bytes, not ${2 * count}; load the page again.`);
  return { layer, off, calibrated, ids, labels, kernel, bias };
}

/**
 * Channels of the classifier's layer whose mean is zero because they, or what they are pooled from, are off.
 * @param {Classifier} classifier
 * @param {Record<string, number[]>} off channels by layer
 * @returns {number[]} rising
 */
export function silenced({ off: layers }, off) {
  return [...new Set(layers.flatMap((layer) => off[layer] ?? []))].sort((a, b) => a - b);
}

/**
 * The layers with channels off that the classifier alone cannot follow: the network must compute what comes after them.
 * @param {Pick<Classifier, "off">} classifier
 * @param {Record<string, number[]>} off
 * @returns {string[]}
 */
export function deeper({ off: layers }, off) {
  return Object.keys(off).filter((layer) => off[layer].length && !layers.includes(layer));
}

/**
 * The means after some channels were switched off.
 * @param {ArrayLike<number>} means of each channel
 * @param {number[]} channels that are off
 * @returns {Float64Array}
 */
export function without(means, channels) {
  const left = Float64Array.from(means);
  for (const channel of channels) left[channel] = 0;
  return left;
}
