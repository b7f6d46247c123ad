// A channel's drawing: gradient ascent from noise, as the library does it.

import { preprocessed } from "../live/preprocessing.js";
import { FourierImages } from "./fourier.js";
import { channelObjective, cotangents, levelGradient, rootMeanSquare, value } from "./objective.js";
import { ascend, begin, learningRate, normal, uniform } from "./optimiser.js";
import { recipeAt, sampled, sampling, unsampled } from "./transforms.js";

/**
 * @import { DrawingSettings, Engine, News, Objective } from "./types.js"
 * @import { Recipe } from "./transforms.js"
 */

const INITIAL_CONTRAST = 0.3;

/**
 * The picture before each step, and the last one.
 * @param {Engine} engine
 * @param {DrawingSettings} settings
 * @returns {AsyncGenerator<News>}
 */
export async function* drawing(engine, { layer, channel, size, steps, seed, stride }) {
  const images = new FourierImages(size, engine.colours);
  const [random, recipe] = [uniform(seed), recipeAt(stride)];
  const { channels } = /** @type {{channels: number}} */ (engine.steps.find(({ name }) => name === layer));
  const objective = channelObjective(layer, channel, channels);
  const noise = normal(images.count, random).map((each) => INITIAL_CONTRAST * each);
  const state = begin(noise);
  let largest = 0;
  for (let step = 0; step <= steps; step++) {
    const levels = images.levels(state.parameters);
    const draws = Array.from({ length: 4 }, () => (step < steps ? 2 * random() - 1 : 0));
    const found = await scored(engine, { levels, size, objective, place: sampling(size, draws, recipe) });
    largest = Math.max(largest, found.redirected ? 0 : rootMeanSquare(found.gradient));
    const scale = found.redirected ? rootMeanSquare(found.gradient) : largest;
    yield { step, steps, value: found.value, picture: { levels: Uint8ClampedArray.from(levels), size } };
    if (step === steps) return;
    const gradient = regularised(found.gradient, levels, { size, scale, recipe });
    ascend(state, images.gradient(gradient, levels), { index: step, rate: learningRate(step, steps, recipe.rate) });
  }
}

/**
 * The objective of the transformed image, and its gradient with respect to the levels. A channel that is zero
 * everywhere has no gradient; then it is that of the sum before its ReLU.
 * @param {Engine} engine
 * @param {{levels: Float32Array, size: number, objective: Objective, place: import("./transforms.js").Sampling}} what
 */
async function scored(engine, { levels, size, objective, place }) {
  const values = preprocessed(sampled(levels, place), engine.reading);
  const maps = await engine.forward(values, size, objective.layer);
  const found = value(objective, maps);
  const redirected = found === 0;
  const open = redirected ? [objective.layer] : [];
  const { input } = await engine.backward(maps, cotangents(objective, maps), { size, open });
  return { value: found, redirected, gradient: unsampled(levelGradient(input, engine.reading), place) };
}

/**
 * The gradient at a root mean square of at most 1, less a share of that of the total variation.
 * @param {Float32Array} gradient
 * @param {Float32Array} levels
 * @param {{size: number, scale: number, recipe: Recipe}} how
 */
function regularised(gradient, levels, { size, scale, recipe: { totalVariation } }) {
  if (!(scale > 0)) return gradient;
  const row = 3 * size;
  const all = levels.length;
  return gradient.map((each, i) => {
    const start = i - (i % row);
    const beside = levels[start + ((i % row) + 3) % row] + levels[start + ((i % row) + row - 3) % row];
    const neighbours = beside + levels[(i + row) % all] + levels[(i + all - row) % all];
    return each / scale - (totalVariation * 2 * (4 * levels[i] - neighbours)) / 255;
  });
}
