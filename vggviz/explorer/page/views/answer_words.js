// What is said of the answer.

import { addingUpText, fixed } from "../answer/adding_up.js";
import { lead } from "../answer/scores.js";
import { counted } from "../arithmetic/number_format.js";

/**
 * @import { AnswerEntry, Classifier, Trained } from "../answer/classifier.js"
 * @import { Finding } from "../answer/finding.js"
 * @import { Answer } from "../answer/scores.js"
 * @typedef {"now" | "before" | "stale"} Age   `before`, with all channels on and nothing painted; `stale`, without
 *   what is painted on the picture, as long as that is not computed
 */

/** @type {Record<Age, string>} */
const SPOKEN = { now: "The answer:", before: "The answer before:", stale: "The answer is not computed yet; before:" };

/** Decimals of scores. */
const DECIMALS = 1;

/** @type {(score: number) => string} */
export const scoreText = (score) => fixed(score, DECIMALS);

/**
 * @param {number} share 0 to 1
 * @returns {string} never 0 % or 100 %, which no softmax gives
 */
export function percent(share) {
  if (share < 0.001) return "< 0.1 %";
  if (share > 0.999) return "> 99.9 %";
  const digits = share < 0.1 || share > 0.99 ? 1 : 0;
  return `${(100 * share).toFixed(digits)} %`;
}

/**
 * @param {Classifier} classifier
 * @param {Answer} answer
 * @returns {string} "2.1 in score ahead of Egyptian cat"; empty if there is one class only
 */
export function leadText({ labels }, answer) {
  const second = answer.order[1];
  return second === undefined ? "" : `${scoreText(lead(answer))} in score ahead of ${labels[second]}`;
}

/**
 * The line that stands for the answer where there is little room.
 * @type {(classifier: Classifier, answer: Answer, count?: number) => string}
 */
export function shortText({ labels, calibrated }, { order, scores, probabilities }, count = 2) {
  const told = (/** @type {number} */ k) => (calibrated ? percent(probabilities[k]) : scoreText(scores[k]));
  return order.slice(0, count).map((k) => `${labels[k]} ${told(k)}`).join(", ");
}

/**
 * The answer as it is read aloud.
 * @param {Finding} finding
 * @param {Age} [age]
 * @returns {string}
 */
export function spokenText({ classifier, before, now }, age = "now") {
  const [first] = now.order;
  const share = classifier.calibrated ? `, ${percent(now.probabilities[first])}` : "";
  const told = `${SPOKEN[age]} ${classifier.labels[first]}, score ${scoreText(now.scores[first])}${share}.`;
  if (now === before) return told;
  const old = before.order[0];
  const same = old === first ? "the same" : classifier.labels[old];
  return `${told} Before: ${same}, score ${scoreText(before.scores[old])}.`;
}

/** @type {(count: number, trained?: Trained | null) => string} `count`, of classes; `trained`, a classifier put on VGG16 */
export function limitText(count, trained) {
  const limit = `One of ${count} things; if yours is not among them, it must be wrong.`;
  if (!trained) return limit;
  const right = `right for ${percent(trained.right)} of its test pictures`;
  return `${limit} The classifier is not VGG16’s own, but one trained on ${trained.on}: ${right}.`;
}

/** Whose classifier it is, at length; empty if it is the network's own. @param {AnswerEntry | null} entry */
export function classifierText(entry) {
  if (!entry?.trained) return "";
  const { layer, classes, trained: { on, pictures, tested, right } } = entry;
  return (
    "The answer is not VGG16’s own. In place of its three dense layers for 1,000 classes, one dense layer reads " +
    `the mean of each channel of ${layer}. It was trained for this page, on ${counted(pictures, "picture")} of the ${classes} classes of ${on}, ` +
    `and names ${percent(right)} of ${tested.toLocaleString("en")} others rightly.`
  );
}

/**
 * How the cells make the score.
 * @param {Finding} finding
 * @param {number} index of the class
 * @param {{cells: Float64Array, limit: number}} map of its class activation; `limit`, what full colour stands for
 * @returns {string}
 */
export function whereText({ classifier }, index, { cells, limit }) {
  const sum = cells.reduce((total, value) => total + value, 0);
  const [ofCells, ofBias, score] = addingUpText([sum, classifier.bias[index]]);
  const label = classifier.labels[index];
  return (
    `The ${cells.length} cells add up to ${ofCells}; with the bias, ${ofBias}, that is ${label}’s score, ${score}. ` +
    `Red speaks for it, blue against it; full colour is ${fixed(limit, 2)}.`
  );
}

/**
 * @param {Finding} finding
 * @param {number} index
 * @param {Float64Array} cells
 * @param {number} columns
 * @returns {string}
 */
export function whereAlternative({ classifier }, index, cells, columns) {
  const place = (/** @type {number} */ i) => `row ${Math.floor(i / columns)}, column ${i % columns}: ${signed(cells[i])}`;
  const [least, most] = [cells.indexOf(Math.min(...cells)), cells.indexOf(Math.max(...cells))];
  const against = cells[least] < 0 ? ` Most against it, ${place(least)}.` : " No cell speaks against it.";
  const size = `${cells.length / columns} by ${columns} cells`;
  return `Where ${classifier.labels[index]} is seen, ${size}. Most for it, ${place(most)}.${against}`;
}

/** @type {(value: number, decimals?: number) => string} "+1.4" */
export const signed = (value, decimals = DECIMALS) => {
  const text = fixed(value, decimals);
  return text.startsWith("−") ? text : `+${text}`;
};

/**
 * How the listed channels make the lead.
 * @param {{listed: number, others: number, bias: number, count: number}} parts of the difference of two scores, and how
 *   many channels are listed
 * @returns {string}
 */
export function whyText({ listed, others, bias, count }) {
  const [ofListed, ofOthers, ofBias, whole] = addingUpText([listed, others, bias]);
  const these = count === 1 ? "This channel gives" : `These ${count} channels give`;
  return `${these} ${ofListed} of the lead, all others ${ofOthers}, the biases ${ofBias}: ${whole}.`;
}
