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

/** What the name of a colour ends with, where the network reads it less its mean. */
export const MEAN = " minus its mean";

/** The colour alone: beside the signs of a sum, a "minus" in a name would be taken for one of them. @param {string} name */
export const colourIn = (name) => (name.endsWith(MEAN) ? name.slice(0, -MEAN.length) : name);

/** Where red, green and blue are among what the network reads; null where it reads no colours. @param {string[]} names */
export function rgbOrder(names) {
  if (names.length !== 3) return null;
  return names[0].startsWith("blue") ? [2, 1, 0] : [0, 1, 2];
}
