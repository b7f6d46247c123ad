// The stop of the tour that follows one number down to the pixels.

import { belowConvolution, belowPool } from "../arithmetic/descent.js";
import { formatted } from "../arithmetic/number_format.js";
import { at } from "../arithmetic/planes.js";
import { layerNamed } from "../state/manifest.js";
import { placeIn, strongestAt } from "./given.js";

/**
 * @import { Below } from "../arithmetic/descent.js"
 * @import { Layer, Manifest, Pair, State } from "../state/types.js"
 * @import { Given, Plan } from "./given.js"
 * @typedef {{layer: Layer, channel: number, cell: Pair}} Place
 */

/** Layers that are passed through. */
const STEPS = 5;

/** The first layers, each reading the one before, the deepest first. @type {(manifest: Manifest) => Layer[]} */
function chain({ layers }) {
  /** @type {Layer[]} */
  const found = [];
  let before = "input";
  while (found.length < STEPS) {
    const next = layers.find(({ reads, kernel, pool }) => reads === before && (kernel ?? pool));
    if (!next) break;
    found.unshift(next);
    before = next.name;
  }
  return found;
}

/** @type {Plan} */
export const DESCENT = {
  title: "One number, down to the pixels",
  fits: (manifest) => chain(manifest).length > 1,
  async make(given) {
    const layers = chain(given.manifest);
    const places = await descend(given, layers);
    const states = places.map(({ layer, channel, cell }) => ({ layer: layer.name, channel, cell }));
    const common = { view: /** @type {const} */ ("cell"), off: {}, where: null };
    const [top] = places;
    return {
      begin: { ...common, ...states[0] },
      shown: states.map((state) => /** @type {Partial<State>} */ ({ ...common, ...state })),
      guess:
        `${formatted(top.value)} in channel ${top.channel} of ${top.layer.name} is made of numbers of the layer before, ` +
        "and they of others. How many steps is it down to the pixels?",
      words: places.map((place, i) => wordsOf(place, places[i + 1], layers.length - i)),
    };
  },
};

/** @type {(given: Given, layers: Layer[]) => Promise<(Place & {value: number, below: Below})[]>} */
async function descend(given, layers) {
  const { manifest, data, picture } = given;
  let cell = await placeIn(given, layers[0]);
  let { channel } = await strongestAt(given, layers[0], cell);
  const found = [];
  for (const layer of layers) {
    const [planes, inputs] = await Promise.all([
      data.maps(picture, layer.name),
      data.maps(picture, layerNamed(manifest, /** @type {string} */ (layer.reads)).name),
    ]);
    const place = { channel, cell };
    const below = layer.kernel
      ? belowConvolution(layer, place, inputs, await data.kernels(layer.name))
      : belowPool(layer, place, inputs);
    found.push({ layer, ...place, value: at(planes, channel, cell), below });
    ({ channel, cell } = below);
  }
  return found;
}

/** @type {(place: Place & {value: number, below: Below}, next: Place | undefined, left: number) => string[]} */
function wordsOf({ layer, channel, value, below }, next, left) {
  const number = `${formatted(value)} in channel ${channel} of ${layer.name}`;
  if (layer.pool) return [`${number} is one cell of the layer before, the largest under the pool.`, stepsLeft(left)];
  const from = next ? `channel ${below.channel} of ${layer.reads}` : "one colour of the pixels";
  return [`Of ${number}, ${from} gives most: ${formatted(below.part)}.`, stepsLeft(left)];
}

/** @type {(left: number) => string} */
function stepsLeft(left) {
  if (left > 1) return `${left - 1} ${left === 2 ? "step is" : "steps are"} left to the layer that reads the pixels.`;
  return "This is the bottom: each product here is a weight times a pixel.";
}
