// Where a cell of a map lies on the image: arithmetic of receptive fields.

/** @import { Box, Layer, Pair, Window } from "../state/types.js" */

/**
 * The pixels that a cell sees, cut at the image's edges; without area if it sees only padding.
 * @param {Layer} layer
 * @param {Pair} cell
 * @param {{rows: number, columns: number}} image
 * @returns {Box | null} null if the layer's field is not known
 */
export function box(layer, cell, image) {
  if (!layer.field) return null;
  const [top, left, bottom, right] = windowUnder(layer.field, cell);
  const { rows, columns } = image;
  return [within(top, rows), within(left, columns), within(bottom, rows), within(right, columns)];
}

/**
 * The pixel in the middle of what a cell sees, not cut; it ends on .5 where the size is even.
 * @param {Layer} layer
 * @param {Pair} cell
 * @returns {Pair | null} null if the layer's field is not known
 */
export function centre(layer, cell) {
  if (!layer.field) return null;
  const [top, left, bottom, right] = windowUnder(layer.field, cell);
  return [(top + bottom - 1) / 2, (left + right - 1) / 2];
}

/**
 * The cell of another layer whose centre is nearest; of two as near, the upper or left one.
 * Where a field is not known, the maps are laid over each other edge to edge.
 * @param {Layer} from
 * @param {Layer} to
 * @param {Pair} cell
 * @returns {Pair}
 */
export function samePlace(from, to, cell) {
  const pixel = centre(from, cell);
  const [row, column] = pixel && to.field ? cellAt(to.field, pixel) : inProportion(from, to, cell);
  return [within(Math.ceil(row - 0.5), to.rows - 1), within(Math.ceil(column - 0.5), to.columns - 1)];
}

/**
 * The cells, or pixels, that lie under a window. Not cut: those outside are padding.
 * @param {Window} window
 * @param {Pair} cell
 * @returns {Box}
 */
export function windowUnder({ size, stride, padding }, cell) {
  const top = cell[0] * stride[0] - padding[0];
  const left = cell[1] * stride[1] - padding[1];
  return [top, left, top + size[0], left + size[1]];
}

/** The cell, not a whole number, that has its centre at a pixel. @type {(field: Window, pixel: Pair) => Pair} */
function cellAt({ size, stride, padding }, pixel) {
  /** @type {(axis: 0 | 1) => number} */
  const along = (axis) => (pixel[axis] + padding[axis] - (size[axis] - 1) / 2) / stride[axis];
  return [along(0), along(1)];
}

/** @type {(from: Layer, to: Layer, cell: Pair) => Pair} */
function inProportion(from, to, cell) {
  return [
    ((cell[0] + 0.5) * to.rows) / from.rows - 0.5,
    ((cell[1] + 0.5) * to.columns) / from.columns - 0.5,
  ];
}

/**
 * @param {number} value
 * @param {number} last
 * @returns {number} the value, kept between 0 and `last`
 */
function within(value, last) {
  return Math.min(Math.max(value, 0), last);
}
