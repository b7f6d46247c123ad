// Gram matrices of maps. After a ReLU most numbers are zero, and what is zero costs nothing here.

/**
 * The mean over all cells of the products of each two channels.
 * @param {Float32Array} maps cell by cell
 * @param {number} channels
 * @returns {Float32Array} (channels, channels)
 */
export function gram(maps, channels) {
  const found = new Float32Array(channels * channels);
  const share = channels / maps.length;
  for (let cell = 0; cell < maps.length; cell += channels) {
    for (let a = 0; a < channels; a++) {
      const value = maps[cell + a] * share;
      if (value === 0) continue;
      const row = a * channels;
      for (let b = a; b < channels; b++) found[row + b] += value * maps[cell + b];
    }
  }
  for (let a = 0; a < channels; a++) for (let b = 0; b < a; b++) found[a * channels + b] = found[b * channels + a];
  return found;
}

/**
 * maps · matrix · factor.
 * @param {Float32Array} maps (cells, channels)
 * @param {Float32Array} matrix (channels, channels)
 * @param {number} factor
 * @returns {Float32Array} (cells, channels)
 */
export function product(maps, matrix, factor) {
  const found = new Float32Array(maps.length);
  const channels = Math.sqrt(matrix.length);
  for (let cell = 0; cell < maps.length; cell += channels) {
    for (let a = 0; a < channels; a++) {
      const value = maps[cell + a] * factor;
      if (value === 0) continue;
      const row = a * channels;
      for (let b = 0; b < channels; b++) found[cell + b] += value * matrix[row + b];
    }
  }
  return found;
}

/** @type {(values: Float32Array) => number} the sum of their squares */
export const squares = (values) => values.reduce((sum, each) => sum + each * each, 0);
