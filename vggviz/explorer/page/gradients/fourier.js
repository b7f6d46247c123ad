// Images as spectra in decorrelated colours, as the library has them: all frequencies and colours change alike easily.

import { transformed } from "./fft.js";

const COLOURS = 3;

/**
 * Images of one size, from parameters (2, 3, size, size / 2 + 1), real and imaginary parts.
 */
export class FourierImages {
  #mixing;
  #scale;

  /**
   * @param {number} size side in pixels
   * @param {number[][]} mixing of decorrelated colours to red, green and blue
   */
  constructor(size, mixing) {
    this.size = size;
    this.columns = Math.floor(size / 2) + 1;
    this.#mixing = mixing;
    this.#scale = frequencyScale(size);
    this.count = 2 * COLOURS * size * this.columns;
  }

  /**
   * @param {Float32Array} parameters
   * @returns {Float32Array} levels 0 to 255, RGB pixel by pixel; all parameters zero give mid-grey
   */
  levels(parameters) {
    const { size } = this;
    const planes = Array.from({ length: COLOURS }, (_, colour) => this.#plane(parameters, colour));
    const levels = new Float32Array(size * size * COLOURS);
    for (let i = 0; i < size * size; i++) {
      for (let d = 0; d < COLOURS; d++) {
        let value = 0;
        for (let c = 0; c < COLOURS; c++) value += planes[c][i] * this.#mixing[c][d];
        levels[COLOURS * i + d] = 255 / (1 + Math.exp(-value));
      }
    }
    return levels;
  }

  /**
   * The gradient with respect to the parameters, from that with respect to the levels.
   * @param {Float32Array} gradient
   * @param {Float32Array} levels
   * @returns {Float32Array}
   */
  gradient(gradient, levels) {
    const cells = this.size * this.size;
    const before = gradient.map((value, i) => (value * levels[i] * (255 - levels[i])) / 255);
    const found = new Float32Array(this.count);
    for (let c = 0; c < COLOURS; c++) {
      const plane = new Float64Array(cells);
      for (let i = 0; i < cells; i++) {
        for (let d = 0; d < COLOURS; d++) plane[i] += before[COLOURS * i + d] * this.#mixing[c][d];
      }
      this.#addSpectrum(plane, c, found);
    }
    return found;
  }

  /** Pixels of one colour. @type {(parameters: Float32Array, colour: number) => Float64Array} */
  #plane(parameters, colour) {
    const { size, columns } = this;
    const [real, imaginary] = [new Float64Array(size * size), new Float64Array(size * size)];
    const half = size * columns;
    for (let k = 0; k < size; k++) {
      for (let l = 0; l < columns; l++) {
        const from = colour * half + k * columns + l;
        const factor = this.#factor(k, l);
        real[k * size + l] = factor * parameters[from];
        imaginary[k * size + l] = factor * parameters[COLOURS * half + from];
      }
    }
    return transformed(real, imaginary, { size, sign: 1 }).real;
  }

  /** @type {(plane: Float64Array, colour: number, found: Float32Array) => void} */
  #addSpectrum(plane, colour, found) {
    const { size, columns } = this;
    const { real, imaginary } = transformed(plane, new Float64Array(size * size), { size, sign: -1 });
    const half = size * columns;
    for (let k = 0; k < size; k++) {
      for (let l = 0; l < columns; l++) {
        const to = colour * half + k * columns + l;
        found[to] = this.#factor(k, l) * real[k * size + l];
        found[COLOURS * half + to] = this.#factor(k, l) * imaginary[k * size + l];
      }
    }
  }

  /** How much a parameter counts: columns that stand for +l and -l count twice. @type {(k: number, l: number) => number} */
  #factor(k, l) {
    const own = l === 0 || 2 * l === this.size;
    return ((own ? 1 : 2) * this.#scale[k * this.columns + l]) / (this.size * this.size);
  }
}

/**
 * A factor of each frequency, proportional to 1 / frequency, such that parameters of variance 1 give such pixels.
 * @param {number} size
 * @returns {Float64Array} (size, size / 2 + 1)
 */
function frequencyScale(size) {
  const columns = Math.floor(size / 2) + 1;
  const scale = new Float64Array(size * columns);
  let sum = 0;
  for (let k = 0; k < size; k++) {
    for (let l = 0; l < columns; l++) {
      const frequency = Math.hypot(Math.min(k, size - k), l) / size;
      const value = 1 / Math.max(frequency, 1 / size);
      scale[k * columns + l] = value;
      sum += value ** 2 * (l === 0 || 2 * l === size ? 1 : 4);
    }
  }
  return scale.map((value) => (value * size * size) / Math.sqrt(sum));
}
