// One image that the network computes in the page: its maps come layer by layer.

import { inputPlanes, preprocessed } from "./preprocessing.js";

/**
 * @import { Layer, Planes, Provider, Reading, Sheet, Statistics } from "../state/types.js"
 * @import { LayerNews } from "./messages.js"
 * @typedef {{planes: Planes, statistics: Statistics, sheet: Sheet}} Result   of one layer
 * @typedef {{promise: Promise<Result>, resolve: (result: Result) => void, reject: (problem: Error) => void}} Pending
 */

export class ComputedImage {
  #size;
  #photograph;
  /** @type {Map<string, Pending>} */
  #pending;

  /**
   * @param {Uint8ClampedArray} levels RGB, size * size * 3
   * @param {number} size
   * @param {Reading} reading
   * @param {string[]} layers
   */
  constructor(levels, size, reading, layers) {
    this.#size = size;
    this.#photograph = bitmapOf(levels, size);
    this.#pending = new Map(layers.map((layer) => [layer, pending()]));
    this.input = preprocessed(levels, reading);
  }

  /** @returns {Provider} whose promises are kept as the layers come */
  provider() {
    return {
      photograph: () => this.#photograph,
      sheet: async (layer) => (await this.#result(layer)).sheet,
      statistics: async (layer) => (await this.#result(layer)).statistics,
      maps: async (layer) => (layer === "input" ? inputPlanes(this.input, this.#size) : (await this.#result(layer)).planes),
    };
  }

  /** @type {(news: LayerNews, layer: Layer) => void} */
  add({ planes, statistics, sheet }, { name, rows, columns, channels }) {
    this.#pending.get(name)?.resolve({ planes: { data: planes, rows, columns, channels }, statistics, sheet });
  }

  /** What has not come will not come. @param {Error} problem */
  fail(problem) {
    for (const each of this.#pending.values()) each.reject(problem);
  }

  /** @type {(layers: string[]) => Promise<void>} when all of them have come */
  async complete(layers) {
    await Promise.all(layers.map((layer) => this.#result(layer)));
  }

  /** @type {(layer: string) => Promise<Result>} */
  #result(layer) {
    const found = this.#pending.get(layer);
    return found ? found.promise : Promise.reject(new Error(`There is no layer “${layer}” here.`));
  }
}

/** A promise with its ends. @returns {Pending} */
function pending() {
  const made = /** @type {Pending} */ ({});
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {}); // that nobody may wait for it is no error
  return made;
}

/**
 * @param {Uint8ClampedArray} levels RGB
 * @param {number} size
 * @returns {Promise<ImageBitmap>}
 */
function bitmapOf(levels, size) {
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let i = 0; i < size * size; i++) pixels.set(levels.subarray(3 * i, 3 * i + 3), 4 * i);
  return createImageBitmap(new ImageData(pixels, size, size));
}
