// One image that the network computes in the page: its maps come layer by layer.

import { pixelsOf } from "../arithmetic/pixels.js";
import { inputPlanes, preprocessed } from "./preprocessing.js";

/**
 * @import { Layer, Planes, Provider, Reading, Sheet, Statistics } from "../state/types.js"
 * @import { LayerNews } from "./messages.js"
 * @typedef {{planes: Planes, statistics: Statistics, sheet: Sheet}} Result   of one layer
 * @typedef {{promise: Promise<Result>, resolve: (result: Result) => void, reject: (problem: Error) => void}} Pending
 * @typedef {{levels: Uint8ClampedArray, size: number, layers: string[]}} About   levels, RGB, size * size * 3
 */

export class ComputedImage {
  #size;
  #photograph;
  #input;
  /** @type {Map<string, Pending>} */
  #pending;
  /** What has come. @type {Map<string, Result>} */
  #results = new Map();

  /**
   * @param {About} about
   * @param {Reading} reading
   */
  constructor({ levels, size, layers }, reading) {
    this.levels = levels;
    this.#size = size;
    this.#photograph = createImageBitmap(new ImageData(pixelsOf(levels), size, size));
    this.#pending = new Map(layers.map((layer) => [layer, pending()]));
    this.#input = preprocessed(levels, reading);
  }

  /** A copy of what the network reads. */
  input() {
    return this.#input.slice();
  }

  /** @type {(levels: Uint8ClampedArray) => boolean} whether they are this image's */
  shows(levels) {
    return levels.length === this.levels.length && levels.every((level, i) => level === this.levels[i]);
  }

  /** Take over the layers that are the same in another image. @type {(other: ComputedImage, layers: string[]) => void} */
  takeFrom(other, layers) {
    for (const layer of layers) {
      const found = other.#results.get(layer);
      if (found) this.#keep(layer, found);
    }
  }

  /** @type {(layers: string[]) => boolean} whether they have all come */
  has(layers) {
    return layers.every((layer) => this.#results.has(layer));
  }

  /** @returns {Provider} whose promises are kept as the layers come */
  provider() {
    return {
      photograph: () => this.#photograph,
      sheet: async (layer) => (await this.#result(layer)).sheet,
      statistics: async (layer) => (await this.#result(layer)).statistics,
      maps: async (layer) => (layer === "input" ? inputPlanes(this.#input, this.#size) : (await this.#result(layer)).planes),
    };
  }

  /** @type {(news: LayerNews, layer: Layer) => void} */
  add({ planes, statistics, sheet }, { name, rows, columns, channels }) {
    this.#keep(name, { planes: { data: planes, rows, columns, channels }, statistics, sheet });
  }

  /** @type {(layer: string, result: Result) => void} */
  #keep(layer, result) {
    this.#results.set(layer, result);
    this.#pending.get(layer)?.resolve(result);
  }

  /** The largest |value| of each layer that has come. @returns {Record<string, number>} */
  maxima() {
    return Object.fromEntries([...this.#results].map(([layer, { statistics }]) => [layer, Math.max(...statistics.maximum)]));
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
