// The arithmetic of one cell of a convolution: products by input channel, bias, sum, ReLU.

import { agrees, explain, kernelOf, patch, taps } from "../arithmetic/convolution.js";
import { formatted } from "../arithmetic/number_format.js";
import { windowUnder } from "../arithmetic/receptive_field.js";
import { imageNamed, layerBefore } from "../state/manifest.js";
import { describeSum } from "./descriptions.js";
import { element } from "./elements.js";
import { reluFigure } from "./relu_figure.js";
import { sumRow } from "./sum_rows.js";
import { tapsFigure } from "./taps.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Explained } from "../arithmetic/convolution.js"
 * @import { Kernel, Kernels, Layer, Manifest, Pair, Planes, State } from "../state/types.js"
 * @import { StepTo } from "./cell.js"
 * @typedef {{state: State, cell: Pair, layer: Layer, kernel: Kernel, inputs: Planes, kernels: Kernels, value: number,
 *   manifest: Manifest, colours: Colours, stepTo: StepTo}} Given   `inputs`, what the layer reads; `value`, in the map
 * @typedef {Given & {patch: Float32Array, weights: Float32Array, explained: Explained, names: string[] | null}} Sum
 *   `names` of the input channels, if they have names
 */

/**
 * @param {Given} given
 * @returns {HTMLElement[]}
 */
export function convolutionSum(given) {
  const sum = summed(given);
  const { explained, names, kernel, value } = sum;
  /** @type {HTMLElement[]} */
  const parts = [
    element("p", { class: "equation" }, describeSum(explained, value, names)),
    element("p", { class: "quiet" }, names ? "Products, by input channel:" : `Products, by input channel. Each leads to where it comes from in ${given.layer.reads}:`),
    element("ol", { class: "rows", "aria-label": "The sum, part by part" }, ...productRows(sum), ...totalRows(sum)),
  ];
  if (kernel.activation === "relu") parts.push(reluFigure(explained.sum, explained.value));
  return [...parts, agreement(sum)];
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
  return { ...given, patch: values, weights, explained, names };
}

/** @type {(sum: Sum) => Node[]} */
function productRows(sum) {
  const { explained, names, layer, kernel, cell, manifest, stepTo } = sum;
  const most = mostOf(explained);
  const before = layerBefore(manifest, layer);
  return explained.products.map(({ channel, sum: product }, i) => {
    const name = names?.[channel] ?? `channel ${channel}`;
    const step = names ? null : () => stepTo(before.name, channel, middleCell(kernel, cell, before));
    const more = () => factors(sum, channel, product);
    return sumRow({ name, value: product, most, step, title: `To ${name} of ${before.name}`, more, open: i === 0, kind: "product" });
  });
}

/** The numbers that are multiplied, one by one, and added. @type {(sum: Sum, channel: number, product: number) => HTMLElement[]} */
function factors({ patch, weights, kernel, inputs, colours }, channel, product) {
  /** @type {(values: Float32Array, words: string) => HTMLElement} */
  const figure = (values, words) =>
    tapsFigure(taps(values, inputs.channels, channel), kernel.size, { limit: largest(values), colours, words });
  const sign = (/** @type {string} */ text) => element("span", { class: "sign", "aria-hidden": "true" }, text);
  const equals = element("span", { class: "sign" }, `= ${formatted(product)}`);
  return [figure(patch, "under the kernel"), sign("×"), figure(weights, "the kernel"), equals];
}

/** @type {(sum: Sum) => Node[]} */
function totalRows({ explained, kernel, value }) {
  const { others, remainder, bias, sum } = explained;
  const most = mostOf(explained);
  const rows = [sumRow({ name: "bias", value: bias, most }), sumRow({ name: "sum", value: sum, kind: "sum" })];
  if (others) rows.unshift(sumRow({ name: others === 1 ? "the one other channel" : `the other ${others} channels`, value: remainder, most }));
  if (kernel.activation === "relu") rows.push(sumRow({ name: "after the ReLU", value: explained.value, kind: "sum" }));
  const rounding = value - explained.value;
  // What the map's number has more than the sum of what the files hold, which is rounded to half precision.
  if (formatted(value) !== formatted(explained.value)) rows.push(sumRow({ name: "rounding of the files", value: rounding }));
  return [...rows, sumRow({ name: "the number in the map", value, kind: "sum" })];
}

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

/**
 * The cell in the middle of a kernel, kept inside the map.
 * @type {(kernel: Kernel, cell: Pair, before: Layer) => Pair}
 */
function middleCell(kernel, cell, before) {
  const [top, left, bottom, right] = windowUnder(kernel, cell);
  /** @type {(value: number, count: number) => number} */
  const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
  return [inside((top + bottom - 1) >> 1, before.rows), inside((left + right - 1) >> 1, before.columns)];
}

/** A full bar; that of all others together may be cut. @type {(explained: Explained) => number} */
const mostOf = ({ products, bias }) => Math.max(...[...products.map((each) => each.sum), bias].map(Math.abs));

/** @type {(values: Float32Array) => number} */
const largest = (values) => values.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
