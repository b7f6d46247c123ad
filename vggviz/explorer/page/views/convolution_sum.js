// The arithmetic of one cell of a convolution: products by input channel, bias, sum, ReLU.

import { agrees, explain, kernelOf, patch, taps } from "../arithmetic/convolution.js";
import { largestTap, tapCell } from "../arithmetic/descent.js";
import { formatted } from "../arithmetic/number_format.js";
import { colourIn, MEAN } from "../arithmetic/pixels.js";
import { sumTexts } from "../arithmetic/sum_texts.js";
import { imageNamed, layerBefore } from "../state/manifest.js";
import { describeSum } from "./descriptions.js";
import { element } from "./elements.js";
import { pixelsUnder } from "./pixels_under.js";
import { reluFigure } from "./relu_figure.js";
import { sumRow } from "./sum_rows.js";
import { tapsFigure } from "./taps.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Explained } from "../arithmetic/convolution.js"
 * @import { Kernel, Kernels, Layer, Manifest, Pair, Planes, State } from "../state/types.js"
 * @import { SumTexts } from "../arithmetic/sum_texts.js"
 * @import { StepTo } from "./cell.js"
 * @typedef {{state: State, cell: Pair, layer: Layer, kernel: Kernel, inputs: Planes, kernels: Kernels, value: number,
 *   manifest: Manifest, colours: Colours, photograph: ImageBitmap, stepTo: StepTo}} Given   `inputs`, what the layer reads;
 *   `value`, in the map
 * @typedef {Given & {patch: Float32Array, weights: Float32Array, explained: Explained, texts: SumTexts,
 *   names: string[] | null}} Sum   `names` of the input channels, if they have names
 * @typedef {{words: string, title: string, act: () => void}} Next   the step that leads on
 */

/**
 * @param {Given} given
 * @returns {{parts: HTMLElement[], next: Next | null}}
 */
export function convolutionSum(given) {
  const sum = summed(given);
  const { explained, names, kernel, texts } = sum;
  /** @type {HTMLElement[]} */
  const parts = [
    element("p", { class: "equation" }, describeSum(explained, texts, names)),
    ...(names ? pixelsUnder({ ...sum, names }) : []),
    element("p", { class: "quiet" }, productsText(sum)),
    element("ol", { class: "rows", "aria-label": "The sum, part by part" }, ...productRows(sum), ...totalRows(sum)),
  ];
  if (kernel.activation === "relu") parts.push(reluFigure(explained.sum, explained.value));
  return { parts: [...parts, agreement(sum)], next: nextOf(sum) };
}

/** @param {Sum} sum */
function productsText({ names, kernel: { size }, layer }) {
  if (names?.every((name) => name.endsWith(MEAN))) return "Products, by colour, of the pixels less their mean:";
  if (names) return "Products, by input channel:";
  const count = size[0] * size[1];
  if (count === 1) return `Products, by input channel. Each leads to the cell of ${layer.reads} that it comes from:`;
  return `By input channel: each number is a sum of ${count} products, of the ${count} cells under the kernel. It leads to the cell of ${layer.reads} that gives most of it:`;
}

/** To what gives most. @type {(sum: Sum) => Next | null} */
function nextOf(sum) {
  const most = sum.explained.products.reduce((best, each, i, all) => (each.sum > all[best].sum ? i : best), 0);
  if (sum.names || !(sum.explained.products[most]?.sum > 0)) return null;
  const { channel } = sum.explained.products[most];
  return { words: `Largest part: channel ${channel}`, ...stepOf(sum, channel) };
}

/** @type {(sum: Sum, channel: number) => {title: string, act: () => void}} */
function stepOf({ patch, weights, inputs, layer, cell, manifest, stepTo }, channel) {
  const [under, kernel] = [patch, weights].map((values) => taps(values, inputs.channels, channel));
  const before = layerBefore(manifest, layer);
  const { cell: below, product } = largestTap(layer, cell, before, under.map((value, i) => value * kernel[i]));
  const title = `To row ${below[0]}, column ${below[1]} of channel ${channel} in ${before.name}, which gives ${formatted(product)} of it`;
  return { title, act: () => stepTo(before.name, channel, below) };
}

/** @type {(given: Given) => Sum} */
function summed(given) {
  const { state, cell, layer, kernel, inputs, kernels, manifest } = given;
  const values = patch(inputs, layer, cell);
  const weights = kernelOf(kernels.weights, layer, state.channel);
  const explained = explain({
    patch: values,
    kernel: weights,
    bias: kernels.bias[state.channel],
    activation: kernel.activation,
    channels: inputs.channels,
  });
  const names = layer.reads === "input" ? manifest.input.channels : null;
  return { ...given, patch: values, weights, explained, texts: sumTexts(explained), names };
}

