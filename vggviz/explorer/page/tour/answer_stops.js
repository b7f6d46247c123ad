// Stops of the tour about the answer: what it is and where, and what it hangs on.

import { addingUpText, fixed } from "../answer/adding_up.js";
import { without } from "../answer/classifier.js";
import { turning } from "../answer/reasons.js";
import { answer, lead } from "../answer/scores.js";
import { evidence, hasAnswer, toldOf } from "./given.js";

/** @import { Plan } from "./given.js" */

/** @type {Plan} */
export const WHERE = {
  title: "The answer, and where it comes from",
  fits: hasAnswer,
  async make(given) {
    const told = await toldOf(given);
    const { classifier, found, first, second } = told;
    const { cell, part, layer } = await evidence(given, told);
    const [k] = found.order;
    const [ofCells, ofBias, score] = addingUpText([found.scores[k] - classifier.bias[k], classifier.bias[k]]);
    const begin = { layer: layer.name, view: /** @type {const} */ ("channels"), off: {}, where: null };
    return {
      begin,
      shown: [{ ...begin, where: classifier.ids[k] }],
      guess: `The network says “${first}”. Which part of the picture speaks most for it?`,
      words: [[
        `“${first}” has the highest score, ${score}, ${fixed(lead(found), 1)} ahead of “${second}”; red speaks for it, blue against it.`,
        `The cell in row ${cell[0]}, column ${cell[1]} (counted from 0) gives most, ${fixed(part, 1)}: ` +
        `all ${layer.rows * layer.columns} give ` +
          `${ofCells}, and with the bias, ${ofBias}, that is the score.`,
      ]],
    };
  },
};

/** @type {Plan} */
export const TURNED = {
  title: "Another answer",
  fits: hasAnswer,
  async make(given) {
    const { classifier, means, first } = await toldOf(given);
    const layer = classifier.off[classifier.off.length - 1];
    const channels = turning(means, classifier);
    const begin = { layer, view: /** @type {const} */ ("channels"), off: {}, where: null };
    return {
      begin,
      shown: [{ ...begin, off: channels ? { [layer]: channels } : {} }],
      guess: `The last layer has ${means.length} channels. How many must be switched off until it is no longer “${first}”?`,
      words: [channels ? turnedWords(classifier, means, channels) : stubbornWords(first)],
    };
  },
};

/**
 * @type {(classifier: import("../answer/classifier.js").Classifier, means: number[], channels: number[]) => string[]}
 */
function turnedWords(classifier, means, channels) {
  const now = answer(without(means, channels), classifier);
  const [first, second] = now.order.map((k) => classifier.labels[k]);
  const count = channels.length === 1 ? `One is enough: without channel ${channels[0]}` : `${channels.length} are enough`;
  const which = channels.length === 1 ? "" : `: without channels ${channels.join(", ")}`;
  return [
    `${count}${which} the answer is “${first}”, ${fixed(lead(now), 1)} ahead of “${second}”.`,
    `Switch ${channels.length === 1 ? "it on again" : "them on again one by one"}: a score is a sum, and each channel is one part of it.`,
  ];
}

/** @type {(first: string) => string[]} */
const stubbornWords = (first) => [
  `Here not even a dozen are enough: it stays “${first}”.`,
  "A score is a sum, and each channel is a small part of it.",
];
