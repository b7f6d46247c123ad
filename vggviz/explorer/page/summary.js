// What a layer gave for a picture that is computed in the page, in the form that files have beforehand.

/**
 * Channels first, as the page keeps maps.
 * @param {Float32Array} values rows * columns * channels, the channel runs fastest
 * @param {{rows: number, columns: number, channels: number}} layer
 * @returns {Float32Array}
 */
export function planar(values, { rows, columns, channels }) {
  const cells = rows * columns;
  const planes = new Float32Array(values.length);
  // A few channels at a time, so that what is written stays in the processor's cache.
  for (let from = 0; from < channels; from += 16) {
    const to = Math.min(from + 16, channels);
    for (let cell = 0; cell < cells; cell++) {
      for (let c = from; c < to; c++) planes[c * cells + cell] = values[cell * channels + c];
    }
  }
  return planes;
}

/**
 * @param {Float32Array} planes channels first
 * @param {number} channels
 * @returns {import("./manifest.js").Statistics}
 */
export function statistics(planes, channels) {
  const cells = planes.length / channels;
  const found = { maximum: [], mean: [], variance: [], zeros: [] };
  for (let c = 0; c < channels; c++) {
    let [largest, sum, zeros] = [0, 0, 0];
    for (let i = c * cells; i < (c + 1) * cells; i++) {
      const value = planes[i];
      const size = value < 0 ? -value : value;
      if (size > largest) largest = size;
      if (value <= 0) zeros += 1;
      sum += value;
    }
    const mean = sum / cells;
    let squares = 0;
    for (let i = c * cells; i < (c + 1) * cells; i++) squares += (planes[i] - mean) ** 2;
    found.maximum.push(largest);
    found.mean.push(mean);
    found.variance.push(squares / cells);
    found.zeros.push(zeros / cells);
  }
  return found;
}

/**
 * A sheet of thumbnails: averages, in levels of each channel's largest |value|.
 * @param {Float32Array} planes
 * @param {object} layer of the manifest
 * @param {number[]} maximum of each channel
 * @returns {{levels: Uint8Array, width: number}}
 */
export function sheet(planes, layer, maximum) {
  const { rows, columns, channels, signed } = layer;
  const [high, wide] = layer.sheet.tile;
  const across = layer.sheet.columns;
  const width = across * wide;
  const levels = new Uint8Array(Math.ceil(channels / across) * high * width);
  const [spans, sides] = [shares(rows, high), shares(columns, wide)];
  const half = new Float32Array(rows * wide);
  for (let c = 0; c < channels; c++) {
    const map = planes.subarray(c * rows * columns, (c + 1) * rows * columns);
    const unit = maximum[c] > 0 ? (signed ? 127 : 255) / maximum[c] : 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < wide; x++) half[y * wide + x] = average(map, y * columns, 1, sides[x]);
    }
    const start = Math.floor(c / across) * high * width + (c % across) * wide;
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) {
        const level = average(half, x, wide, spans[y]) * unit + (signed ? 128 : 0);
        levels[start + y * width + x] = Math.min(Math.max(Math.round(level), 0), 255);
      }
    }
  }
  return { levels, width };
}

/** Which cells a pixel of a thumbnail covers, and how much of each. */
function shares(length, count) {
  const size = length / count;
  return Array.from({ length: count }, (_, place) => {
    const [from, to] = [place * size, (place + 1) * size];
    const first = Math.floor(from + 1e-9);
    const last = Math.ceil(to - 1e-9);
    const weights = Array.from({ length: last - first }, (_, i) =>
      (Math.min(to, first + i + 1) - Math.max(from, first + i)) / size,
    );
    return { first, weights };
  });
}

/** @type {(values: Float32Array, start: number, step: number, share: {first: number, weights: number[]}) => number} */
function average(values, start, step, { first, weights }) {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * values[start + (first + i) * step];
  return sum;
}
