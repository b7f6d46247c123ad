// A reader's image, from a file or a camera, as the network will see it. It stays in this page.

import { checkedSize } from "./image_header.js";
import { fit } from "./resample.js";

/** @type {ImageBitmapOptions} */
const PLAIN = { imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none" };

/**
 * @param {File} file
 * @param {number} size side of the result, in pixels
 * @returns {Promise<Uint8ClampedArray>} RGB, size * size * 3
 * @throws {Error} one sentence: what the file is, and what would be right
 */
export async function fromFile(file, size) {
  const name = file.name || "The picture";
  checkedSize(new Uint8Array(await file.arrayBuffer().catch(() => new ArrayBuffer(0))), name);
  const bitmap = await createImageBitmap(file, PLAIN).catch(() => null);
  if (!bitmap) throw new Error(`“${name}” is damaged or cut short, so it cannot be shown.`);
  try {
    return fromBitmap(bitmap, bitmap.height, bitmap.width, size);
  } finally {
    bitmap.close();
  }
}

/**
 * What is seen in a running video now.
 * @param {HTMLVideoElement} video
 * @param {number} size
 * @returns {Uint8ClampedArray}
 */
export function fromVideo(video, size) {
  return fromBitmap(video, video.videoHeight, video.videoWidth, size);
}

/** @type {(source: CanvasImageSource, rows: number, columns: number, size: number) => Uint8ClampedArray} */
function fromBitmap(source, rows, columns, size) {
  const canvas = new OffscreenCanvas(1, 1);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  return fit(rows, columns, size, (top, bottom, left, right) => {
    const [wide, high] = [right - left, bottom - top];
    Object.assign(canvas, { width: wide, height: high });
    context.drawImage(source, left, top, wide, high, 0, 0, wide, high);
    return context.getImageData(0, 0, wide, high).data;
  });
}
