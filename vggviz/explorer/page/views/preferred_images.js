// What a channel prefers: parts of images that excite it, and what was drawn for it.

import { formatted } from "../arithmetic/number_format.js";
import { asError } from "../state/errors.js";
import { LruCache } from "../state/lru_cache.js";
import { contextOf, copy, element } from "./elements.js";

/**
 * @import { Files } from "../state/files.js"
 * @import { Box, Layer, Manifest, Tiles } from "../state/types.js"
 * @typedef {[string, number, number, number, number, number]} Example   image, value, and the box that excites
 * @typedef {{manifest: Manifest, files: Files, failed: (problem: Error) => void}} Tools
 */

const IMAGES = 16;

export class PreferredImages {
  #root;
  #tools;
  #list = element("div", { class: "liked" });
  #images = new LruCache(IMAGES);
  /** @type {string | null} */
  #shown = null;

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#root = root;
    this.#tools = tools;
    root.replaceChildren(element("h3", {}, "What this channel likes best"), this.#list);
  }

  /** @type {(layer: Layer, channel: number) => Promise<void>} */
  async show(layer, channel) {
    const key = `${layer.name}/${channel}`;
    this.#root.hidden = !layer.examples && !layer.drawings;
    if (this.#root.hidden || key === this.#shown) return;
    this.#shown = key;
    try {
      const figures = [...(await this.#drawing(layer, channel)), ...(await this.#examples(layer, channel))];
      if (this.#shown === key) this.#list.replaceChildren(...figures);
    } catch (problem) {
      this.#shown = null;
      this.#tools.failed(asError(problem));
    }
  }

  /** @type {(layer: Layer, channel: number) => Promise<Node[]>} */
  async #drawing({ name, drawings }, channel) {
    if (!drawings) return [];
    const sheet = await this.#image(`drawings/${name}.png`);
    return [figure(sheet, drawingBox(drawings, channel), "drawn for this channel", "drawn for it")];
  }

  /** @type {(layer: Layer, channel: number) => Promise<Node[]>} */
  async #examples(layer, channel) {
    if (!layer.examples) return [];
    /** @type {Example[]} */
    const found = (await this.#tools.files.json(`examples/${layer.name}.json`))[channel];
    const examples = found.filter(([, value]) => layer.signed || value > 0); // at zero nothing is preferred
    if (!examples.length) return [element("p", { class: "quiet" }, "It is zero for every picture that was searched.")];
    const bitmaps = await Promise.all(examples.map(([id]) => this.#image(`examples/${id}.png`)));
    return examples.map((example, i) => exampleFigure(bitmaps[i], example, this.#tools.manifest));
  }

  /** @type {(path: string) => Promise<ImageBitmap>} */
  #image(path) {
    return this.#images.get(path, () => this.#tools.files.image(path));
  }
}

/** Where a channel's drawing is in the sheet of its layer. @type {(drawings: Tiles, channel: number) => Box} */
export function drawingBox({ columns, tile: [high, wide] }, channel) {
  const [top, left] = [Math.floor(channel / columns) * high, (channel % columns) * wide];
  return [top, left, top + high, left + wide];
}

/** @type {(bitmap: ImageBitmap, example: Example, manifest: Manifest) => HTMLElement} */
function exampleFigure(bitmap, [id, value, ...box], manifest) {
  const title = manifest.examples.titles[id];
  const [top, left, bottom, right] = box;
  const words = `part of ${title}, rows ${top} to ${bottom - 1}, columns ${left} to ${right - 1}`;
  const made = figure(bitmap, around(box, bitmap), words, `${title}: ${formatted(value)}`);
  frame(/** @type {HTMLCanvasElement} */ (made.firstChild), box, around(box, bitmap));
  return made;
}

/** Pixels of surroundings, so that one sees what a few pixels are a part of. */
const LEAST = 72;

/** The box with its surroundings, square, inside the image. @type {(box: Box, image: {width: number, height: number}) => Box} */
function around([top, left, bottom, right], { width, height }) {
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

/** @type {(bitmap: ImageBitmap, box: Box, words: string, caption: string) => HTMLElement} */
function figure(bitmap, box, words, caption) {
  const canvas = element("canvas", { role: "img", "aria-label": words });
  copy(canvas, bitmap, box);
  return element("figure", {}, canvas, element("figcaption", {}, caption));
}
