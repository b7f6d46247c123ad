// What is drawn and said of one channel: its map as pixels, the exact one where it is at hand, else its thumbnail.

import { paint } from "../arithmetic/colours.js";
import { at, plane, strongest } from "../arithmetic/planes.js";
import { box } from "../arithmetic/receptive_field.js";
import { sheetUnits, tileOf } from "../arithmetic/thumbnails.js";
import { limit, limits } from "../state/colour_limits.js";
import { imageNamed } from "../state/manifest.js";
import { describeCell, describeChannel, describeLayer } from "./descriptions.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Limits } from "../state/colour_limits.js"
 * @import { Box, Image, Layer, LoadedImage, Manifest, Pair, Shown } from "../state/types.js"
 * @typedef {{pixels: Uint8ClampedArray<ArrayBuffer>, rows: number, columns: number, dead: boolean}} Map
 * @typedef {LoadedImage & {image: Image, layer: Layer, map: Map, title: string, name: string, cell: Pair | null,
 *   over: boolean, box: Box | null}} ChannelView   of one image; `name` is the channel's
 * @typedef {{limits: Limits, limit: number, views: ChannelView[], words: string}} View   `limit`, what full colour is
 */

/**
 * All that the page shows of the chosen channel, for one image or two that are compared.
 * @param {Shown} shown
 * @param {Manifest} manifest
 * @param {Colours} colours
 * @returns {View}
 */
export function viewOf(shown, manifest, colours) {
  const { state, layer, images } = shown;
  const all = limits(manifest, {
    images: images.map(({ id }) => id),
    layer: layer.name,
    channel: state.channel,
    statistics: images.map(({ statistics }) => statistics),
  });
  const top = limit(state.scale, all);
  const views = images.map((loaded) => ofImage(loaded, shown, imageNamed(manifest, loaded.id), { limit: top, colours }));
  const words = views.map((view) => describe(view, state.channel, views.length > 1)).join(" ");
  return { limits: all, limit: top, views, words };
}

/** @type {(loaded: LoadedImage, shown: Shown, image: Image, how: {limit: number, colours: Colours}) => ChannelView} */
function ofImage(loaded, { state, layer, cell }, image, how) {
  return {
    ...loaded,
    image,
    layer,
    map: mapOf(loaded, layer, state.channel, how),
    title: image.title,
    name: `${layer.name}, channel ${state.channel}`,
    cell,
    over: state.over,
    box: cell && box(layer, cell, image),
  };
}

/** @type {(loaded: LoadedImage, layer: Layer, channel: number, how: {limit: number, colours: Colours}) => Map} */
function mapOf({ planes, sheet, statistics }, layer, channel, { limit, colours }) {
  const maximum = statistics.maximum[channel];
  const how = { limit: maximum > 0 ? limit : 0, signed: layer.signed, colours };
  const dead = maximum === 0;
  if (planes) return { pixels: paint(plane(planes, channel), how), rows: planes.rows, columns: planes.columns, dead };
  const [rows, columns] = layer.sheet.tile;
  const pixels = paint(tileOf(sheet, layer, channel), { ...how, ...sheetUnits(layer.signed, maximum) });
  return { pixels, rows, columns, dead };
}

/**
 * What is said of one image: its channel, and the cell if one is chosen or pointed at.
 * @type {(view: ChannelView, channel: number, several: boolean) => string}
 */
function describe({ planes, layer, statistics, box, title, cell }, channel, several) {
  const [maximum, zeros] = [statistics.maximum[channel], statistics.zeros[channel]];
  const found = planes && maximum ? strongest(plane(planes, channel), planes.columns) : null;
  // The cell is the map's; the value, that of the statistics and of the colour bar: maps come in half precision.
  const best = found && { ...found, value: Math.sign(found.value) * maximum };
  const name = several ? `${title}: ` : "";
  const first = name + describeChannel({ layer, channel, strongest: best, maximum, zeros });
  if (!cell) return `${first} ${describeLayer(layer)}`;
  if (!planes) return first;
  return `${first} ${describeCell({ cell, value: at(planes, channel, cell), box })}`;
}
