// The strokes on each picture, kept while the page is loaded again, which it may be to compute faster.

/**
 * @import { Stroke } from "./strokes.js"
 * @typedef {{sum: number, strokes: Stroke[]}} Kept   `sum`, of the picture that they are on
 */

export class KeptStrokes {
  #storage;
  #name;

  /**
   * @param {Storage | null} storage null where the browser keeps nothing
   * @param {string} base address of the explorer: each one keeps its own
   */
  constructor(storage, base) {
    this.#storage = storage;
    this.#name = `explorer-strokes ${base}`;
  }

  /**
   * The strokes on a picture; none if it is another one than they were made on.
   * @type {(picture: string, levels: Uint8ClampedArray) => Stroke[]}
   */
  on(picture, levels) {
    const kept = this.#read()[picture];
    return kept?.sum === sumOf(levels) && kept.strokes?.every?.(isStroke) ? kept.strokes : [];
  }

  /** A new visit begins with pictures that are not painted on. */
  forget() {
    this.#storage?.removeItem(this.#name);
  }

  /** Whether there may be strokes on a picture. @param {string} picture */
  has(picture) {
    return Object.hasOwn(this.#read(), picture);
  }

  /** @type {(picture: string, levels: Uint8ClampedArray, strokes: readonly Stroke[]) => void} */
  keep(picture, levels, strokes) {
    const all = this.#read();
    delete all[picture];
    if (strokes.length) all[picture] = { sum: sumOf(levels), strokes: [...strokes] };
    try {
      this.#storage?.setItem(this.#name, JSON.stringify(all));
    } catch {
      // The store is full: they stay as long as the page does.
    }
  }

  /** @returns {Record<string, Kept>} */
  #read() {
    try {
      return JSON.parse(this.#storage?.getItem(this.#name) ?? "{}");
    } catch {
      return {};
    }
  }
}

/**
 * A number that tells pictures apart (FNV-1a).
 * @param {ArrayLike<number>} levels
 */
export function sumOf(levels) {
  let sum = 0x811c9dc5;
  for (let i = 0; i < levels.length; i++) sum = Math.imul(sum ^ levels[i], 0x01000193) >>> 0;
  return sum;
}

/** @type {(value: any) => boolean} */
function isStroke(value) {
  const { colour, width, points, from } = value ?? {};
  const isColour = colour === null || (Array.isArray(colour) && colour.length === 3 && colour.every(Number.isFinite));
  return isColour && width > 0 && (from === undefined || typeof from === "string") && Array.isArray(points) && points.every((point) => point?.length === 2 && point.every(Number.isFinite));
}
