// Small things that the views are made of.

/** @import { Box } from "../state/types.js" */

/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute */

/**
 * An element with attributes, listeners and children. Text is text, never HTML.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, Attribute>} attributes `onclick` and the like are listeners; false and null are left out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
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
 * @param {Record<string, Attribute>} attributes
 * @param {...(Node | string)} children
 */
export function button(attributes, ...children) {
  return element("button", { type: "button", ...attributes }, ...children);
}

/**
 * The element of index.html that has this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element “${id}”; load it again.`);
  return found;
}

/**
 * Change what stands in an element, with the focus where it was.
 * @type {(root: HTMLElement, change: () => void) => void}
 */
export function keepingFocus(root, change) {
  const held = document.activeElement;
  const key = held instanceof HTMLElement && root.contains(held) ? (held.dataset.key ?? "undo") : null;
  change();
  if (key) root.querySelector(/** @type {"button"} */ (`[data-key="${key}"]`))?.focus();
}

/** As `element`, of a drawing. @type {(name: string, attributes: Record<string, string | number>, ...children: (Node | string)[]) => SVGElement} */
export function svgElement(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** Two arrows apart. */
export const enlargeSign = () =>
  svgElement("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svgElement("path", { d: "M9 2h5v5M7 14H2V9M14 2L9 7M2 14l5-5" }));

/** Two arrows towards each other. */
export const reduceSign = () =>
  svgElement("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svgElement("path", { d: "M14 7H9V2M2 9h5v5M14 2L9 7M2 14l5-5" }));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 */
export function contextOf(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  return context;
}

/**
 * Pixels on a canvas, one for one.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray<ArrayBuffer>} pixels RGBA
 * @param {number} rows
 * @param {number} columns
 */
export function draw(canvas, pixels, rows, columns) {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  contextOf(canvas).putImageData(new ImageData(pixels, columns, rows), 0, 0);
}

/**
 * A bitmap, or a part of it, on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} bitmap
 * @param {Box} part
 */
export function copy(canvas, bitmap, [top, left, bottom, right] = [0, 0, bitmap.height, bitmap.width]) {
  const [wide, high] = [Math.max(right - left, 1), Math.max(bottom - top, 1)];
  Object.assign(canvas, { width: wide, height: high });
  contextOf(canvas).drawImage(bitmap, left, top, wide, high, 0, 0, wide, high);
}
