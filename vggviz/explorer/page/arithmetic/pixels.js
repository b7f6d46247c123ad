// Levels of red, green and blue as pixels to draw, and back.

/**
 * @param {ArrayLike<number>} levels RGB, pixel by pixel
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA
 */
export function pixelsOf(levels) {
  const pixels = new Uint8ClampedArray((levels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < levels.length; from += 3, to += 4) {
    for (let c = 0; c < 3; c++) pixels[to + c] = levels[from + c];
  }
  return pixels;
}

/**
 * @param {ArrayLike<number>} pixels RGBA
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGB
 */
export function levelsIn(pixels) {
  const levels = new Uint8ClampedArray((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    for (let c = 0; c < 3; c++) levels[to + c] = pixels[from + c];
  }
  return levels;
}
