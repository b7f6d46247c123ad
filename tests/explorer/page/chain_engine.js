// An engine for tests that computes convolutions by definition, in JavaScript.

import { backward } from "../../../vggviz/explorer/page/gradients/backward.js";
import { turned } from "../../../vggviz/explorer/page/gradients/template.js";

/** Kernel (out, kh, kw, in) over maps (rows, columns, in), with zeros beyond the edges. */
export function convolved(maps, kernel, [outputs, height, width, inputs], { rows, columns }) {
  const found = new Float32Array(rows * columns * outputs);
  const [above, before] = [(height - 1) / 2, (width - 1) / 2];
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let dy = 0; dy < height; dy++) for (let dx = 0; dx < width; dx++) {
      const [row, column] = [y + dy - above, x + dx - before];
      if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
      for (let i = 0; i < inputs; i++) {
        sum += maps[(row * columns + column) * inputs + i] * kernel[((o * height + dy) * width + dx) * inputs + i];
      }
    }
    found[(y * columns + x) * outputs + o] = sum;
  }
  return found;
}

function pooled(maps, { rows, columns }, channels) {
  const found = new Float32Array((rows >> 1) * (columns >> 1) * channels);
  for (let i = 0; i < found.length; i++) {
    const [cell, c] = [Math.floor(i / channels), i % channels];
    const [y, x] = [2 * Math.floor(cell / (columns >> 1)), 2 * (cell % (columns >> 1))];
    const at = (dy, dx) => maps[((y + dy) * columns + x + dx) * channels + c];
    found[i] = Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
  }
  return found;
}

/** `convolutions`, {layer: {kernel, shape, bias}}; the other layers are pools. */
export function createEngine({ steps, convolutions, reading, colours }) {
  const before = (layer) => steps[steps.findIndex(({ name }) => name === layer) - 1]?.name ?? "input";
  const sides = (layer, size) => {
    const pools = steps.slice(0, steps.findIndex(({ name }) => name === layer) + 1).filter(({ kind }) => kind === "pooling");
    return { rows: size >> pools.length, columns: size >> pools.length };
  };
  const forward = async (values, size, last) => {
    const maps = { input: values };
    for (const { name, channels } of steps) {
      const read = maps[before(name)];
      if (convolutions[name]) {
        const { kernel, shape, bias } = convolutions[name];
        maps[name] = convolved(read, kernel, shape, sides(name, size)).map((value, i) => Math.max(0, value + bias[i % channels]));
      } else maps[name] = pooled(read, sides(before(name), size), channels);
      if (name === last) break;
    }
    return maps;
  };
  const convolve = async (layer, gradient, size) => {
    const { kernel, shape: [o, h, w, i] } = convolutions[layer];
    return convolved(gradient, turned(kernel, [o, h, w, i]), [i, h, w, o], size);
  };
  return {
    steps, reading, colours, sides, forward,
    backward: (maps, cotangents, { size, ...how }) => (
      backward(steps, maps, cotangents, { ...how, convolve, sides: (layer) => sides(layer, size) })
    ),
  };
}

/** A chain of random weights: two convolutions, a pool, a convolution, a pool. */
export function randomEngine(random) {
  const convolution = (shape) => ({
    shape,
    kernel: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (2 * random() - 1) / Math.sqrt(shape[1] * shape[2] * shape[3])),
    bias: Float32Array.from({ length: shape[0] }, () => random() / 2),
  });
  const steps = [["a", 4], ["b", 5], ["p", 5], ["c", 6], ["q", 6]].map(([name, channels]) => (
    { name, channels, kind: "pq".includes(name) ? "pooling" : "convolution" }
  ));
  return createEngine({
    steps,
    convolutions: { a: convolution([4, 3, 3, 3]), b: convolution([5, 3, 3, 4]), c: convolution([6, 3, 3, 5]) },
    reading: { weights: [[0, 0, 0.02], [0, 0.02, 0], [0.02, 0, 0]], offset: [-2, -2.2, -2.4] },
    colours: [[1, 0.2, 0.1], [0.2, 1, 0.2], [0.1, 0.2, 1]],
  });
}
