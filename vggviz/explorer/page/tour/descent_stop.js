// The stop of the tour that follows one number down to the pixels.

import { explain, kernelOf, patch } from "../arithmetic/convolution.js";
import { belowConvolution, belowPool } from "../arithmetic/descent.js";
import { counted, formatted } from "../arithmetic/number_format.js";
import { at } from "../arithmetic/planes.js";
import { sumTexts } from "../arithmetic/sum_texts.js";
import { layerNamed } from "../state/manifest.js";
import { placeIn, strongestAt } from "./given.js";

/**
 * @import { Below } from "../arithmetic/descent.js"
 * @import { Kernels, Layer, Manifest, Pair, Planes, State } from "../state/types.js"
 * @import { Given, Plan } from "./given.js"
 * @typedef {{layer: Layer, channel: number, cell: Pair}} Place
 * @typedef {Place & {value: number, below: Below, write: (value: number) => string}} Step   `write`, as the sum's parts are
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
      words: places.map((place, i) => wordsOf(place, layers.length - 1 - i, layers.length - 1)),
    };
  },
};

/** @type {(given: Given, layers: Layer[]) => Promise<Step[]>} */
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
    const kernels = layer.kernel && await data.kernels(layer.name);
    const below = kernels ? belowConvolution(layer, place, inputs, kernels) : belowPool(layer, place, inputs);
    const write = kernels ? writerOf(layer, place, inputs, kernels) : formatted;
    found.push({ layer, ...place, value: at(planes, channel, cell), below, write });
    ({ channel, cell } = below);
  }
  return found;
}

/** As the parts of the sum that is shown are written. @type {(layer: Layer, place: {channel: number, cell: Pair}, inputs: Planes, kernels: Kernels) => (value: number) => string} */
function writerOf(layer, { channel, cell }, inputs, { weights, bias }) {
  const kernel = kernelOf(weights, layer, channel);
  const given = { patch: patch(inputs, layer, cell), kernel, bias: bias[channel], activation: "linear", channels: inputs.channels };
  return sumTexts(explain(given)).write;
}

/** @type {(step: Step, left: number, count: number) => string[]} `left`, steps to the layer that reads the pixels */
function wordsOf({ layer, channel, value, below, write }, left, count) {
  const number = `${formatted(value)} in channel ${channel} of ${layer.name}`;
  if (layer.pool) return [`${number} is one cell of the layer before, the largest under the pool.`, stepsLeft(left, count)];
  const from = left ? `channel ${below.channel} of ${layer.reads}` : "one colour of the pixels";
  return [`Of ${number}, ${from} gives most: ${write(below.part)}.`, stepsLeft(left, count)];
}

/** @type {(left: number, count: number) => string} */
function stepsLeft(left, count) {
  if (left > 0) return `${left} ${left === 1 ? "step is" : "steps are"} left to the layer that reads the pixels.`;
  return `So it is ${counted(count, "step")}: each product here is a weight times a pixel.`;
}
