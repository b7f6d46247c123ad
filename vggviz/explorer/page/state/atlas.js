// What an atlas knows of each channel, from its files: a file of arrays for each layer, and one about all of them.

import { gunzip } from "./gzip.js";
import { LruCache } from "./lru_cache.js";

/**
 * @import { Files } from "./files.js"
 * @import { Tiles } from "./types.js"
 * @typedef {Float32Array | Int16Array | Uint8Array} Numbers
 * @typedef {{data: Numbers, shape: number[]}} Packed   the first axis is the channel's
 * @typedef {(name: string) => Numbers | null} Known   the numbers of that name of one channel; null where they are not known
 * @typedef {{reads: string | null, feeds: string | null, exact: boolean | null, family: number[] | null,
 *   expanded: Tiles | null}} AboutLayer   which layers its inputs and outputs are of; whether the
 *   loss of the answer was measured, not estimated; each channel's family
 * @typedef {{axes: Record<string, (number | null)[] | (number | null)[][]>, families: string[], classes: string[],
 *   labels: string[], pictures: (string | null)[], layers: Record<string, AboutLayer>}} About   what the curves were
 *   measured at, names, and the photographs' ids
 */

/** Layers whose arrays are held. */
const LAYERS = 4;

/** Shares and cosines are whole numbers of these steps. */
const STEPS = 10_000;

/** @type {Record<string, (buffer: ArrayBuffer, begin: number, count: number) => Numbers>} */
const TYPES = {
  f4: (buffer, begin, count) => new Float32Array(buffer, begin, count),
  i2: (buffer, begin, count) => new Int16Array(buffer, begin, count),
  u1: (buffer, begin, count) => new Uint8Array(buffer, begin, count),
};

export class Atlas {
  #files;
  #held = new LruCache(LAYERS);

  /** @param {Pick<Files, "bytes" | "json">} files */
  constructor(files) {
    this.#files = files;
  }

  /** @returns {Promise<About>} */
  about() {
    return this.#files.json("atlas/atlas.json");
  }

  /** @type {(layer: string) => Promise<Map<string, Packed>>} */
  arrays(layer) {
    return this.#held.get(layer, async () => unpack(await gunzip(await this.#files.bytes(`atlas/${layer}.gz`))));
  }

  /** @type {(layer: string, channel: number) => Promise<Known>} */
  async of(layer, channel) {
    return knownIn(await this.arrays(layer), channel);
  }
}

/**
 * The arrays of a file: the length of its header, the header, and what it tells of.
 * @param {ArrayBuffer} buffer
 * @returns {Map<string, Packed>}
 */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  /** @type {Record<string, [string, number[], number]>} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return new Map(Object.entries(header).map(([name, [type, shape, begin]]) => {
    const count = shape.reduce((product, each) => product * each, 1);
    return [name, { data: TYPES[type](buffer, 4 + length + begin, count), shape }];
  }));
}

/** What a layer's arrays tell of one channel. @type {(arrays: Map<string, Packed>, channel: number) => Known} */
export function knownIn(arrays, channel) {
  return (name) => {
    const array = arrays.get(name);
    if (!array) return null;
    const length = array.data.length / array.shape[0];
    return array.data.subarray(channel * length, (channel + 1) * length);
  };
}

/** A share or a cosine, from −1 to 1. @param {number} steps */
export const shareOf = (steps) => steps / STEPS;

/** A curve's share of its largest, from 0 to 1. @param {Numbers} levels */
export const curveOf = (levels) => Array.from(levels, (level) => level / 255);
