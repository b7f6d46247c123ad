// How large an image is, read from the beginning of its file: one that would fill the memory is refused before it is
// unpacked.

export const MOST_PIXELS = 50e6;
const MOST_BYTES = 100e6;
const LONGEST = 1000; // times the shorter side, as load_image has it
const WANTED = "a JPEG, PNG, GIF, WebP or BMP file is wanted";

/**
 * @param {Uint8Array} bytes of the whole file
 * @param {string} name what the reader calls it
 * @returns {{rows: number, columns: number}}
 * @throws {Error} one sentence: no image, too large, or a strip
 */
export function checkedSize(bytes, name) {
  if (!bytes.length) throw new Error(`“${name}” is empty; ${WANTED}.`);
  if (bytes.length > MOST_BYTES) {
    throw new Error(`“${name}” has ${Math.round(bytes.length / 1e6)} MB; at most ${MOST_BYTES / 1e6} MB can be read here.`);
  }
  const size = sizeOf(bytes);
  if (!size || !size[0] || !size[1]) throw new Error(`“${name}” is no picture that can be read here; ${WANTED}.`);
  const [columns, rows] = size;
  checkPixels(rows, columns, name);
  return { rows, columns };
}

/** @type {(rows: number, columns: number, name: string) => void} */
function checkPixels(rows, columns, name) {
  const words = `${columns.toLocaleString("en")} × ${rows.toLocaleString("en")} pixels`;
  if (columns * rows > MOST_PIXELS) {
    throw new Error(`“${name}” is too large: ${words}; at most ${(MOST_PIXELS / 1e6).toFixed(0)} million in all.`);
  }
  if (Math.max(columns, rows) > LONGEST * Math.min(columns, rows)) {
    throw new Error(`“${name}” is a strip of ${words}, of which no square is left to see.`);
  }
}

/** Width and height, null if the kind of file is not known. @type {(bytes: Uint8Array) => [number, number] | null} */
function sizeOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {(from: number, length: number) => string} */
  const text = (from, length) => String.fromCharCode(...bytes.subarray(from, from + length));
  try {
    if (text(1, 3) === "PNG") return [view.getUint32(16), view.getUint32(20)];
    if (text(0, 3) === "GIF") return [view.getUint16(6, true), view.getUint16(8, true)];
    if (text(0, 2) === "BM") return [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))];
    if (text(0, 4) === "RIFF" && text(8, 4) === "WEBP") return webp(view, text(12, 4));
    if (view.getUint16(0) === 0xffd8) return jpeg(view);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem; // the file ends before its size
  }
  return null;
}

/** @type {(view: DataView, kind: string) => [number, number] | null} */
function webp(view, kind) {
  if (kind === "VP8X") return [1 + three(view, 24), 1 + three(view, 27)];
  if (kind === "VP8 ") return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (kind !== "VP8L") return null;
  const bits = view.getUint32(21, true);
  return [1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)];
}

/** @type {(view: DataView, at: number) => number} */
const three = (view, at) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

/** The first frame header; C4, C8 and CC mark other things. @type {(view: DataView) => [number, number] | null} */
function jpeg(view) {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + view.getUint16(at + 2);
  }
}
