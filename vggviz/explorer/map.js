// One channel's map as pixels: the exact one where it is at hand, else its thumbnail.

import { paint, sheetUnits } from "./colour.js";
import { tileOf } from "./data.js";
import { draw, element } from "./elements.js";
import { plane } from "./planes.js";

/**
 * @param {{planes: ?object, sheet: object, statistics: object, layer: object, channel: number,
 *   limit: number, colours: object}} given
 * @returns {{pixels: Uint8ClampedArray, rows: number, columns: number, dead: boolean}}
 */
export function mapOf({ planes, sheet, statistics, layer, channel, limit, colours }) {
  const maximum = statistics.maximum[channel];
  const how = { limit: maximum > 0 ? limit : 0, signed: layer.signed, colours };
  if (planes) {
    const { rows, columns } = planes;
    return { pixels: paint(plane(planes, channel), how), rows, columns, dead: maximum === 0 };
  }
  const [rows, columns] = layer.sheet.tile;
  const pixels = paint(tileOf(sheet, layer, channel), { ...how, ...sheetUnits(layer.signed, maximum) });
  return { pixels, rows, columns, dead: maximum === 0 };
}

/**
 * What a saved picture is made of, its parts as data: addresses.
 * @param {object} shown what is on the page now
 * @param {object} colours
 */
export function viewOf({ views, limit, layer, words, provenance }, colours) {
  const scale = Float32Array.from({ length: 256 }, (_, i) => (layer.signed ? i / 127.5 - 1 : i / 255));
  const bar = { pixels: paint(scale, { limit: 1, signed: layer.signed, colours }), rows: 1, columns: 256 };
  return {
    title: views[0].name,
    words,
    provenance,
    limit,
    signed: layer.signed,
    bar: address(bar),
    rows: views.map(({ title, photograph, map, box, picture }) => ({
      title, box, picture, map: address(map), photograph: addressOf(photograph),
    })),
  };
}

/** @type {(image: {pixels: Uint8ClampedArray, rows: number, columns: number}) => string} */
function address({ pixels, rows, columns }) {
  const canvas = element("canvas");
  draw(canvas, pixels, rows, columns);
  return canvas.toDataURL("image/png");
}

/** @type {(bitmap: ImageBitmap) => string} */
function addressOf(bitmap) {
  const canvas = element("canvas", { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return canvas.toDataURL("image/png");
}
