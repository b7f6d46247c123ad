// NumPy's file format, version 1.0: numpy.load reads what is saved here.

/** @import { Planes } from "../state/types.js" */

/**
 * @param {Planes} planes
 * @returns {Uint8Array<ArrayBuffer>} a .npy file: float32 (1, rows, columns, channels), as `feature_maps` returns it
 */
export function npy({ data, rows, columns, channels }) {
  const head = header([1, rows, columns, channels]);
  const file = new Uint8Array(head.length + 4 * data.length);
  file.set(head);
  const values = new DataView(file.buffer, head.length);
  const cells = rows * columns;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < cells; i++) values.setFloat32(4 * (i * channels + c), data[c * cells + i], true);
  }
  return file;
}

/** The format wants the data to begin at a multiple of 64 bytes. @type {(shape: number[]) => Uint8Array} */
function header(shape) {
  const words = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const length = Math.ceil((10 + words.length + 1) / 64) * 64;
  const text = `${words.padEnd(length - 11)}\n`;
  const bytes = Uint8Array.from(`\x93NUMPY\x01\x00..${text}`, (character) => character.charCodeAt(0));
  new DataView(bytes.buffer).setUint16(8, text.length, true);
  return bytes;
}
