// What is drawn and said of one channel: its map as pixels, the exact one where it is at hand, else its thumbnail.

import { limit, limits, paint, sheetUnits } from "./colour.js";
import { tileOf } from "./data.js";
import { draw, element } from "./elements.js";
import { box } from "./geometry.js";
import { layerNamed, pictureNamed } from "./manifest.js";
import { at, plane, strongest } from "./planes.js";
import { cellWords, channelWords, layerWords } from "./words.js";

/**
 * All that the page shows of the chosen channel, for one picture or two that are compared.
 * @param {{state: object, pictures: object[], cell: ?[number, number], manifest: object, data: object,
 *   colours: object}} given `cell` is the one pointed at or chosen
 */
export function viewOf({ state, pictures, cell, manifest, data, colours }) {
  const layer = layerNamed(manifest, state.layer);
  const { channel } = state;
  const ids = pictures.map(({ id }) => id);
  const statistics = pictures.map((each) => each.statistics);
  const tops = limits(manifest, { pictures: ids, layer: layer.name, channel, statistics });
  const top = limit(state.scale, tops);
  const views = pictures.map((each) => {
    const picture = pictureNamed(manifest, each.id);
    const planes = data.mapsAtHand(each.id, layer.name);
    const map = mapOf({ ...each, planes, layer, channel, limit: top, colours });
    const [name, { title }] = [`${layer.name}, channel ${channel}`, picture];
    return { ...each, picture, planes, layer, map, title, name, cell, over: state.over, box: cell && box(layer, cell, picture) };
  });
  const words = views.map((view) => wordsOf(view, channel, views.length > 1)).join(" ");
  return { layer, tops, top, views, words };
}

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

/** What is said of one picture: its channel, and the cell if one is chosen or pointed at. */
function wordsOf({ planes, layer, statistics, box, title, cell }, channel, several) {
  const [maximum, zeros] = [statistics.maximum[channel], statistics.zeros[channel]];
  const found = planes && maximum ? strongest(plane(planes, channel), planes.columns) : null;
  // The place is the map's; the value, that of the statistics and of the colour bar: maps come in half precision.
  const best = found && { ...found, value: Math.sign(found.value) * maximum };
  const name = several ? `${title}: ` : "";
  const first = name + channelWords({ layer, channel, strongest: best, maximum, zeros });
  if (!cell) return `${first} ${layerWords(layer)}`;
  if (!planes) return first;
  return `${first} ${cellWords({ layer, channel, cell, value: at(planes, channel, cell), box })}`;
}

/**
 * What a saved picture is made of, its parts as data: addresses.
 * @param {object} shown what is on the page now
 * @param {object} colours
 */
export function fileOf({ views, limit, layer, words, provenance }, colours) {
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
