// A picture in the style of another: Gatys, Ecker and Bethge, CVPR 2016. Style is which channels answer together.

import { preprocessed } from "../live/preprocessing.js";
import { gram, product, squares } from "./gram.js";
import { levelGradient, rootMeanSquare } from "./objective.js";
import { ascend, begin, learningRate } from "./optimiser.js";

/**
 * @import { Maps } from "./backward.js"
 * @import { Engine, News, StyleSettings } from "./types.js"
 * @typedef {{grams: Record<string, Float32Array>, content: Float32Array}} Targets
 */

/**
 * The picture before each step, and the last one; `value` is minus the loss.
 * @param {Engine} engine
 * @param {StyleSettings} settings both pictures of one size
 * @returns {AsyncGenerator<News>}
 */
export async function* style(engine, settings) {
  const { content, style: example, steps, rate } = settings;
  const { size } = content;
  if (example.size !== size) throw new Error(`Both pictures must have ${size} pixels a side; the style has ${example.size}.`);
  const targets = { grams: grams(engine, await read(engine, example.levels, settings), settings),
    content: (await read(engine, content.levels, settings))[settings.contentLayer] };
  const state = begin(Float32Array.from(content.levels));
  for (let step = 0; step <= steps; step++) {
    const maps = await read(engine, state.parameters, settings);
    const { loss, cotangents } = compared(maps, { engine, targets, settings });
    yield { step, steps, value: -loss, picture: { levels: Uint8ClampedArray.from(state.parameters), size } };
    if (step === steps) return;
    const { input } = await engine.backward(maps, cotangents, { size });
    const gradient = levelGradient(input, engine.reading);
    const scale = rootMeanSquare(gradient) || 1;
    ascend(state, gradient.map((each) => each / scale), { index: step, rate: learningRate(step, steps, rate) });
    for (const [i, level] of state.parameters.entries()) state.parameters[i] = Math.min(255, Math.max(0, level));
  }
}

/** @type {(engine: Engine, levels: Uint8ClampedArray | Float32Array, settings: StyleSettings) => Promise<Maps>} */
function read(engine, levels, { content, layers, contentLayer }) {
  const wanted = [...Object.keys(layers), contentLayer];
  const last = /** @type {{name: string}} */ (engine.steps.findLast(({ name }) => wanted.includes(name))).name;
  return engine.forward(preprocessed(levels, engine.reading), content.size, last);
}

/** @type {(engine: Engine, maps: Maps, settings: StyleSettings) => Record<string, Float32Array>} */
function grams({ steps }, maps, { layers }) {
  const styled = steps.filter(({ name }) => name in layers);
  return Object.fromEntries(styled.map(({ name, channels }) => [name, gram(maps[name], channels)]));
}

/**
 * The loss, relative to the targets, and the gradient of minus the loss with respect to the maps.
 * @param {Maps} maps
 * @param {{engine: Engine, targets: Targets, settings: StyleSettings}} tools
 */
function compared(maps, { engine, targets, settings: { layers, contentLayer, contentWeight } }) {
  /** @type {Maps} */
  const cotangents = {};
  let loss = 0;
  for (const { name, channels } of engine.steps.filter(({ name: each }) => layers[each] > 0)) {
    const target = targets.grams[name];
    const off = gram(maps[name], channels).map((each, i) => each - target[i]);
    const share = layers[name] / (squares(target) || 1);
    loss += share * squares(off);
    cotangents[name] = product(maps[name], off, (-4 * share * channels) / maps[name].length);
  }
  const off = maps[contentLayer].map((each, i) => each - targets.content[i]);
  const share = contentWeight / (squares(targets.content) || 1);
  const before = cotangents[contentLayer];
  cotangents[contentLayer] = off.map((each, i) => (before?.[i] ?? 0) - 2 * share * each);
  return { loss: loss + share * squares(off), cotangents };
}
