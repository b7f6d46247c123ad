// What a saved view is made of, its images as data: addresses.

import { paint } from "../arithmetic/colours.js";
import { contextOf, draw, element } from "./elements.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { View } from "./channel_view.js"
 * @import { SavedView } from "./svg.js"
 */

/**
 * @param {View} view what is on the page now
 * @param {string} provenance
 * @param {Colours} colours
 * @returns {SavedView}
 */
export function savedView({ views, limit, words, spoken, facts }, provenance, colours) {
  const [{ name, layer }] = views;
  const { signed } = layer;
  const values = Float32Array.from({ length: 256 }, (_, i) => (signed ? i / 127.5 - 1 : i / 255));
  const bar = { pixels: paint(values, { limit: 1, signed, colours }), rows: 1, columns: 256 };
  return {
    title: name,
    words: [views.length > 1 ? facts.join(" ") : spoken, words.value, words.value && words.sight].filter(Boolean).join(" "),
    provenance,
    limit,
    signed,
    bar: addressOfPixels(bar),
    rows: views.map(({ title, photograph, map, box, image }) => ({
      title, box, image, map: addressOfPixels(map), photograph: addressOfBitmap(photograph),
    })),
  };
}

/** @type {(image: {pixels: Uint8ClampedArray<ArrayBuffer>, rows: number, columns: number}) => string} */
function addressOfPixels({ pixels, rows, columns }) {
  const canvas = element("canvas");
  draw(canvas, pixels, rows, columns);
  return canvas.toDataURL("image/png");
}

/** @type {(bitmap: ImageBitmap) => string} */
function addressOfBitmap(bitmap) {
  const canvas = element("canvas", { width: bitmap.width, height: bitmap.height });
  contextOf(canvas).drawImage(bitmap, 0, 0);
  return canvas.toDataURL("image/png");
}
