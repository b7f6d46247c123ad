// A picture out of focus: the mean of a square around each pixel, twice.

/** Times that the mean is taken: twice makes the edges soft. */
const TIMES = 2;

/**
 * @param {ArrayLike<number>} levels RGB, size * size * 3
 * @param {number} size
 * @param {number} radius of the square, in pixels; at the border, of what lies in the picture
 * @returns {Uint8ClampedArray}
 */
export function blurred(levels, size, radius) {
  /** @type {Float32Array} */
  let values = Float32Array.from(levels);
  for (let time = 0; time < TIMES; time++) {
    values = means(values, size, radius, [size * 3, 3]); // across
    values = means(values, size, radius, [3, size * 3]); // down
  }
  return Uint8ClampedArray.from(values);
}

/**
 * The mean over a stretch of each line, by a running sum.
 * @param {Float32Array} values
 * @param {number} size
 * @param {number} radius
 * @param {[number, number]} steps from line to line, and from pixel to pixel in a line
 * @returns {Float32Array}
 */
function means(values, size, radius, [line, step]) {
  const found = new Float32Array(values.length);
  const sums = new Float64Array(size + 1);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      const start = i * line + c;
      for (let j = 0; j < size; j++) sums[j + 1] = sums[j] + values[start + j * step];
      for (let j = 0; j < size; j++) {
        const [first, last] = [Math.max(j - radius, 0), Math.min(j + radius + 1, size)];
        found[start + j * step] = (sums[last] - sums[first]) / (last - first);
      }
    }
  }
  return found;
}
