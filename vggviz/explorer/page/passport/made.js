// How a channel is made: its kernel in colour where it reads the picture; deeper, the channels that it reads most.

import { paint } from "../arithmetic/colours.js";
import { kernelOf, taps } from "../arithmetic/convolution.js";
import { counted, formatted, hundredths } from "../arithmetic/number_format.js";
import { colourIn, rgbOrder } from "../arithmetic/pixels.js";
import { layerBefore } from "../state/manifest.js";
import { draw, element } from "../views/elements.js";
import { enlarging } from "../views/enlarged.js";
import { cutterOf } from "../views/faces.js";
import { facesOf } from "./face.js";
import { figure, quiet } from "./pictures.js";
import { related, withEffect } from "./relations.js";
import { nearly, percent } from "./words.js";

/**
 * @import { Layer, Manifest } from "../state/types.js"
 * @import { Context, Section } from "./panel.js"
 */

/** Below this correlation expanded weights say little. */
const LOW = 0.5;

/** @type {Section} */
export const MADE = {
  title: "How it is made",
  name: "how it is made",
  isKnown: ({ layer, known }) => readsPicture(layer) || known("inputs") !== null,
  fill: async (context) => [
    ...(readsPicture(context.layer) ? await kernel(context) : inputs(context)),
    ...(await expanded(context)),
  ],
};

/** @param {Layer} layer */
const readsPicture = ({ reads, kernel }) => reads === "input" && kernel !== null;

/** @type {(context: Context) => Promise<Node[]>} */
async function kernel({ layer, channel, tools: { manifest, data, colours } }) {
  const { weights } = await data.kernels(layer.name);
  const values = kernelOf(weights, layer, channel);
  const names = manifest.input.channels;
  const limit = Math.max(...values.map(Math.abs));
  const planes = names.map((_, c) => taps(values, names.length, c));
  const order = rgbOrder(names);
  const figures = (order ?? [...names.keys()]).map((c) =>
    pictureOf(paint(planes[c], { limit, signed: true, colours }), layer, colourIn(names[c])));
  if (order) figures.unshift(pictureOf(inColour(order.map((c) => planes[c]), limit), layer, "in colour"));
  const [rows, columns] = layer.kernel?.size ?? [0, 0];
  const range = `${formatted(Math.min(...values))} to ${formatted(Math.max(...values))}`;
  const words = `All of it: ${rows} × ${columns} × ${names.length} = ${values.length} weights, from ${range}. In colour, grey is zero; ` +
    "by itself, red adds and blue takes away.";
  return [element("div", { class: "liked kernel" }, ...figures), quiet(words)];
}

/** @type {(planes: ArrayLike<number>[], limit: number) => Uint8ClampedArray<ArrayBuffer>} RGBA; grey is zero */
export function inColour(planes, limit) {
  const pixels = new Uint8ClampedArray(4 * planes[0].length).fill(255);
  planes.forEach((plane, c) => Array.from(plane).forEach((value, i) => (pixels[4 * i + c] = 128 + (127 * value) / (limit || 1))));
  return pixels;
}

/** @type {(pixels: Uint8ClampedArray<ArrayBuffer>, layer: Layer, words: string) => HTMLElement} */
function pictureOf(pixels, { kernel }, words) {
  const [rows, columns] = kernel?.size ?? [1, 1];
  const canvas = element("canvas", { role: "img", "aria-label": `kernel: ${words}`, class: "pixels" });
  draw(canvas, pixels, rows, columns);
  return element("figure", {}, enlarging(canvas), element("figcaption", {}, words));
}

/** @type {(context: Context) => Node[]} */
function inputs(context) {
  const { layer, known, about, tools } = context;
  const source = about?.layers[layer.name].reads;
  if (!source) return [quiet(readsWords(layer, tools.manifest))];
  const found = related(context, { of: "inputs", shares: "input_shares", layer: source });
  const count = known("input_count")?.[0];
  const sum = found.reduce((whole, { share }) => whole + Math.abs(share), 0);
  const rest = count ? ` Nine tenths of that sum belong to ${counted(count, "channel")}.` : "";
  const words = `It reads ${source}. These ${found.length} channels have ${percent(sum)} of the sum of its squared weights; + excites, − inhibits.${rest}`;
  return [facesOf(withEffect(found), tools), quiet(words)];
}

/** @type {(layer: Layer, manifest: Manifest) => string} */
const readsWords = (layer, manifest) =>
  layer.reads ? `It reads ${layerBefore(manifest, layer).name}.` : "It reads several layers.";

/** The weights down to the pixels, with how well they tell what the channel does. @type {(context: Context) => Promise<Node[]>} */
async function expanded({ layer, channel, known, about, tools: { faces } }) {
  const tiles = about?.layers[layer.name].expanded;
  if (!tiles) return [];
  const cut = cutterOf(await faces.sheet(`atlas/${layer.name}.webp`), tiles)(channel);
  if (!cut) return [];
  const made = figure(cut, "weights down to the pixels, as if nothing were cut off on the way", "down to the pixels");
  made.querySelector("canvas")?.classList.add("pixels");
  return [element("div", { class: "liked kernel" }, made), ...expandedWords(known("expanded_correlation")?.[0] ?? NaN, known("cancellation")?.[0] ?? NaN)];
}

/** @type {(correlation: number, cancellation: number) => Node[]} */
function expandedWords(correlation, cancellation) {
  const says = "All ways from the pixels added up, as if no ReLU cut anything off; grey is zero.";
  const real = Number.isNaN(correlation) ? "" : ` Correlation with its real response on the photographs: ${hundredths(correlation)}.`;
  const lost = Number.isNaN(cancellation) ? "" : ` Of what goes up those ways, ${nearly(cancellation)} cancels out.`;
  const nodes = [quiet(says + real + lost)];
  if (correlation < LOW) nodes.push(element("p", { class: "warning" }, "Take care: here excitation and inhibition cancel, so this picture says little of what the channel answers to."));
  return nodes;
}
