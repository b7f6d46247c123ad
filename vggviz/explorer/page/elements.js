// Small things that the views are made of.

/**
 * An element with attributes, properties and children. Text is text, never HTML.
 * @param {string} name
 * @param {Object<string, any>} attributes `onclick` and the like are listeners; false and null are left out
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/**
 * Pixels on a canvas, one for one.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray} pixels RGBA
 * @param {number} rows
 * @param {number} columns
 */
export function draw(canvas, pixels, rows, columns) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  canvas.getContext("2d").putImageData(new ImageData(pixels, columns, rows), 0, 0);
}

/**
 * A bitmap, or a part of it, on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} bitmap
 * @param {[number, number, number, number]} part top, left, bottom, right
 */
export function copy(canvas, bitmap, [top, left, bottom, right] = [0, 0, bitmap.height, bitmap.width]) {
  const [wide, high] = [Math.max(right - left, 1), Math.max(bottom - top, 1)];
  Object.assign(canvas, { width: wide, height: high });
  canvas.getContext("2d").drawImage(bitmap, left, top, wide, high, 0, 0, wide, high);
}

/**
 * Bytes for people.
 * @param {number} count
 * @returns {string}
 */
export function size(count) {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(count / 1e3))} kB`;
}
