// Files for other sizes and for gradients, made of the forward files: the same weights, other numbers beside them.

/**
 * @typedef {{place: number, shape: number[]}} KernelPlace   bytes before a kernel in the forward file; (out, kh, kw, in)
 * @typedef {{shapes: number[], buffers: number[]}} Places   in the template: of its tensors' shapes (gradient, kernel,
 *   bias, both again, result), and of the offsets of kernel and bias
 */

const ALIGNMENT = 16;

/**
 * A forward file for images of another size.
 * @param {Uint8Array} file
 * @param {number[]} places where each map's number of rows is, before that of its columns
 * @param {{side: number, size: number}} sides of the images that the file is for, and of those wanted, in pixels
 * @returns {Uint8Array}
 */
export function resized(file, places, { side, size }) {
  const copy = file.slice();
  const numbers = new DataView(copy.buffer);
  for (const place of places) {
    const rows = numbers.getInt32(place, true);
    let halvings = 0; // by as many pools
    while (side >> halvings > rows) halvings += 1;
    for (const at of [place, place + 4]) numbers.setInt32(at, size >> halvings, true);
  }
  return copy;
}

/**
 * A copy of a kernel in a forward file, in half precision.
 * @type {(file: Uint8Array, kernel: KernelPlace) => Uint16Array}
 */
export function kernelIn(file, { place, shape }) {
  const count = shape.reduce((product, n) => product * n, 1);
  return new Uint16Array(file.slice(place, place + 2 * count).buffer);
}

/**
 * The kernel of the gradient's convolution: turned by 180 degrees, inputs and outputs exchanged.
 * @template {Uint16Array | Float32Array} T
 * @param {T} kernel (out, kh, kw, in)
 * @param {number[]} shape
 * @returns {T} (in, kh, kw, out)
 */
export function turned(kernel, [outputs, rows, columns, inputs]) {
  const found = /** @type {T} */ (kernel.slice());
  const cells = rows * columns;
  for (let cell = 0; cell < cells; cell++) {
    const opposite = cells - 1 - cell;
    for (let i = 0; i < inputs; i++) {
      const to = (i * cells + opposite) * outputs;
      for (let o = 0, from = cell * inputs + i; o < outputs; o++, from += cells * inputs) found[to + o] = kernel[from];
    }
  }
  return found;
}

/**
 * The .tflite file that computes the gradient with respect to a convolution's input from that of its output.
 * @param {Uint8Array} template
 * @param {Places} places
 * @param {{kernel: Uint16Array, shape: number[], rows: number, columns: number}} convolution the kernel as it is in the
 *   forward file
 * @returns {Uint8Array}
 */
export function filled(template, places, { kernel, shape, rows, columns }) {
  const [outputs, height, width, inputs] = shape;
  const weights = [inputs, height, width, outputs];
  const contents = [turned(kernel, shape), new Uint16Array(inputs)].map(({ buffer }) => new Uint8Array(buffer));
  const starts = [];
  let end = template.length;
  for (const { length } of contents) {
    starts.push(Math.ceil((end + 4) / ALIGNMENT) * ALIGNMENT);
    end = starts[starts.length - 1] + length;
  }
  const file = new Uint8Array(end);
  const numbers = new DataView(file.buffer);
  file.set(template);
  const constants = [weights, [inputs]];
  const shapes = [[1, rows, columns, outputs], ...constants, ...constants, [1, rows, columns, inputs]];
  for (const [i, each] of shapes.entries()) each.forEach((n, k) => numbers.setInt32(places.shapes[i] + 4 * k, n, true));
  for (const [i, content] of contents.entries()) {
    const before = starts[i] - 4; // the length comes before the content
    numbers.setUint32(places.buffers[i], before - places.buffers[i], true);
    numbers.setUint32(before, content.length, true);
    file.set(content, starts[i]);
  }
  return file;
}

/**
 * The network with its kernels' numbers in a random order, as a control: what does not change says nothing of training.
 * @param {Uint8Array} file
 * @param {KernelPlace[]} kernels of this file
 * @param {() => number} random
 * @returns {Uint8Array}
 */
export function shuffled(file, kernels, random) {
  const copy = file.slice();
  for (const place of kernels) {
    const kernel = kernelIn(copy, place);
    for (let i = kernel.length - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [kernel[i], kernel[other]] = [kernel[other], kernel[i]];
    }
    copy.set(new Uint8Array(kernel.buffer), place.place);
  }
  return copy;
}
