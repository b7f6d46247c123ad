// Grad-CAM: the maps of a layer, each weighted by its channel's mean gradient. Selvaraju et al., ICCV 2017.

import { preprocessed } from "../live/preprocessing.js";
import { cotangents, means, value } from "./objective.js";

/** @import { Engine, GradCamSettings, News } from "./types.js" */

/**
 * With its sign: the library keeps what is positive.
 * @param {Engine} engine
 * @param {GradCamSettings} settings
 * @returns {AsyncGenerator<News>}
 */
export async function* gradCam(engine, { levels, size, objective, layer, off }) {
  const maps = await engine.forward(preprocessed(levels, engine.reading), size, objective.layer, off);
  const found = await engine.backward(maps, cotangents(objective, maps), { size, wanted: [layer] });
  const sides = engine.sides(layer, size);
  const values = weighted(maps[layer], found[layer], sides.rows * sides.columns);
  yield { step: 1, steps: 1, value: value(objective, maps), map: { values, ...sides } };
}

/** @type {(maps: Float32Array, gradient: Float32Array, cells: number) => Float32Array} */
function weighted(maps, gradient, cells) {
  const channels = maps.length / cells;
  const weights = means(gradient, channels);
  const found = new Float32Array(cells);
  for (let i = 0; i < maps.length; i++) found[Math.floor(i / channels)] += maps[i] * weights[i % channels];
  return found;
}
