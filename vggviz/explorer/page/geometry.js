// Where a cell of a map lies on the picture: arithmetic of receptive fields.

/**
 * @typedef {import("./manifest.js").Layer} Layer
 * @typedef {import("./manifest.js").Pair} Pair
 * @typedef {[number, number, number, number]} Box    top, left, bottom, right; half open
 */

/**
 * The pixels that a cell sees, cut at the picture's edges; without area if it sees only padding.
 * @param {Layer} layer
 * @param {Pair} cell
 * @param {{rows: number, columns: number}} picture
 * @returns {?Box} null if the layer's field is not known
 */
export function box(layer, cell, picture) {
  if (!layer.field) return null;
  const { size, stride, padding } = layer.field;
  const [[top, bottom], [left, right]] = [picture.rows, picture.columns].map((length, axis) => {
    const start = cell[axis] * stride[axis] - padding[axis];
    return [within(start, length), within(start + size[axis], length)];
  });
  return [top, left, bottom, right];
}

/**
 * The pixel in the middle of what a cell sees, not cut; it ends on .5 where the size is even.
 * @param {Layer} layer
 * @param {Pair} cell
 * @returns {?Pair} null if the layer's field is not known
 */
export function centre(layer, cell) {
  if (!layer.field) return null;
  const { size, stride, padding } = layer.field;
  return /** @type {Pair} */ (
    cell.map((i, axis) => i * stride[axis] - padding[axis] + (size[axis] - 1) / 2)
  );
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
  const pixel = to.field && centre(from, cell);
  const places = pixel
    ? pixel.map((at, axis) => {
        const { size, stride, padding } = to.field;
        return (at + padding[axis] - (size[axis] - 1) / 2) / stride[axis];
      })
    : [
        ((cell[0] + 0.5) * to.rows) / from.rows - 0.5,
        ((cell[1] + 0.5) * to.columns) / from.columns - 0.5,
      ];
  return [
    within(Math.ceil(places[0] - 0.5), to.rows - 1),
    within(Math.ceil(places[1] - 0.5), to.columns - 1),
  ];
}

/**
 * The cells of the layer before that lie under a cell's kernel. Not cut: those outside are padding.
 * @param {Layer} layer
 * @param {Pair} cell
 * @returns {?Box} null if the layer has no kernel to show
 */
export function window(layer, cell) {
  if (!layer.kernel) return null;
  const { size, stride, padding } = layer.kernel;
  const [top, left] = cell.map((i, axis) => i * stride[axis] - padding[axis]);
  return [top, left, top + size[0], left + size[1]];
}

/**
 * @param {number} value
 * @param {number} last
 * @returns {number} the value, kept between 0 and `last`
 */
function within(value, last) {
  return Math.min(Math.max(value, 0), last);
}
