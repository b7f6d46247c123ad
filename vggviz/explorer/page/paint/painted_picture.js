// A picture with strokes on it, the last of which can be undone.

import { ink, paintLine, paintStroke } from "./strokes.js";

/**
 * @import { Pair } from "../state/types.js"
 * @import { Pen, Pieces, Stroke } from "./strokes.js"
 */

/** Places that lie nearer to each other than this, in pixels, are one. */
const NEAR = 0.8;

export class PaintedPicture {
  #original;
  #pieces;
  /** @type {Stroke[]} */
  #strokes = [];
  /** What the stroke under way paints with. @type {((i: number) => number) | null} */
  #level = null;

  /**
   * @param {Uint8ClampedArray} original RGB, size * size * 3
   * @param {number} size
   * @param {Stroke[]} [strokes]
   * @param {Pieces} [pieces] pictures that may be copied from
   */
  constructor(original, size, strokes = [], pieces = {}) {
    this.#original = original;
    this.#pieces = pieces;
    this.size = size;
    /** As it looks now. */
    this.levels = original.slice();
    this.#paint(strokes);
  }

  /** @returns {readonly Stroke[]} */
  strokes() {
    return this.#strokes;
  }

  isPainted() {
    return this.#strokes.length > 0;
  }

  isPainting() {
    return this.#level !== null;
  }

  /** @type {(pen: Pen, point: Pair) => void} */
  begin(pen, point) {
    const first = /** @type {Pair} */ (point.map(tenths));
    this.#level = ink(pen, this.levels, this.size, { point: first, pieces: this.#pieces });
    this.#strokes.push({ ...pen, points: [] });
    this.extend(point);
  }

  /** @param {Pair} point */
  extend([row, column]) {
    const stroke = this.#strokes[this.#strokes.length - 1];
    if (!this.#level || !stroke) return;
    /** @type {Pair} */
    const point = [tenths(row), tenths(column)];
    const before = stroke.points.at(-1);
    if (before && Math.hypot(point[0] - before[0], point[1] - before[1]) < NEAR) return;
    const from = before ?? point;
    stroke.points.push(point);
    paintLine(this.levels, this.size, [from, point], { width: stroke.width, level: this.#level });
  }

  end() {
    this.#level = null;
  }

  /** Without the last stroke. */
  undo() {
    this.#paint(this.#strokes.slice(0, -1));
  }

  /** Without any. */
  clear() {
    this.#paint([]);
  }

  /** @param {Stroke[]} strokes */
  #paint(strokes) {
    this.#level = null;
    this.#strokes = strokes;
    this.levels = this.#original.slice();
    for (const stroke of strokes) paintStroke(this.levels, this.size, stroke, this.#pieces);
  }
}

/** Strokes are kept as text. @type {(value: number) => number} */
const tenths = (value) => Math.round(value * 10) / 10;
