// The square in the middle of an image, made as small as the network reads it: as Pillow's ImageOps.fit with
// bicubic resampling does it, which is what load_image does, in passes across and down with whole levels between.

/**
 * @typedef {{first: number, weights: Float64Array}} Share   which levels make a new one, and how much of each
 * @typedef {(top: number, bottom: number, left: number, right: number) => Uint8ClampedArray} Strip   RGBA of some rows
 */

const SUPPORT = 2;
const A = -0.5;

/** Keys' cubic kernel. @type {(x: number) => number} */
function bicubic(x) {
  const at = Math.abs(x);
  if (at < 1) return ((A + 2) * at - (A + 3)) * at * at + 1;
  if (at < 2) return (((at - 5) * at + 8) * at - 4) * A;
  return 0;
}

/**
 * Which levels make each new one, and how much of each.
 * @param {number} length levels there are
 * @param {number} start where the part that is wanted begins; may be between two levels
 * @param {number} end
 * @param {number} count levels that are made of it
 * @returns {Share[]} the weights add up to 1
 */
export function coefficients(length, start, end, count) {
  const scale = (end - start) / count;
  const wide = Math.max(scale, 1);
  return Array.from({ length: count }, (_, place) => {
    const centre = start + (place + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - SUPPORT * wide + 0.5), 0);
    const last = Math.min(Math.trunc(centre + SUPPORT * wide + 0.5), length);
    const weights = Float64Array.from({ length: last - first }, (_, i) => bicubic((i + first - centre + 0.5) / wide));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * The largest square in the middle; it may begin on half a pixel.
 * @param {number} rows
 * @param {number} columns
 * @returns {{top: number, left: number, side: number}}
 */
export function middleSquare(rows, columns) {
  const side = Math.min(rows, columns);
  return { top: (rows - side) / 2, left: (columns - side) / 2, side };
}

/**
 * @param {number} rows of the image
 * @param {number} columns
 * @param {number} size side of the result, in pixels
 * @param {Strip} strip so that a large image need not be unpacked whole
 * @returns {Uint8ClampedArray} RGB, size * size * 3; what is transparent lies on white
 */
export function fit(rows, columns, size, strip) {
  const { top, left, side } = middleSquare(rows, columns);
  const across = coefficients(columns, left, left + side, size);
  const down = coefficients(rows, top, top + side, size);
  const from = down[0].first;
  const narrow = narrowed(across, from, end(down), strip);
  const result = new Uint8ClampedArray(size * size * 3);
  for (let y = 0; y < size; y++) {
    const { first, weights } = down[y];
    for (let x = 0; x < size; x++) {
      mix(narrow, ((first - from) * size + x) * 3, size * 3, weights, result, (y * size + x) * 3);
    }
  }
  return result;
}

/**
 * Rows made as narrow as the result, a strip at a time.
 * @type {(across: Share[], from: number, to: number, strip: Strip) => Uint8ClampedArray}
 */
function narrowed(across, from, to, strip) {
  const size = across.length;
  const [near, far] = [across[0].first, end(across)];
  const narrow = new Uint8ClampedArray((to - from) * size * 3);
  const step = Math.max(1, Math.floor(4e6 / (far - near)));
  for (let start = from; start < to; start += step) {
    const last = Math.min(start + step, to);
    const levels = onWhite(strip(start, last, near, far));
    for (let y = start; y < last; y++) {
      const row = (y - start) * (far - near) * 3;
      for (let x = 0; x < size; x++) {
        const { first, weights } = across[x];
        mix(levels, row + (first - near) * 3, 3, weights, narrow, ((y - from) * size + x) * 3);
      }
    }
  }
  return narrow;
}

/** The level after the last that is used. @type {(shares: Share[]) => number} */
function end(shares) {
  const { first, weights } = shares[shares.length - 1];
  return first + weights.length;
}

/**
 * One pixel of three levels as a weighted sum; a clamped array rounds and cuts.
 * @param {Uint8ClampedArray} levels
 * @param {number} start
 * @param {number} stride
 * @param {Float64Array} weights
 * @param {Uint8ClampedArray} result
 * @param {number} place where it is written
 */
function mix(levels, start, stride, weights, result, place) {
  let [red, green, blue] = [0, 0, 0];
  for (let i = 0, at = start; i < weights.length; i++, at += stride) {
    red += weights[i] * levels[at];
    green += weights[i] * levels[at + 1];
    blue += weights[i] * levels[at + 2];
  }
  result[place] = red;
  result[place + 1] = green;
  result[place + 2] = blue;
}

/** RGB of RGBA. @type {(pixels: Uint8ClampedArray) => Uint8ClampedArray} */
function onWhite(pixels) {
  const levels = new Uint8ClampedArray((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    const share = pixels[from + 3] / 255;
    const white = 255 * (1 - share);
    levels[to] = share === 1 ? pixels[from] : pixels[from] * share + white;
    levels[to + 1] = share === 1 ? pixels[from + 1] : pixels[from + 1] * share + white;
    levels[to + 2] = share === 1 ? pixels[from + 2] : pixels[from + 2] * share + white;
  }
  return levels;
}
