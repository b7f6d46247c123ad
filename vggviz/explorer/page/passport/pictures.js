// What was drawn for a channel, and the parts of photographs that excite it most.

import { counted, formatted } from "../arithmetic/number_format.js";
import { contextOf, copy, element } from "../views/elements.js";
import { enlarging } from "../views/enlarged.js";
import { cutterOf } from "../views/faces.js";

/**
 * @import { Box } from "../state/types.js"
 * @import { Cut, Example } from "../views/faces.js"
 * @import { Section } from "./panel.js"
 */

/** @type {Section} */
export const WANTED = {
  title: "What was drawn for it",
  name: "drawings",
  isKnown: ({ layer }) => layer.drawings !== null,
  fill: async ({ layer, channel, tools: { faces } }) => {
    const cut = (await faces.cutter(layer.name, "drawn"))?.(channel);
    const figures = cut ? [figure(cut, "drawn for this channel", layer.opposites ? "answers most" : "found by changing noise")] : [];
    if (layer.opposites) {
      const sheet = await faces.sheet(`opposites/${layer.name}.webp`);
      const opposite = cutterOf(sheet, layer.opposites)(channel);
      if (opposite) figures.push(figure(opposite, "drawn for the opposite of this channel", "its opposite"));
    }
    return [element("div", { class: "liked large" }, ...figures)];
  },
};

/** @type {Section} */
export const CROPS = {
  title: "What excites it in photographs",
  name: "photographs that excite it",
  isKnown: ({ layer }) => layer.examples,
  fill: async ({ layer, channel, tools: { faces, manifest } }) => {
    const { titles } = manifest.examples;
    const examples = (await faces.examples(layer))(channel);
    if (!examples.length) return [quiet("It is zero for every picture that was searched.")];
    const bitmaps = await Promise.all(examples.map(({ id }) => faces.photograph(id)));
    const figures = examples.map((example, i) => exampleFigure(bitmaps[i], example, titles[example.id]));
    const count = Object.keys(titles).length;
    return [element("div", { class: "liked" }, ...figures), quiet(`The strongest of ${counted(count, "picture")}, one part of each.`)];
  },
};

/** @type {(bitmap: ImageBitmap, example: Example, title: string) => HTMLElement} */
function exampleFigure(bitmap, { value, box }, title) {
  const [top, left, bottom, right] = box;
  const words = `part of ${title}, rows ${top} to ${bottom - 1}, columns ${left} to ${right - 1}`;
  const seen = around(box, bitmap);
  const made = figure({ bitmap, box: seen }, words, `${title}: ${formatted(value)}`);
  frame(/** @type {HTMLCanvasElement} */ (made.querySelector("canvas")), box, seen);
  return made;
}

/** Pixels of surroundings, so that one sees what a few pixels are a part of. */
const LEAST = 72;

/** The box with its surroundings, square, inside the image. @type {(box: Box, image: {width: number, height: number}) => Box} */
export function around([top, left, bottom, right], { width, height }) {
  const side = Math.min(Math.max(LEAST, 1.4 * Math.max(bottom - top, right - left)), width, height);
  /** @type {(middle: number, whole: number) => number} */
  const start = (middle, whole) => Math.round(Math.min(Math.max(middle - side / 2, 0), whole - side));
  const [y, x] = [start((top + bottom) / 2, height), start((left + right) / 2, width)];
  return [y, x, Math.round(y + side), Math.round(x + side)];
}

/** Dim what lies outside the box, and frame it. @type {(canvas: HTMLCanvasElement, box: Box, seen: Box) => void} */
function frame(canvas, [top, left, bottom, right], [y, x]) {
  const context = contextOf(canvas);
  const inside = [left - x, top - y, right - left, bottom - top];
  context.fillStyle = "rgb(0 0 0 / .5)";
  context.beginPath();
  context.rect(0, 0, canvas.width, canvas.height);
  context.rect(inside[0], inside[1], inside[2], inside[3]);
  context.fill("evenodd");
  Object.assign(context, { strokeStyle: "#ff3ea5", lineWidth: Math.max(1, canvas.width / 96) });
  context.strokeRect(inside[0], inside[1], inside[2], inside[3]);
}

/** @type {(cut: Cut, words: string, caption: string) => HTMLElement} */
export function figure({ bitmap, box }, words, caption) {
  const canvas = element("canvas", { role: "img", "aria-label": words });
  copy(canvas, bitmap, box);
  return element("figure", {}, enlarging(canvas), element("figcaption", {}, caption));
}

/** @param {string} words */
export const quiet = (words) => element("p", { class: "quiet" }, words);
