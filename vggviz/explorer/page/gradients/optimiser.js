// Gradient ascent with Adam, as the library does it: Kingma and Ba, ICLR 2015, algorithm 1.

/** @typedef {{parameters: Float32Array, mean: Float32Array, square: Float32Array}} State */

/** @type {(parameters: Float32Array) => State} */
export function begin(parameters) {
  return { parameters, mean: new Float32Array(parameters.length), square: new Float32Array(parameters.length) };
}

/**
 * One step upwards; the state is changed in place.
 * @param {State} state
 * @param {Float32Array} gradient
 * @param {{index: number, rate: number}} how `index` counts the steps from 0
 */
export function ascend({ parameters, mean, square }, gradient, { index, rate }) {
  const [ofMean, ofSquare] = [1 - 0.9 ** (index + 1), 1 - 0.999 ** (index + 1)];
  for (let i = 0; i < parameters.length; i++) {
    mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
    square[i] = 0.999 * square[i] + 0.001 * gradient[i] ** 2;
    parameters[i] += (rate * (mean[i] / ofMean)) / (Math.sqrt(square[i] / ofSquare) + 1e-8);
  }
}

/** Along half a cosine to zero. @type {(index: number, steps: number, first: number) => number} */
export const learningRate = (index, steps, first) => (first * (1 + Math.cos((Math.PI * index) / steps))) / 2;

/**
 * Random numbers that a seed repeats: uniform in 0 to 1.
 * @param {number} seed
 * @returns {() => number}
 */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed numbers of variance 1. @type {(count: number, random: () => number) => Float32Array} */
export function normal(count, random) {
  return Float32Array.from({ length: count }, () => (
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  ));
}
