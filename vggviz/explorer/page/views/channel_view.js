// What is drawn and said of one channel: its map as pixels, the exact one where it is at hand, else its thumbnail.

import { paint } from "../arithmetic/colours.js";
import { formatted } from "../arithmetic/number_format.js";
import { at, plane, strongest } from "../arithmetic/planes.js";
import { box } from "../arithmetic/receptive_field.js";
import { sheetUnits, tileOf } from "../arithmetic/thumbnails.js";
import { limit, limits } from "../state/colour_limits.js";
import { imageNamed } from "../state/manifest.js";
import { isSwitchedOff } from "../state/switched_off.js";
import { describeChannel, describeSight, describeStrength } from "./descriptions.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Limits } from "../state/colour_limits.js"
 * @import { Box, Image, Layer, LoadedImage, Manifest, Pair, Shown } from "../state/types.js"
 * @typedef {{pixels: Uint8ClampedArray<ArrayBuffer>, rows: number, columns: number, dead: boolean}} Drawn
 * @typedef {{value: number, cell: Pair}} Strongest
 * @typedef {LoadedImage & {image: Image, layer: Layer, channel: number, map: Drawn, title: string, name: string,
 *   over: boolean, cell: Pair | null, box: Box | null, value: number | null, strongest: Strongest | null, before: number | null,
 *   captions: [string, string]}} ChannelView   of one image; `name` is the channel's, `value` that of the cell; `before`, the
 *   largest value of a channel before it was switched off
 * @typedef {{limits: Limits, limit: number, views: ChannelView[], words: {value: string, sight: string}, spoken: string, facts: string[]}} View
 *   `limit`, what full colour is; `facts`, of the channel, an image each; `spoken`, of the first with its name
 */

/**
 * All that the page shows of the chosen channel, for one image or two that are compared.
 * @param {Shown} shown
 * @param {Manifest} manifest
 * @param {Colours} colours
 * @returns {View}
 */
export function viewOf(shown, manifest, colours) {
  const { state, layer, images, beside } = shown;
  const scaled = beside ? [...images, beside] : images;
  const all = limits(manifest, {
    images: scaled.map(({ id }) => id),
    layer: layer.name,
    channel: state.channel,
    statistics: scaled.map(({ statistics }) => statistics),
  });
  const top = limit(state.scale, all);
  // A place in one picture is nothing in another, so the chosen cell is the first's.
  const views = images.map((loaded, i) => ofImage(loaded, shown, imageNamed(manifest, loaded.id), { limit: top, colours, first: i === 0 }));
  return { limits: all, limit: top, views, words: wordsOf(views[0]), ...factsOf(views, shown.old) };
}

/**
 * @typedef {{limit: number, colours: Colours, first: boolean}} How
 * @type {(loaded: LoadedImage, shown: Shown, image: Image, how: How) => ChannelView}
 */
function ofImage(loaded, { state, layer, cell: shownCell, beside, old }, image, how) {
  const { channel, over } = state;
  const cell = how.first ? shownCell : null;
  const best = strongestOf(loaded, channel);
  const isUnchanged = layer.isChange && !loaded.statistics.maximum[channel];
  const isOff = image.hidden && !loaded.statistics.maximum[channel] && isSwitchedOff(state, layer);
  const before = isOff && beside ? beside.statistics.maximum[channel] : null;
  const about = { ...loaded, image, layer, channel, over, cell, strongest: best, before };
  const shows = image.hidden && !isOff && !isUnchanged ? `, ${state.shows}` : ""; // of a picture that is changed
  return {
    ...about,
    map: mapOf(loaded, layer, { channel, over, ...how }),
    title: image.title,
    name: `${layer.name} / ${channel}${shows}`,
    box: cell && box(layer, cell, image),
    value: valueAt(about, cell),
    captions: [image.title, old && how.first ? `channel ${channel}, before painting` : captionOf(about) + shows],
  };
}

