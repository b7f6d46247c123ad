// The arithmetic of one cell of a convolution, as a table.

import { paint } from "../arithmetic/colours.js";
import { agrees, explain, kernelOf, patch, taps } from "../arithmetic/convolution.js";
import { formatted } from "../arithmetic/number_format.js";
import { windowUnder } from "../arithmetic/receptive_field.js";
import { imageNamed, layerBefore } from "../state/manifest.js";
import { describeArithmetic } from "./descriptions.js";
import { button, draw, element } from "./elements.js";

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
 * @returns {Node[]}
 */
export function convolutionTable(given) {
  const sum = summed(given);
  const { explained, names, kernel } = sum;
  const head = ["reads", "patch", "kernel", "products, added"].map((text) => element("th", { scope: "col" }, text));
  const rows = [...productRows(sum), ...totalRows(sum)];
  return [
    element("p", {}, describeArithmetic(explained, names, kernel.activation)),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "The sum, part by part" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
    ),
    agreement(sum),
  ];
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
  const { patch, weights, explained, kernel, inputs, colours } = sum;
  /** @type {(values: Float32Array, channel: number, words: string) => Node} */
  const thumbnail = (values, channel, words) =>
    tapsCanvas(taps(values, inputs.channels, channel), kernel, { limit: largest(values), colours, words });
  return explained.products.map(({ channel, sum: products }) =>
    element(
      "tr",
      {},
      element("td", {}, inputName(sum, channel)),
      element("td", {}, thumbnail(patch, channel, "what lies there")),
      element("td", {}, thumbnail(weights, channel, "kernel")),
      element("td", {}, formatted(products)),
    ),
  );
}

/**
 * The name of an input channel; of a layer's channel, a button that goes there.
 * @type {(sum: Sum, channel: number) => Node}
 */
function inputName({ names, layer, manifest, kernel, cell, stepTo }, channel) {
  const name = names?.[channel] ?? `channel ${channel}`;
  if (names) return element("span", {}, name);
  const before = layerBefore(manifest, layer);
  const go = () => stepTo(before.name, channel, middleCell(kernel, cell, before));
  return button({ title: `To ${name} of ${before.name}`, onclick: go }, name);
}

/** @type {(sum: Sum) => Node[]} */
function totalRows({ explained, kernel, value }) {
  const { others, remainder, bias, sum } = explained;
  const rows = [totalRow("bias", bias), totalRow("sum", sum, "sum")];
  if (others) rows.unshift(totalRow(others === 1 ? "the one other channel" : `the other ${others} channels`, remainder));
  if (kernel.activation === "relu") {
    rows.push(totalRow("after ReLU: the larger of the sum and 0", explained.value, "sum"));
  }
  return [...rows, totalRow("the number in the map", value)];
}

/** @type {(name: string, value: number, kind?: string) => Node} */
const totalRow = (name, value, kind = "") =>
  element("tr", { class: kind }, element("th", { scope: "row", colspan: 3 }, name), element("td", {}, formatted(value)));

/** Whether the sum is the value in the map. @type {(sum: Sum) => Node} */
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

/**
 * A few numbers as squares, with their values in words.
 * @type {(values: Float32Array, kernel: Kernel, how: {limit: number, colours: Colours, words: string}) => Node}
 */
function tapsCanvas(values, { size }, { limit, colours, words }) {
  const [rows, columns] = size;
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns), formatted).join("  "),
  );
  const label = `${words}: ${Array.from(values, formatted).join(", ")}`;
  const canvas = element("canvas", { role: "img", "aria-label": label, title: lines.join("\n") });
  draw(canvas, paint(values, { limit, signed: true, colours }), rows, columns);
  return canvas;
}

/** @type {(values: Float32Array) => number} */
const largest = (values) => values.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
