// What is raised: a weighted sum of the channels' means; and the levels that it is a function of.

/**
 * @import { Reading } from "../state/types.js"
 * @import { Maps } from "./backward.js"
 * @import { Objective, Scoring } from "./types.js"
 */

/** A channel's mean. @type {(layer: string, channel: number, channels: number) => Objective} */
export function channelObjective(layer, channel, channels) {
  return { layer, weights: Float32Array.from({ length: channels }, (_, c) => (c === channel ? 1 : 0)) };
}

/** The score of one class minus that of another. @type {(classifier: Scoring, wanted: number, given: number) => Objective} */
export function leadObjective(classifier, wanted, given) {
  const { layer, bias } = classifier;
  const against = kernelOf(classifier, given);
  return { layer, weights: kernelOf(classifier, wanted).map((each, i) => each - against[i]), bias: bias[wanted] - bias[given] };
}

/** What a class reads of each channel. @type {(classifier: Scoring, index: number) => Float32Array} */
export function kernelOf({ kernel, bias }, index) {
  const channels = kernel.length / bias.length;
  return kernel.slice(index * channels, (index + 1) * channels);
}

/** @type {(objective: Objective, maps: Maps) => number} */
export function value({ layer, weights, bias = 0 }, maps) {
  const values = maps[layer];
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * weights[i % weights.length];
  return bias + (sum * weights.length) / values.length;
}

/** Of each channel. @type {(values: Float32Array, channels: number) => Float64Array} */
export function means(values, channels) {
  const found = new Float64Array(channels);
  const cells = values.length / channels;
  for (let i = 0; i < values.length; i++) found[i % channels] += values[i] / cells;
  return found;
}

/** Its gradient with respect to the layer's maps. @type {(objective: Objective, maps: Maps) => Maps} */
export function cotangents({ layer, weights }, maps) {
  const { length } = maps[layer];
  return { [layer]: Float32Array.from({ length }, (_, i) => (weights[i % weights.length] * weights.length) / length) };
}

/**
 * From the gradient with respect to what the network reads to that with respect to red, green and blue.
 * @param {Float32Array} gradient
 * @param {Reading} reading
 * @returns {Float32Array}
 */
export function levelGradient(gradient, { weights }) {
  const channels = weights.length;
  const found = new Float32Array((gradient.length / channels) * 3);
  for (let i = 0; i < found.length; i++) {
    const from = Math.floor(i / 3) * channels;
    for (let c = 0; c < channels; c++) found[i] += gradient[from + c] * weights[c][i % 3];
  }
  return found;
}

/** @type {(values: Float32Array) => number} */
export function rootMeanSquare(values) {
  let sum = 0;
  for (const each of values) sum += each * each;
  return Math.sqrt(sum / values.length);
}
