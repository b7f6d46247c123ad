// The pixels of an image.

import { levelsIn, pixelsOf } from "../arithmetic/pixels.js";

/**
 * @param {ImageBitmap} bitmap
 * @returns {Uint8ClampedArray} RGBA
 */
export function pixelsIn(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {Uint8ClampedArray} RGB
 */
export function levelsOf(bitmap) {
  return levelsIn(pixelsIn(bitmap));
}

/**
 * @param {Uint8ClampedArray} levels RGB, size * size * 3
 * @param {number} size
 * @returns {ImageBitmap}
 */
export function bitmapOf(levels, size) {
  const canvas = new OffscreenCanvas(size, size);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.putImageData(new ImageData(pixelsOf(levels), size, size), 0, 0);
  return canvas.transferToImageBitmap();
}
