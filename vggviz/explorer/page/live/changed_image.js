// An image with channels switched off, where no network is needed; and what two images differ by.

import { statistics } from "../arithmetic/statistics.js";
import { sheet, tileStart } from "../arithmetic/thumbnails.js";
import { layerNamed } from "../state/manifest.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Layer, Manifest, Planes, Provider, Sheet, Statistics } from "../state/types.js"
 */

/** What is less than this share of a layer's largest value is rounding, not a change. */
const ROUNDING = 2e-3;

/**
 * An image whose maps are those of another one, but for some channels that are zero.
 * @param {Data} data
 * @param {string} image
 * @param {{manifest: Manifest, channels: (layer: string) => number[]}} off
 * @returns {Provider}
 */
export function silencedImage(data, image, { manifest, channels }) {
  return {
    photograph: () => data.photograph(image),
    maps: async (layer) => withoutPlanes(await data.maps(image, layer), channels(layer)),
    statistics: async (layer) => withoutNumbers(await data.statistics(image, layer), channels(layer)),
    sheet: async (layer) => withoutTiles(await data.sheet(image, layer), layerNamed(manifest, layer), channels(layer)),
  };
}

/** @type {(planes: Planes, off: number[]) => Planes} */
function withoutPlanes(planes, off) {
  const cells = planes.rows * planes.columns;
  const data = planes.data.slice();
  for (const channel of off) data.fill(0, channel * cells, (channel + 1) * cells);
  return { ...planes, data };
}

/** @type {(found: Statistics, off: number[]) => Statistics} */
function withoutNumbers({ maximum, mean, variance, zeros }, off) {
  /** @type {(values: number[], value: number) => number[]} */
  const set = (values, value) => values.map((each, channel) => (off.includes(channel) ? value : each));
  return { maximum: set(maximum, 0), mean: set(mean, 0), variance: set(variance, 0), zeros: set(zeros, 1) };
}

/** @type {(sheet: Sheet, layer: Layer, off: number[]) => Sheet} */
function withoutTiles({ levels, width }, layer, off) {
  const { sheet: { tile: [rows, columns] }, signed } = layer;
  const left = levels.slice();
  for (const channel of off) {
    const start = tileStart(channel, layer, width);
    for (let y = 0; y < rows; y++) left.fill(signed ? 128 : 0, start + y * width, start + y * width + columns);
  }
  return { levels: left, width };
}

/**
 * The difference of two images' maps, the second less the first.
 * @param {Data} data
 * @param {[string, string]} images
 * @param {Manifest} manifest
 * @returns {Provider}
 */
export function differenceImage(data, images, manifest) {
  /** @type {Map<string, Promise<{planes: Planes, statistics: Statistics}>>} */
  const held = new Map();
  /** @param {string} name */
  const found = (name) => {
    const made = held.get(name) ?? difference(data, images, name);
    made.catch(() => held.delete(name));
    held.set(name, made);
    return made;
  };
  return {
    photograph: () => data.photograph(images[0]),
    maps: async (layer) => (await found(layer)).planes,
    statistics: async (layer) => (await found(layer)).statistics,
    sheet: async (name) => {
      const { planes, statistics } = await found(name);
      return sheet(planes.data, { ...layerNamed(manifest, name), signed: true }, statistics.maximum);
    },
  };
}

/** @type {(data: Data, images: [string, string], layer: string) => Promise<{planes: Planes, statistics: Statistics}>} */
async function difference(data, images, layer) {
  const [before, after] = await Promise.all(images.map((image) => data.maps(image, layer)));
  const largest = before.data.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
  const changed = after.data.map((value, i) => {
    const by = value - before.data[i];
    return Math.abs(by) > ROUNDING * largest ? by : 0;
  });
  return { planes: { ...before, data: changed }, statistics: statistics(changed, before.channels) };
}
