// A small change that turns an answer: along the gradient, as DeepFool does (Moosavi-Dezfooli et al., CVPR 2016).

import { scores } from "../answer/scores.js";
import { preprocessed } from "../live/preprocessing.js";
import { cotangents, leadObjective, levelGradient, means, value } from "./objective.js";

/**
 * @import { Engine, FoolSettings, News, Objective, Picture, Scoring } from "./types.js"
 */

/** How far beyond the border between two answers each step aims, so that the sum of the steps comes to it. */
const BEYOND = 1.1;

/**
 * The changed picture before each step, in whole grey levels, until it turns the answer.
 * @param {Engine} engine
 * @param {FoolSettings} settings
 * @returns {AsyncGenerator<News>}
 */
export async function* fool(engine, { levels, size, steps, ...aim }) {
  const objective = aim.objective ?? await secondOverFirst(engine, { levels, size }, /** @type {Scoring} */ (aim.classifier));
  const change = new Float32Array(levels.length);
  let beyond = BEYOND;
  for (let step = 0; step <= steps; step++) {
    const changed = levels.map((level, i) => level + Math.round(change[i]));
    const found = await scored(engine, { levels: changed, size, objective });
    const turned = found.value > 0;
    const news = { value: found.value, means: found.means, picture: { levels: changed, size }, size: { ...extent(changed, levels), turned } };
    yield { step, steps: turned ? step : steps, ...news };
    if (turned || step === steps) return;
    // Whole grey levels lose small changes; if that takes back what a step gave, the next one goes farther.
    const length = found.gradient.reduce((sum, each) => sum + each * each, 0);
    if (!(length > 0)) throw new Error("The answer does not depend on the picture, so no change turns it.");
    const share = (beyond * -found.value + 1e-6) / length;
    for (let i = 0; i < change.length; i++) change[i] += share * found.gradient[i];
    if (step > 2) beyond *= BEYOND;
  }
}

/** From the picture's first answer to its second. @type {(engine: Engine, picture: Picture, classifier: Scoring) => Promise<Objective>} */
async function secondOverFirst(engine, { levels, size }, classifier) {
  const maps = await engine.forward(preprocessed(levels, engine.reading), size, classifier.layer);
  const found = scores(means(maps[classifier.layer], classifier.kernel.length / classifier.bias.length), classifier);
  const [first, second] = Array.from(found.keys()).sort((a, b) => found[b] - found[a] || a - b);
  return leadObjective(classifier, second, first);
}

/** @type {(engine: Engine, what: Picture & {objective: Objective}) => Promise<{value: number, means: Float64Array, gradient: Float32Array}>} */
async function scored(engine, { levels, size, objective }) {
  const maps = await engine.forward(preprocessed(levels, engine.reading), size, objective.layer);
  const { input } = await engine.backward(maps, cotangents(objective, maps), { size });
  return { value: value(objective, maps), means: means(maps[objective.layer], objective.weights.length), gradient: levelGradient(input, engine.reading) };
}

/** @type {(changed: Uint8ClampedArray, levels: Uint8ClampedArray) => {largest: number, mean: number}} */
function extent(changed, levels) {
  let [largest, sum] = [0, 0];
  for (let i = 0; i < levels.length; i++) {
    const off = Math.abs(changed[i] - levels[i]);
    largest = Math.max(largest, off);
    sum += off;
  }
  return { largest, mean: sum / levels.length };
}
