// What the views draw, wherever it comes from: files made beforehand, or a picture computed in the page.

import { gunzip, halves } from "./numbers.js";
import { createLru } from "./lru.js";
import { layerNamed, pictureNamed } from "./manifest.js";
import { planes } from "./planes.js";

/**
 * @typedef {import("./planes.js").Planes} Planes
 * @typedef {import("./manifest.js").Statistics} Statistics
 * @typedef {{levels: Uint8Array | Uint8ClampedArray, width: number}} Sheet   row by row
 * @typedef {(loaded: number, total: number) => void} Progress
 * @typedef {{photograph: () => Promise<ImageBitmap>, sheet: (layer: string) => Promise<Sheet>,
 *   statistics: (layer: string) => Promise<Statistics>,
 *   maps: (layer: string, progress?: Progress) => Promise<Planes>}} Provider   of one picture
 */

/** Layers whose maps are held: a cell's arithmetic needs two, and a reader goes back and forth. */
const MAPS = 10;
const IMAGES = 24;

/**
 * @param {import("./manifest.js").Manifest} manifest
 * @param {ReturnType<import("./files.js").createFiles>} files
 */
export function openData(manifest, files) {
  const live = new Map();
  const numbers = createLru(MAPS);
  const images = createLru(IMAGES);

  /** @type {(picture: string) => Provider} */
  const of = (picture) => live.get(picture) ?? stored(picture, manifest, files);

  return {
    photograph: (picture) => images.get(`${picture}/`, () => of(picture).photograph()),
    sheet: (picture, layer) => images.get(`${picture}/${layer}`, () => of(picture).sheet(layer)),
    statistics: (picture, layer) => of(picture).statistics(layer),
    /** The classes that each channel prefers; null where that is not known. */
    preferred: async (layer) => (layerNamed(manifest, layer).preferred ? files.json(`preferred/${layer}.json`) : null),
    maps: (picture, layer, progress) =>
      numbers.get(`${picture}/${layer}`, () => of(picture).maps(layer, progress)),
    /** The maps if they are at hand, else null. @returns {?Planes} */
    mapsAtHand: (picture, layer) => numbers.atHand(`${picture}/${layer}`),
    kernels: (layer, progress) =>
      numbers.get(`kernels/${layer}`, async () => {
        const [packed, { bias }] = await Promise.all([
          files.bytes(`kernels/${layer}.gz`, progress),
          files.json(`kernels/${layer}.json`),
        ]);
        return { weights: weights(await gunzip(packed), weightsOf(layerNamed(manifest, layer), manifest)), bias };
      }),
    /** @returns {?{weights: Float32Array, bias: number[]}} */
    kernelsAtHand: (layer) => numbers.atHand(`kernels/${layer}`),
    /** A picture computed in the page. @type {(picture: string, provider: Provider) => void} */
    add(picture, provider) {
      live.set(picture, provider);
      for (const held of [numbers, images]) held.forget(`${picture}/`);
    },
  };
}

/** @type {(picture: string, manifest: object, files: object) => Provider} */
function stored(picture, manifest, files) {
  pictureNamed(manifest, picture);
  return {
    photograph: () => files.image(`${picture}/picture.png`),
    sheet: async (layer) => levelsOf(await files.image(`${picture}/${layer}.png`)),
    statistics: (layer) => files.json(`${picture}/${layer}.json`),
    maps: async (layer, progress) => {
      const packed = await files.bytes(`${picture}/${layer}.maps.gz`, progress);
      return planes(await gunzip(packed), layerNamed(manifest, layer));
    },
  };
}

/** The grey levels of a picture. @type {(bitmap: ImageBitmap) => Sheet} */
function levelsOf(bitmap) {
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return { levels: Uint8Array.from({ length: data.length / 4 }, (_, place) => data[4 * place]), width: bitmap.width };
}

/**
 * The thumbnail of one channel.
 * @param {Sheet} sheet
 * @param {import("./manifest.js").Layer} layer
 * @param {number} channel
 * @returns {Uint8Array} rows * columns levels
 */
export function tileOf({ levels, width }, { sheet: { columns, tile } }, channel) {
  const [rows, wide] = tile;
  const start = Math.floor(channel / columns) * rows * width + (channel % columns) * wide;
  const values = new Uint8Array(rows * wide);
  for (let y = 0, place = 0; y < rows; y++) {
    for (let x = 0; x < wide; x++) values[place++] = levels[start + y * width + x];
  }
  return values;
}

/** @type {(layer: object, manifest: object) => number} */
function weightsOf({ channels, reads, kernel }, manifest) {
  return channels * layerNamed(manifest, reads).channels * kernel.size[0] * kernel.size[1];
}

/** @type {(buffer: ArrayBuffer, count: number) => Float32Array} */
function weights(buffer, count) {
  if (buffer.byteLength === 2 * count) return halves(buffer);
  if (buffer.byteLength === 4 * count) return new Float32Array(buffer);
  throw new Error(`The kernels have ${buffer.byteLength} bytes, not ${2 * count}; load the page again.`);
}
