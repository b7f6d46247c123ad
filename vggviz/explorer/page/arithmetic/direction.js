// How much kernels depend on the direction of lines.

/**
 * @typedef {{channel: number, angle: number, share: number}} Directed   `angle` of the lines that are answered most, in
 *   degrees, 0 level and 90 upright; `share`, 0 (all alike, or plain grey too) to 1 (one direction only)
 */

const ANGLES = 24;
/** Cycles a pixel of the gratings: of a kernel of three pixels, a bright and a dark side. */
const FREQUENCY = 0.25;

/**
 * The kernel whose answer depends most on the direction of grey gratings.
 * @param {Float32Array} weights (out, kh, kw, in)
 * @param {{count: number, size: [number, number]}} shape `count` of kernels
 * @returns {Directed}
 */
export function mostDirected(weights, { count, size }) {
  const length = weights.length / count;
  const found = Array.from({ length: count }, (_, channel) => {
    const kernel = grey(weights.subarray(channel * length, (channel + 1) * length), size);
    return { channel, ...directed(kernel, size) };
  });
  return found.reduce((best, each) => (each.share > best.share ? each : best));
}

/** The sum over the input channels. @type {(kernel: Float32Array, size: [number, number]) => Float64Array} */
function grey(kernel, [rows, columns]) {
  const channels = kernel.length / (rows * columns);
  const sums = new Float64Array(rows * columns);
  kernel.forEach((weight, i) => (sums[Math.floor(i / channels)] += weight));
  return sums;
}

/**
 * The mean direction of the answers, weighted by their energies: the second harmonic over the sum.
 * @type {(kernel: Float64Array, size: [number, number]) => {angle: number, share: number}}
 */
function directed(kernel, size) {
  const flat = kernel.reduce((total, weight) => total + weight, 0) ** 2; // the answer to plain grey
  let [sum, cosine, sine] = [0, 0, 0];
  for (let i = 0; i < ANGLES; i++) {
    const angle = (Math.PI * i) / ANGLES;
    const energy = response(kernel, size, angle) ** 2;
    sum += energy + flat;
    cosine += energy * Math.cos(2 * angle);
    sine += energy * Math.sin(2 * angle);
  }
  const degrees = (Math.atan2(sine, cosine) * 90) / Math.PI;
  return { angle: (degrees + 180) % 180, share: sum > 0 ? Math.hypot(cosine, sine) / sum : 0 };
}

/** To a grating, at its best phase. @type {(kernel: Float64Array, size: [number, number], angle: number) => number} */
function response(kernel, [rows, columns], angle) {
  let [real, imaginary] = [0, 0];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      // Across the lines: up and down for level ones.
      const phase = 2 * Math.PI * FREQUENCY * (x * Math.sin(angle) + y * Math.cos(angle));
      real += kernel[y * columns + x] * Math.cos(phase);
      imaginary += kernel[y * columns + x] * Math.sin(phase);
    }
  }
  return Math.hypot(real, imaginary);
}