/** @type {(about: Pick<ChannelView, "planes" | "statistics" | "channel" | "layer" | "before">) => string} */
function captionOf({ planes, statistics, channel, layer, before }) {
  const maximum = statistics.maximum[channel];
  if (before !== null) return `channel ${channel}: switched off`;
  if (maximum === 0) return `channel ${channel}: ${layer.isChange ? "unchanged" : "silent here"}`;
  return planes ? `channel ${channel}, up to ${formatted(maximum)}` : `channel ${channel}, thumbnail: averaged`;
}

/**
 * The map's largest value and its cell; the value is that of the statistics, which no file has rounded.
 * @type {(loaded: LoadedImage, channel: number) => Strongest | null}
 */
function strongestOf({ planes, statistics }, channel) {
  const maximum = statistics.maximum[channel];
  if (!planes || !maximum) return null;
  const found = remembered(planes, channel, "strongest", () => strongest(plane(planes, channel), planes.columns));
  return { cell: found.cell, value: Math.sign(found.value) * maximum };
}

/**
 * The value of a cell; of the strongest, the one that is told everywhere.
 * @type {(about: Pick<ChannelView, "planes" | "channel" | "strongest">, cell: Pair | null) => number | null}
 */
export function valueAt({ planes, channel, strongest }, cell) {
  if (!cell || !planes) return null;
  return String(cell) === String(strongest?.cell) && strongest ? strongest.value : at(planes, channel, cell);
}

/** @type {(loaded: LoadedImage, layer: Layer, what: How & {channel: number, over: boolean}) => Drawn} */
function mapOf({ planes, sheet, statistics }, layer, { channel, over, limit, colours }) {
  const maximum = statistics.maximum[channel];
  const how = { limit: maximum > 0 ? limit : 0, signed: layer.signed, colours, fade: over };
  const dead = maximum === 0;
  const [rows, columns] = planes ? [planes.rows, planes.columns] : layer.sheet.tile;
  const pixels = remembered(planes ?? sheet, channel, `${limit} ${over}`, () =>
    planes
      ? paint(plane(planes, channel), how)
      : paint(tileOf(sheet, layer, channel), { ...how, ...sheetUnits(layer.signed, maximum) }),
  );
  return { pixels, rows, columns, dead };
}

/** Results of the last two channels of each layer: the mouse asks for them at every move. @type {WeakMap<object, Map<string, any>>} */
const memory = new WeakMap();
const HELD = 6;

/** @type {<T>(of: object, channel: number, what: string, make: () => T) => T} */
function remembered(of, channel, what, make) {
  const held = memory.get(of) ?? new Map();
  memory.set(of, held);
  const key = `${channel} ${what}`;
  if (!held.has(key)) held.set(key, make());
  for (const old of [...held.keys()].slice(0, -HELD)) held.delete(old);
  return held.get(key);
}

/** What is said of the cell. @type {(view: ChannelView) => {value: string, sight: string}} */
function wordsOf({ cell, value, box }) {
  if (!cell) return { value: "", sight: "Point at a picture, or tap it: the frame is what a cell sees." };
  const number = value === null ? "…" : formatted(value);
  return { value: `Row ${cell[0]}, column ${cell[1]}: ${number}.`, sight: describeSight(box) };
}

/** What is said of the channel. @type {(views: ChannelView[], old: boolean) => {spoken: string, facts: string[]}} */
function factsOf(views, old) {
  const about = views.map(({ layer, channel, statistics, strongest, before }) => ({
    layer, channel, strongest, before, maximum: statistics.maximum[channel], zeros: statistics.zeros[channel],
  }));
  const begins = views.map(({ title }, i) => (views.length > 1 ? `${title}: ` : "") + (old && i === 0 ? "before painting: " : ""));
  const facts = about.map((each, i) => begins[i] + describeStrength(each));
  return { spoken: describeChannel(about[0]), facts: facts.map((text) => text[0].toUpperCase() + text.slice(1)) };
}
