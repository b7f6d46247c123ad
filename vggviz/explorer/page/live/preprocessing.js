// What the network reads of an image.

/** @import { Planes, Reading } from "../state/types.js" */

/**
 * @param {Uint8ClampedArray | Float32Array} levels RGB, pixel by pixel
 * @param {Reading} reading value = weights · RGB + offset
 * @returns {Float32Array} as many values a pixel as the network has input channels
 */
export function preprocessed(levels, { weights, offset }) {
  const values = new Float32Array((levels.length / 3) * offset.length);
  for (let from = 0, to = 0; from < levels.length; from += 3) {
    for (let c = 0; c < offset.length; c++, to++) {
      const [r, g, b] = weights[c];
      values[to] = r * levels[from] + g * levels[from + 1] + b * levels[from + 2] + offset[c];
    }
  }
  return values;
}

/**
 * The same values as planes, channels first.
 * @param {Float32Array} values
 * @param {number} size side of the image, in pixels
 * @returns {Planes}
 */
export function inputPlanes(values, size) {
  const channels = values.length / (size * size);
  const data = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) data[(i % channels) * size * size + Math.floor(i / channels)] = values[i];
  return { data, rows: size, columns: size, channels };
}
