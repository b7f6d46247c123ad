// Strokes of a round brush on the levels of a picture. Which pixels are covered is exact: none is covered in part.

import { blurred } from "./blur.js";

/**
 * @import { Pair } from "../state/types.js"
 * @typedef {[number, number, number]} Colour
 * @typedef {{colour: Colour | null, width: number, from?: string}} Pen   without a colour it blurs, or copies `from` a picture
 *   of that id; `width` in pixels
 * @typedef {Record<string, Uint8ClampedArray>} Pieces   levels of pictures that are copied from, as large as the picture
 * @typedef {Pen & {points: Pair[]}} Stroke   `points`, in pixels down and across
 */

/** A blur reaches over this share of the picture, each way. */
const REACH = 1 / 32;

/**
 * What a stroke paints with.
 * @param {Pen} pen
 * @param {Uint8ClampedArray} levels the picture before the stroke
 * @param {number} size
 * @param {{point: Pair, pieces?: Pieces}} where the stroke begins
 * @returns {(i: number) => number} the level at a place of `levels`
 */
export function ink({ colour, from }, levels, size, { point, pieces = {} }) {
  if (colour) return (i) => colour[i % 3];
  if (from !== undefined) return stamp(pieces[from] ?? levels, levels, size, point);
  const soft = blurred(levels, size, Math.max(Math.round(size * REACH), 1));
  return (i) => soft[i];
}

/**
 * The middle of another picture comes to lie where a stroke begins, and what is around it around that.
 * @type {(piece: Uint8ClampedArray, levels: Uint8ClampedArray, size: number, point: Pair) => (i: number) => number}
 */
function stamp(piece, levels, size, point) {
  const [down, across] = point.map((place) => Math.round(size / 2 - place));
  return (i) => {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / size) + down, (pixel % size) + across];
    const isInside = y >= 0 && x >= 0 && y < size && x < size;
    return isInside ? piece[3 * (y * size + x) + (i % 3)] : levels[i];
  };
}

/**
 * Paint all pixels whose centre lies under a round brush that goes from one place to another.
 * @param {Uint8ClampedArray} levels RGB, size * size * 3; changed
 * @param {number} size
 * @param {[Pair, Pair]} line
 * @param {{width: number, level: (i: number) => number}} how
 */
export function paintLine(levels, size, [from, to], { width, level }) {
  const radius = width / 2;
  const [rows, columns] = [0, 1].map((axis) => span(from[axis], to[axis], radius, size));
  const distance = distanceTo(from, to);
  for (let y = rows[0]; y < rows[1]; y++) {
    for (let x = columns[0]; x < columns[1]; x++) {
      if (distance(y + 0.5, x + 0.5) > radius) continue;
      const start = (y * size + x) * 3;
      for (let i = start; i < start + 3; i++) levels[i] = level(i);
    }
  }
}

/** @type {(from: number, to: number, radius: number, size: number) => [number, number]} */
const span = (from, to, radius, size) => [
  Math.max(Math.floor(Math.min(from, to) - radius), 0),
  Math.min(Math.ceil(Math.max(from, to) + radius), size),
];

/** How far a place lies from a line between two others. @type {(from: Pair, to: Pair) => (y: number, x: number) => number} */
function distanceTo([top, left], to) {
  const [down, across] = [to[0] - top, to[1] - left];
  const squared = down * down + across * across;
  return (y, x) => {
    const along = squared ? ((y - top) * down + (x - left) * across) / squared : 0;
    const share = Math.min(Math.max(along, 0), 1);
    return Math.hypot(y - top - share * down, x - left - share * across);
  };
}

/**
 * @param {Uint8ClampedArray} levels RGB, size * size * 3; changed
 * @param {number} size
 * @param {Stroke} stroke
 * @param {Pieces} [pieces]
 */
export function paintStroke(levels, size, { points, ...pen }, pieces) {
  if (!points.length) return;
  const level = ink(pen, levels, size, { point: points[0], pieces });
  points.forEach((to, i) => paintLine(levels, size, [points[Math.max(i - 1, 0)], to], { width: pen.width, level }));
}
