// Random turns, zooms and shifts, so that a drawing does not depend on its exact place; images wrap around.

/**
 * @typedef {{jitter: number, scale: number, rotation: number, totalVariation: number, rate: number}} Recipe
 * @typedef {{indices: Int32Array, weights: Float32Array}} Sampling   four pixels and their weights for each pixel
 */

/**
 * The library's recipe for a layer: deep layers answer to large shapes, which large transformations keep.
 * @param {number} stride of the layer, in pixels
 * @returns {Recipe}
 */
export function recipeAt(stride) {
  const depth = Math.min(Math.max((stride - 4) / 12, 0), 1);
  return {
    jitter: Math.floor(stride / 2), scale: 0.1 + 0.2 * depth, rotation: 5 + 15 * depth, totalVariation: 0.1 * depth,
    rate: 0.1,
  };
}

/**
 * Where each pixel of the transformed image comes from.
 * @param {number} size
 * @param {number[]} draws four numbers in -1 to 1: shift down, shift to the right, zoom, turn
 * @param {Recipe} recipe
 * @returns {Sampling}
 */
export function sampling(size, draws, { jitter, scale, rotation }) {
  const angle = (draws[3] * rotation * Math.PI) / 180;
  const zoom = 1 + draws[2] * scale;
  const [cos, sin, centre] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom, (size - 1) / 2];
  const [down, right] = [Math.round(draws[0] * jitter), Math.round(draws[1] * jitter)];
  const found = { indices: new Int32Array(4 * size * size), weights: new Float32Array(4 * size * size) };
  for (let i = 0; i < size * size; i++) {
    const [y, x] = [Math.floor(i / size) - centre, (i % size) - centre];
    corners(found, i, { size, row: cos * y - sin * x + centre + down, column: sin * y + cos * x + centre + right });
  }
  return found;
}

/** @type {(found: Sampling, i: number, place: {size: number, row: number, column: number}) => void} */
function corners({ indices, weights }, i, { size, row, column }) {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  for (let k = 0; k < 4; k++) {
    const [below, beside] = [k >> 1, k & 1];
    const y = (((top + below) % size) + size) % size;
    const x = (((left + beside) % size) + size) % size;
    indices[4 * i + k] = y * size + x;
    weights[4 * i + k] = (below ? down : 1 - down) * (beside ? right : 1 - right);
  }
}

/**
 * @param {Float32Array} image pixel by pixel, three colours each
 * @param {Sampling} sampling
 * @returns {Float32Array}
 */
export function sampled(image, { indices, weights }) {
  return added(image, weights, { from: (i) => indices[i], to: own });
}

/**
 * The gradient with respect to the image, from that with respect to the transformed one.
 * @param {Float32Array} gradient
 * @param {Sampling} sampling
 * @returns {Float32Array}
 */
export function unsampled(gradient, { indices, weights }) {
  return added(gradient, weights, { from: own, to: (i) => indices[i] });
}

/** Four weights belong to each pixel. @type {(i: number) => number} */
const own = (i) => i >> 2;

/** @type {(values: Float32Array, weights: Float32Array, pixel: {from: (i: number) => number, to: (i: number) => number}) => Float32Array} */
function added(values, weights, { from, to }) {
  const found = new Float32Array(values.length);
  for (let i = 0; i < weights.length; i++) {
    const [start, end] = [3 * from(i), 3 * to(i)];
    for (let c = 0; c < 3; c++) found[end + c] += weights[i] * values[start + c];
  }
  return found;
}
