// Which pixels an objective depends on: gradients as maps.

import { preprocessed } from "../live/preprocessing.js";
import { cotangents, value } from "./objective.js";

/** @import { Engine, News, SaliencySettings } from "./types.js" */

/**
 * The largest |gradient| over the numbers of each pixel; or the sum of number * gradient, which has a sign; or, guided,
 * the first with ReLUs that let through only what is positive.
 * @param {Engine} engine
 * @param {SaliencySettings} settings
 * @returns {AsyncGenerator<News>}
 */
export async function* saliency(engine, { levels, size, objective, of, off }) {
  const maps = await engine.forward(preprocessed(levels, engine.reading), size, objective.layer, off);
  const rule = of === "guided" ? "guided" : "plain";
  const { input } = await engine.backward(maps, cotangents(objective, maps), { size, rule });
  const values = of === "product" ? sums(input, maps.input, size) : largest(input, size);
  yield { step: 1, steps: 1, value: value(objective, maps), map: { values, rows: size, columns: size } };
}

/** @type {(gradient: Float32Array, size: number) => Float32Array} */
function largest(gradient, size) {
  const channels = gradient.length / size ** 2;
  const found = new Float32Array(size ** 2);
  for (let i = 0; i < gradient.length; i++) {
    const to = Math.floor(i / channels);
    found[to] = Math.max(found[to], Math.abs(gradient[i]));
  }
  return found;
}

/** @type {(gradient: Float32Array, input: Float32Array, size: number) => Float32Array} */
function sums(gradient, input, size) {
  const channels = gradient.length / size ** 2;
  const found = new Float32Array(size ** 2);
  for (let i = 0; i < gradient.length; i++) found[Math.floor(i / channels)] += gradient[i] * input[i];
  return found;
}