/** @type {(sum: Sum) => Node[]} */
function productRows(sum) {
  const { explained, texts, names } = sum;
  const most = mostOf(explained);
  return explained.products.map(({ channel, sum: product }, i) => {
    const name = names ? colourIn(names[channel]) : `channel ${channel}`;
    const step = names ? null : stepOf(sum, channel);
    const more = () => factors(sum, channel, texts.products[i]);
    return sumRow({ name, value: product, text: texts.products[i], most, step: step?.act, title: step?.title, more, open: i === 0, kind: "product" });
  });
}

/** The numbers that are multiplied, one by one, and added. @type {(sum: Sum, channel: number, product: string) => HTMLElement[]} */
function factors(sum, channel, product) {
  const { patch, weights, kernel, inputs, colours } = sum;
  /** @type {(values: Float32Array, words: string, stepOf?: (i: number) => {title: string, act: () => void} | null) => HTMLElement} */
  const figure = (values, words, stepOf) =>
    tapsFigure(taps(values, inputs.channels, channel), kernel.size, { limit: largest(values), colours, words, stepOf });
  const sign = (/** @type {string} */ text) => element("span", { class: "sign", "aria-hidden": "true" }, text);
  const equals = element("span", { class: "sign" }, `= ${product}`);
  const pixels = sum.names?.[channel].endsWith(MEAN) ? "pixels less mean" : "the pixels here";
  const under = sum.names ? pixels : `numbers of channel ${channel}`;
  return [figure(patch, under, (i) => stepToTap(sum, channel, i)), sign("×"), figure(weights, "their weights"), equals];
}

/** To one of the numbers under the kernel; where it overhangs the map there is none. @type {(sum: Sum, channel: number, i: number) => {title: string, act: () => void} | null} */
function stepToTap({ names, kernel, cell, layer, manifest, stepTo }, channel, i) {
  const before = layerBefore(manifest, layer);
  const [row, column] = tapCell(kernel, cell, i);
  if (names || row < 0 || column < 0 || row >= before.rows || column >= before.columns) return null;
  const title = `To row ${row}, column ${column} of channel ${channel} in ${before.name}`;
  return { title, act: () => stepTo(before.name, channel, [row, column]) };
}

/** @type {(sum: Sum) => Node[]} */
function totalRows({ explained, texts, kernel, value }) {
  const { others, remainder, bias, sum } = explained;
  const most = mostOf(explained);
  const { write } = texts;
  const rows = [sumRow({ name: "bias", value: bias, text: texts.bias, most }), sumRow({ name: "sum", value: sum, text: texts.sum, kind: "sum" })];
  const name = others === 1 ? "the one other channel" : `the other ${others} channels`;
  if (others) rows.unshift(sumRow({ name, value: remainder, text: texts.others, most }));
  if (kernel.activation === "relu") rows.push(sumRow({ name: "after the ReLU", value: sum, text: write(explained.value), kind: "sum" }));
  const [inMap, here] = [value, explained.value].map((each) => numberOf(write(each)));
  // What the map's number has more than the sum of what the files hold, which is rounded to half precision.
  if (inMap !== here) rows.push(sumRow({ name: "rounding of the stored numbers", value: 0, text: write(inMap - here) }));
  return [...rows, sumRow({ name: "the number in the map", value, text: write(value), kind: "sum" })];
}

/** @param {string} text as it is written */
const numberOf = (text) => Number(text.replace("−", "-").replaceAll(",", ""));

/** Whether the sum is the value in the map. @type {(sum: Sum) => HTMLElement} */
function agreement({ explained, value, manifest, state, layer }) {
  const maximum = imageNamed(manifest, state.picture).maximum[layer.name];
  const close = agrees(explained.value, value, maximum);
  return element(
    "p",
    { class: close ? "quiet" : "problem", id: "agreement" },
    close
      ? `They agree: within a thousandth of the layer’s largest value, ${formatted(maximum)}.`
      : `They differ by ${formatted(explained.value - value)}, more than rounding explains.`,
  );
}

/** A full bar; that of all others together may be cut. @type {(explained: Explained) => number} */
const mostOf = ({ products, bias }) => Math.max(...[...products.map((each) => each.sum), bias].map(Math.abs));

/** @type {(values: Float32Array) => number} */
const largest = (values) => values.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
