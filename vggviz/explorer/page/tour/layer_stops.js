// Stops of the tour about layers: one direction, coarser maps, who answers at a place, silence.

import { reasons } from "../answer/reasons.js";
import { formatted } from "../arithmetic/number_format.js";
import { samePlace } from "../arithmetic/receptive_field.js";
import {
  directedPlace, hasAnswer, lastConvolution, ofPixels, placeIn, strongestAt, toldOf,
} from "./given.js";

/**
 * @import { Layer, Manifest } from "../state/types.js"
 * @import { Given, Plan } from "./given.js"
 */

const PLAIN = { off: {}, where: null, view: /** @type {const} */ ("channels") };

/** @type {Plan} */
export const DIRECTION = {
  title: "One direction",
  fits: (manifest) => Boolean(ofPixels(manifest)),
  async make(given) {
    const { layer, channel, angle, cell, value } = await directedPlace(given);
    const weights = layer.kernel ? layer.kernel.size[0] * layer.kernel.size[1] * 3 : 0;
    const begin = { ...PLAIN, layer: layer.name, channel, cell: null };
    return {
      begin,
      shown: [{ ...begin, cell, view: /** @type {const} */ ("cell") }],
      guess:
        `Of all ${layer.channels} channels of ${layer.name}, channel ${channel} depends most on the direction of lines. ` +
        "Which lines does it mark: level, upright or slanting ones?",
      words: [[
        `Channel ${channel} answers most to lines at ${Math.round(angle)}° (0° is level, 90° upright), as its ${weights} weights say.`,
        `Where it is strongest here, ${weights} products of weights and pixels, and a bias, add up to ${formatted(value)}.`,
      ]],
    };
  },
};

/** The first convolution after some pools. @type {(manifest: Manifest, count: number) => Layer | undefined} */
function afterPools({ layers }, count) {
  const pools = layers.filter(({ kind }) => kind === "pooling");
  const start = pools.length < count ? layers.length : layers.indexOf(pools[count - 1]);
  return layers.slice(start).find(({ kind }) => kind === "convolution");
}

const POOLS = 3;

/** @type {Plan} */
export const COARSER = {
  title: "Three pools later",
  fits: (manifest) => Boolean(ofPixels(manifest) && afterPools(manifest, POOLS)?.field),
  async make(given) {
    const from = await directedPlace(given);
    const layer = /** @type {Layer} */ (afterPools(given.manifest, POOLS));
    const cell = samePlace(from.layer, layer, from.cell);
    const { channel, value } = await strongestAt(given, layer, cell);
    const { stride, size } = /** @type {NonNullable<Layer["field"]>} */ (layer.field);
    return {
      begin: { ...PLAIN, layer: from.layer.name, channel: from.channel, cell: from.cell },
      shown: [{ ...PLAIN, layer: layer.name, channel, cell }],
      guess: "Each pool keeps the largest of four cells. After three, how much of the picture does one cell see?",
      words: [[
        `The same place is now row ${cell[0]}, column ${cell[1]} of ${layer.rows} × ${layer.columns}: ` +
          `the cells lie ${stride[0]} pixels apart, and each sees ${size[0]} × ${size[1]} of them.`,
        `Of ${layer.channels} channels, number ${channel} answers most here, ${formatted(value)}.`,
      ]],
    };
  },
};

/** Rows of the maps in which single things of a picture can be pointed at. */
const FINE = 20;

/** @type {(manifest: Manifest) => Layer | undefined} */
const pointed = (manifest) =>
  manifest.layers.findLast(({ kind, rows }) => kind === "convolution" && rows >= FINE) ?? lastConvolution(manifest);

/** @type {Plan} */
export const HERE = {
  title: "Who answers here",
  fits: (manifest) => Boolean(pointed(manifest)),
  async make(given) {
    const layer = /** @type {Layer} */ (pointed(given.manifest));
    const cell = await placeIn(given, layer);
    const { channel, value, values } = await strongestAt(given, layer, cell);
    const { maximum } = await given.data.statistics(given.picture, layer.name);
    const strongest = maximum.indexOf(Math.max(...maximum));
    const rank = maximum.filter((each) => each > maximum[channel]).length + 1;
    const begin = { ...PLAIN, layer: layer.name, sort: /** @type {const} */ ("strength"), cell: null, channel: strongest };
    const other = `It is the strongest on the whole picture, too.`;
    return {
      begin,
      shown: [{ ...begin, sort: /** @type {const} */ ("here"), cell, channel }],
      guess:
        `Channel ${strongest} is the strongest of ${layer.name} on this picture. Does it also answer most ` +
        `${hasAnswer(given.manifest) ? "where most speaks for the answer" : "in the middle"}?`,
      words: [[
        `At row ${cell[0]}, column ${cell[1]} channel ${channel} answers most, ${formatted(value)}.`,
        channel === strongest ? other
          : `On the whole picture it is number ${rank}; channel ${strongest} has ${formatted(values[strongest])} here. Tap elsewhere: others answer.`,
      ]],
    };
  },
};

/** @type {Plan} */
export const SILENCE = {
  title: "Most cells are zero",
  fits: (manifest) => Boolean(lastConvolution(manifest)),
  async make(given) {
    const layer = /** @type {Layer} */ (lastConvolution(given.manifest));
    const { zeros, maximum } = await given.data.statistics(given.picture, layer.name);
    const { channel, told } = await speaker(given, layer, maximum);
    const [cells, share] = [layer.rows * layer.columns, zeros.reduce((sum, each) => sum + each, 0) / zeros.length];
    const silent = maximum.filter((each) => each === 0).length;
    const begin = { ...PLAIN, layer: layer.name, cell: null, channel };
    return {
      begin,
      shown: [{ ...begin, view: /** @type {const} */ ("passport") }],
      guess: `${layer.name} has ${layer.channels} maps of ${layer.rows} × ${layer.columns} cells. How many of the cells are zero?`,
      words: [[
        `${Math.round(100 * share)} % of the cells of ${layer.name} are zero; ${silent} of its ${layer.channels} channels are silent: ` +
          "zero in every cell.",
        `Channel ${channel}${told} is above zero in ${Math.round(cells * (1 - zeros[channel]))} of ${cells} cells.`,
      ]],
    };
  },
};

/**
 * The channel that speaks most for the answer, where that is known; else the strongest.
 * @type {(given: Given, layer: Layer, maximum: number[]) => Promise<{channel: number, told: string}>}
 */
async function speaker(given, layer, maximum) {
  const strongest = { channel: maximum.indexOf(Math.max(...maximum)), told: ", the strongest," };
  if (!hasAnswer(given.manifest)) return strongest;
  const { classifier, means, found, first, second } = await toldOf(given);
  if (!classifier.off.includes(layer.name)) return strongest;
  const [most] = reasons(means, classifier, { first: found.order[0], second: found.order[1] }, 1);
  return most ? { channel: most.channel, told: `, which speaks most for “${first}” against “${second}”,` } : strongest;
}
