// One channel in the grid of channels: its thumbnail, or two beside each other, and its number.

import { isSilent } from "../arithmetic/channel_order.js";
import { paint } from "../arithmetic/colours.js";
import { sheetUnits, tileOf } from "../arithmetic/thumbnails.js";
import { limit } from "../state/colour_limits.js";
import { describeChannel } from "./descriptions.js";
import { contextOf, copy, element } from "./elements.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Limits } from "../state/colour_limits.js"
 * @import { Layer, LoadedImage, Scale, Shown, Statistics } from "../state/types.js"
 * @import { Cut } from "./faces.js"
 * @typedef {HTMLElement} Tile
 * @typedef {{layer: Layer, images: LoadedImage[], beside: Shown["beside"], scale: Scale, limits: Limits, colours: Colours}} How
 */

/** @returns {Tile} */
export function newTile() {
  const parts = [
    element("canvas", { "aria-hidden": "true" }),
    element("i", { class: "tile-switch", "aria-hidden": "true" }, "×"),
    element("span", { "aria-hidden": "true" }),
  ];
  return element("div", { role: "option", "aria-selected": "false", tabindex: -1 }, ...parts);
}

/**
 * Make a tile that of a channel; its thumbnail is painted apart.
 * @type {(tile: Tile, layer: Layer, statistics: Statistics, channel: number) => void}
 */
export function fillTile(tile, layer, statistics, channel) {
  const silent = isSilent(statistics, channel);
  const [maximum, zeros] = [statistics.maximum[channel], statistics.zeros[channel]];
  tile.className = silent ? "channel dead" : "channel";
  tile.dataset.channel = String(channel);
  tile.setAttribute("aria-label", describeChannel({ layer, channel, maximum, zeros }));
  /** @type {HTMLElement} */ (tile.lastChild).textContent = `${channel}`;
}

/** @type {(tile: Tile, channel: number, how: How) => void} */
export function paintTile(tile, channel, { layer, images, beside, scale, limits, colours }) {
  const canvas = /** @type {HTMLCanvasElement} */ (tile.firstChild);
  const [rows, columns] = layer.sheet.tile;
  const [wide, high] = [columns * images.length, rows];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = contextOf(canvas);
  const scaled = beside ? [...images, beside] : images;
  const largest = Math.max(...scaled.map(({ statistics }) => statistics.maximum[channel] || 0));
  images.forEach(({ statistics, sheet }, i) => {
    const maximum = statistics.maximum[channel];
    const top = maximum > 0 ? limit(scale, { ...limits, channel: largest }) : 0;
    const how = { limit: top, signed: layer.signed, colours, ...sheetUnits(layer.signed, maximum) };
    const pixels = paint(tileOf(sheet, layer, channel), how);
    context.putImageData(new ImageData(pixels, columns, rows), i * columns, 0);
  });
}

/** A part of an image instead of its map; empty without one. @type {(tile: Tile, cut: Cut | null) => void} */
export function paintCut(tile, cut) {
  const canvas = /** @type {HTMLCanvasElement} */ (tile.firstChild);
  if (cut) copy(canvas, cut.bitmap, cut.box);
  else canvas.width = 1;
}

/** @type {(tile: Tile, off: boolean) => void} */
export function setOff(tile, off) {
  tile.classList.toggle("is-off", off);
  const words = /** @type {HTMLElement} */ (tile.lastChild);
  words.textContent = `${tile.dataset.channel}${off ? " off" : ""}`;
  const label = (tile.getAttribute("aria-label") ?? "").replace(OFF, "");
  tile.setAttribute("aria-label", off ? label.replace(SILENT, "") + OFF : label);
}

/** What is zero because it is off is not called silent. */
const SILENT = /: silent .*$/;

const OFF = ", switched off";

/** @type {(tile: Tile, selected: boolean) => void} */
export function setSelected(tile, selected) {
  tile.setAttribute("aria-selected", String(selected));
  tile.tabIndex = selected ? 0 : -1;
}

/** @type {(tile: Tile) => number} */
export const channelOf = (tile) => Number(tile.dataset.channel);
