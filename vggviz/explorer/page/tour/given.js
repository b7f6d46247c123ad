// What stops of the tour are computed from.

import { classActivation } from "../answer/class_activation.js";
import { answer } from "../answer/scores.js";
import { mostDirected } from "../arithmetic/direction.js";
import { plane, strongest } from "../arithmetic/planes.js";
import { valuesAt } from "../arithmetic/place.js";
import { samePlace } from "../arithmetic/receptive_field.js";
import { layerNamed } from "../state/manifest.js";

/**
 * @import { Classifier } from "../answer/classifier.js"
 * @import { Answer } from "../answer/scores.js"
 * @import { Directed } from "../arithmetic/direction.js"
 * @import { Data } from "../state/data.js"
 * @import { Sources } from "../live/sources.js"
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Layer, Manifest, Pair, State } from "../state/types.js"
 * @typedef {{manifest: Manifest, data: Pick<Data, "maps" | "statistics" | "kernels">, classifier: GiveClassifier,
 *   picture: string}} Given
 * @typedef {{begin: Partial<State>, shown: Partial<State>[], guess: string, words: string[][]}} Stop   `begin` is shown
 *   while the reader guesses, `shown` then, one after the other, each with its words
 * @typedef {{title: string, fits: (manifest: Manifest) => boolean, make: (given: Given) => Promise<Stop>}} Plan
 * @typedef {{classifier: Classifier, means: number[], found: Answer, first: string, second: string}} Told
 */

/**
 * The picture with what is painted on it, and all channels on.
 * @type {(tools: Omit<Given, "data" | "picture"> & {data: Data, sources: Pick<Sources, "idOf">}, state: State) => Given}
 */
export function asShown({ manifest, data, sources, classifier }, state) {
  const idOf = (/** @type {string} */ layer) => sources.idOf({ ...state, off: {}, shows: "now" }, layer);
  return {
    manifest,
    classifier,
    picture: state.picture,
    data: {
      maps: (_, layer) => data.maps(idOf(layer), layer),
      statistics: (_, layer) => data.statistics(idOf(layer), layer),
      kernels: (layer) => data.kernels(layer),
    },
  };
}

/** @type {(manifest: Manifest) => boolean} */
export const hasAnswer = ({ answer }) => Boolean(answer && answer.classes > 1);

/** @type {(given: Given) => Promise<Told>} */
export async function toldOf({ data, classifier: give, picture }) {
  const classifier = await give();
  if (!classifier) throw new Error("This network’s answer is not known.");
  const { mean: means } = await data.statistics(picture, classifier.layer);
  const found = answer(means, classifier);
  const [first, second] = found.order.map((k) => classifier.labels[k]);
  return { classifier, means, found, first, second };
}

/**
 * The cell that speaks most for the first class.
 * @type {(given: Given, told: Told) => Promise<{cell: Pair, part: number, layer: Layer}>}
 */
export async function evidence({ manifest, data, picture }, { classifier, found }) {
  const planes = await data.maps(picture, classifier.layer);
  const cells = classActivation(planes, classifier, found.order[0], []);
  const best = cells.indexOf(Math.max(...cells));
  const cell = /** @type {Pair} */ ([Math.floor(best / planes.columns), best % planes.columns]);
  return { cell, part: cells[best], layer: layerNamed(manifest, classifier.layer) };
}

/**
 * The place in a layer that the tour looks at: where most speaks for the answer, else the middle.
 * @type {(given: Given, layer: Layer) => Promise<Pair>}
 */
export async function placeIn(given, layer) {
  if (!hasAnswer(given.manifest)) return [layer.rows >> 1, layer.columns >> 1];
  const found = await evidence(given, await toldOf(given));
  return samePlace(found.layer, layer, found.cell);
}

/** @type {(given: Given, layer: Layer, cell: Pair) => Promise<{channel: number, value: number, values: Float32Array}>} */
export async function strongestAt({ data, picture }, layer, cell) {
  const values = valuesAt(await data.maps(picture, layer.name), cell);
  const channel = values.indexOf(Math.max(...values));
  return { channel, value: values[channel], values };
}

/** The layer whose kernels lie on pixels, if it is there. @type {(manifest: Manifest) => Layer | undefined} */
export const ofPixels = ({ layers, input }) =>
  layers.find(({ reads, kernel }) => reads === "input" && kernel && input.channels.length === 3 && kernel.size[0] > 1);

/**
 * The channel of the first layer that depends most on direction, and where the picture has most of it.
 * @type {(given: Given) => Promise<Directed & {layer: Layer, cell: Pair, value: number}>}
 */
export async function directedPlace({ manifest, data, picture }) {
  const layer = /** @type {Layer} */ (ofPixels(manifest));
  const [{ weights }, planes] = await Promise.all([data.kernels(layer.name), data.maps(picture, layer.name)]);
  const size = /** @type {NonNullable<Layer["kernel"]>} */ (layer.kernel).size;
  const found = mostDirected(weights, { count: layer.channels, size });
  return { ...found, layer, ...strongest(plane(planes, found.channel), planes.columns) };
}

/** The last convolution. @type {(manifest: Manifest) => Layer | undefined} */
export const lastConvolution = ({ layers }) => layers.findLast(({ kind }) => kind === "convolution");
