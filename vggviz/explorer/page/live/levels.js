// The levels of an image's pixels.

/**
 * @param {ImageBitmap} bitmap
 * @returns {Uint8ClampedArray} RGB, pixel by pixel
 */
export function levelsOf(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const levels = new Uint8ClampedArray((data.length / 4) * 3);
  for (let i = 0; i < data.length / 4; i++) levels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return levels;
}
