// What the views draw, wherever it comes from: files made beforehand, or an image computed in the page.

import { unpacked } from "../arithmetic/half_precision.js";
import { planes } from "../arithmetic/planes.js";
import { pixelsIn } from "./bitmaps.js";
import { download } from "./download.js";
import { gunzip } from "./gzip.js";
import { LruCache } from "./lru_cache.js";
import { imageNamed, layerBefore, layerNamed } from "./manifest.js";

/**
 * @import { Files } from "./files.js"
 * @import { Kernels, Layer, Manifest, Planes, Progress, Provider, Sheet, Statistics } from "./types.js"
 * @typedef {{maps: (image: string, layer: string) => Promise<Planes>, settled: () => Promise<void>}} Computer
 */

/** Layers whose maps are held: a cell's arithmetic needs two, and a reader goes back and forth. */
const MAPS = 10;
const IMAGES = 24;

export class Data {
  #manifest;
  #files;
  /** @type {Map<string, Provider>} of images computed in the page */
  #computed = new Map();
  /** How often each of them has come anew. @type {Map<string, number>} */
  #versions = new Map();
  /** Computes maps that are not stored. @type {Computer | null} */
  #computer = null;
  #numbers = new LruCache(MAPS);
  #images = new LruCache(IMAGES);

  /**
   * @param {Manifest} manifest
   * @param {Files} files
   */
  constructor(manifest, files) {
    this.#manifest = manifest;
    this.#files = files;
  }

  /** @type {(image: string) => Promise<ImageBitmap>} */
  photograph(image) {
    return this.#images.get(`${image}/`, () => this.#of(image).photograph());
  }

  /** The image as small as a button. @type {(image: string) => Promise<ImageBitmap>} */
  thumbnail(image) {
    return this.#computed.has(image) ? this.photograph(image) : this.#files.image(`${image}/small.webp`);
  }

  /** @type {(image: string, layer: string) => Promise<Sheet>} */
  sheet(image, layer) {
    return this.#images.get(`${image}/${layer}`, () => this.#of(image).sheet(layer));
  }

  /** @type {(image: string, layer: string) => Promise<Statistics>} */
  statistics(image, layer) {
    return this.#of(image).statistics(layer);
  }

  /** @type {(image: string, layer: string, progress?: Progress) => Promise<Planes>} */
  maps(image, layer, progress) {
    return this.#numbers.get(`${image}/${layer}`, () => this.#of(image).maps(layer, progress));
  }

  /** The maps if they are at hand. @type {(image: string, layer: string) => Planes | null} */
  mapsAtHand(image, layer) {
    return this.#numbers.atHand(`${image}/${layer}`);
  }

  /** @type {(layer: string, progress?: Progress) => Promise<Kernels>} */
  kernels(layer, progress) {
    return this.#numbers.get(`kernels/${layer}`, async () => {
      const [packed, { bias }] = await Promise.all([
        this.#packedKernels(`kernels/${layer}.packed`, progress),
        this.#files.json(`kernels/${layer}.json`),
      ]);
      const count = weightCount(layerNamed(this.#manifest, layer), this.#manifest);
      return { weights: weights(await gunzip(packed), count), bias };
    });
  }

  /** From the store of the network where they are a part of it. @type {(file: string, progress?: Progress) => Promise<ArrayBuffer>} */
  async #packedKernels(file, progress) {
    const parts = this.#manifest.live?.segments.flatMap((segment) => segment.parts) ?? [];
    const part = parts.find((each) => each.file === file);
    if (!part) return this.#files.bytes(file, progress);
    return (await download(this.#files.address(file), part, (loaded) => progress?.(loaded, part.bytes))).buffer;
  }

  /** @type {(layer: string) => Kernels | null} */
  kernelsAtHand(layer) {
    return this.#numbers.atHand(`kernels/${layer}`);
  }

  /**
   * The classes that each channel prefers; null where that is not known.
   * @type {(layer: string) => Promise<[string, number][][] | null>}
   */
  async preferred(layer) {
    return layerNamed(this.#manifest, layer).preferred ? this.#files.json(`preferred/${layer}.json`) : null;
  }

  /** An image computed in the page. @type {(image: string, provider: Provider) => void} */
  add(image, provider) {
    this.#computed.set(image, provider);
    this.#versions.set(image, this.version(image) + 1);
    for (const held of [this.#numbers, this.#images]) held.forget(`${image}/`);
  }

  /** From now on maps that are not stored come from there. @param {Computer} computer */
  compute(computer) {
    this.#computer = computer;
  }

  /** When nothing of an image is being computed. @param {string} image */
  async settled(image) {
    const { layers } = this.#manifest;
    if (this.isComputed(image)) await this.statistics(image, layers[layers.length - 1].name);
    await this.#computer?.settled();
  }

  /** Where such an image comes from. @type {(image: string) => Provider | null} */
  provider(image) {
    return this.#computed.get(image) ?? null;
  }

  /** Whether an image was computed in the page, so that its maps are at hand. @param {string} image */
  isComputed(image) {
    return this.#computed.has(image);
  }

  /** Counts the images that had this name. @param {string} image */
  version(image) {
    return this.#versions.get(image) ?? 0;
  }

  /** @type {(image: string) => Provider} */
  #of(image) {
    return this.#computed.get(image) ?? this.#stored(image);
  }

  /** @type {(image: string) => Provider} */
  #stored(image) {
    const { lacking } = imageNamed(this.#manifest, image);
    const provider = stored(image, this.#manifest, this.#files);
    const computer = this.#computer;
    if (!lacking?.length || !computer) return provider;
    return { ...provider, maps: (layer, progress) => (lacking.includes(layer) ? computer.maps(image, layer) : provider.maps(layer, progress)) };
  }
}

/** @type {(image: string, manifest: Manifest, files: Files) => Provider} */
function stored(image, manifest, files) {
  return {
    photograph: () => files.image(`${image}/picture.png`),
    sheet: async (layer) => levelsOf(await files.image(`${image}/${layer}.png`)),
    statistics: (layer) => files.json(`${image}/${layer}.json`),
    maps: async (layer, progress) => {
      const packed = await files.bytes(`${image}/${layer}.maps.gz`, progress);
      return planes(await gunzip(packed), layerNamed(manifest, layer));
    },
  };
}

/** The grey levels of an image. @type {(bitmap: ImageBitmap) => Sheet} */
function levelsOf(bitmap) {
  const pixels = pixelsIn(bitmap);
  return { levels: Uint8Array.from({ length: pixels.length / 4 }, (_, i) => pixels[4 * i]), width: bitmap.width };
}

/** @type {(layer: Layer, manifest: Manifest) => number} */
function weightCount(layer, manifest) {
  const [rows, columns] = layer.kernel?.size ?? [0, 0];
  return layer.channels * layerBefore(manifest, layer).channels * rows * columns;
}

/** @type {(buffer: ArrayBuffer, count: number) => Float32Array} */
function weights(buffer, count) {
  const values = unpacked(buffer, count);
  if (values) return values;
  throw new Error(`The kernels have ${buffer.byteLength} bytes, not ${2 * count}; load the page again.`);
}
