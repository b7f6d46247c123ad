// What is asked of the engine: canvases, objectives and layers, chosen for the network at hand.

import { deeper, silenced } from "../answer/classifier.js";
import { kernelOf } from "../gradients/objective.js";
import { blocksOf } from "../state/blocks.js";

/**
 * @import { Classifier } from "../answer/classifier.js"
 * @import { DrawingSettings, Objective } from "../gradients/types.js"
 * @import { Layer, Off } from "../state/types.js"
 */

/** Steps of a drawing, of a style, and at most to turn an answer. */
export const STEPS = Object.freeze({ drawing: 128, style: 40, fool: 30 });

/** Side of a picture that takes a style. */
export const STYLE_SIDE = 128;

const [LEAST, MOST, GRAIN] = [32, 112, 16];

/**
 * Side of the canvas of a drawing: as large as what a cell sees, up to a side on which the last block's channels answer as
 * much as on one of 160 pixels, in half the time. Whole multiples of a few pixels, so that layers share
 * what was compiled for a size.
 * @param {Pick<Layer, "field">} layer
 * @returns {number}
 */
export function canvasSide({ field }) {
  const wanted = field ? Math.max(...field.size) : MOST;
  return Math.min(MOST, Math.max(LEAST, Math.ceil(wanted / GRAIN) * GRAIN));
}

/** @type {(layer: Layer, channel: number, seed: number) => DrawingSettings} */
export function drawingSettings(layer, channel, seed) {
  const stride = layer.field ? layer.field.stride[0] : 1;
  return { layer: layer.name, channel, size: canvasSide(layer), steps: STEPS.drawing, seed, stride };
}

/**
 * The score of a class; channels that are switched off add nothing.
 * @type {(classifier: Classifier, index: number, off: Off) => Objective}
 */
export function classObjective(classifier, index, off) {
  const { layer, bias } = classifier;
  const weights = kernelOf(classifier, index);
  for (const channel of silenced(classifier, off)) weights[channel] = 0;
  return { layer, weights, bias: bias[index] };
}

/** The channels off that the network must leave out; the objective does it for the others. @type {(classifier: Classifier, off: Off) => Off} */
export function gatedOff(classifier, off) {
  return Object.fromEntries(deeper(classifier, off).map((layer) => [layer, off[layer]]));
}

/**
 * Layers whose Gram matrices are a style, the first convolution of each block, and how much each counts at first: the
 * last block costs as much as all others, and adds little.
 * @param {Layer[]} layers
 * @returns {Record<string, number>}
 */
export function styleLayers(layers) {
  const firsts = blocksOf(layers)
    .map((block) => block.layers.map(({ layer }) => layer).find(({ kind }) => kind === "convolution"))
    .filter((layer) => layer !== undefined);
  return Object.fromEntries(firsts.map(({ name }, i) => [name, i > 0 && i === firsts.length - 1 ? 0 : 1]));
}

/** The layer whose maps are to stay: past the middle, where things are still in their place. @param {Layer[]} layers */
export function contentLayer(layers) {
  const convolutions = layers.filter(({ kind }) => kind === "convolution");
  return convolutions[Math.floor(0.65 * convolutions.length)].name;
}
