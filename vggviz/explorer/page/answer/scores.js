// What the network answers: a score for each class, and probabilities.

/**
 * @import { Classifier } from "./classifier.js"
 * @typedef {{scores: Float64Array, probabilities: Float64Array, order: number[]}} Answer   `order`, the classes from the
 *   highest score down
 */

/**
 * @param {ArrayLike<number>} means of each channel of the classifier's layer
 * @param {Classifier} classifier
 * @returns {Answer}
 */
export function answer(means, classifier) {
  const found = scores(means, classifier);
  const order = Array.from(found.keys()).sort((a, b) => found[b] - found[a] || a - b);
  return { scores: found, probabilities: softmax(found), order };
}

/**
 * @param {ArrayLike<number>} means
 * @param {Pick<Classifier, "kernel" | "bias">} classifier
 * @returns {Float64Array} of each class
 */
export function scores(means, { kernel, bias }) {
  const channels = means.length;
  return Float64Array.from(bias, (start, k) => {
    let sum = start;
    for (let c = 0; c < channels; c++) sum += kernel[k * channels + c] * means[c];
    return sum;
  });
}

/**
 * @param {Float64Array} scores
 * @returns {Float64Array} shares that add up to 1
 */
export function softmax(scores) {
  const largest = scores.reduce((best, score) => Math.max(best, score), -Infinity);
  const raised = scores.map((score) => Math.exp(score - largest));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}

/**
 * How far the first is ahead of the second.
 * @param {Answer} answer
 * @returns {number} 0 if there is only one class
 */
export function lead({ scores, order }) {
  return order.length > 1 ? scores[order[0]] - scores[order[1]] : 0;
}
