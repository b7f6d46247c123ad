// One channel in the grid of channels: its thumbnail and its index.

import { isSilent } from "../arithmetic/channel_order.js";
import { paint } from "../arithmetic/colours.js";
import { sheetUnits, tileOf } from "../arithmetic/thumbnails.js";
import { limit } from "../state/colour_limits.js";
import { describeChannel } from "./descriptions.js";
import { draw, element } from "./elements.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Limits } from "../state/colour_limits.js"
 * @import { Layer, Scale, Sheet, Statistics } from "../state/types.js"
 * @typedef {HTMLElement} Tile
 * @typedef {{layer: Layer, statistics: Statistics, sheet: Sheet, scale: Scale, limits: Limits, colours: Colours}} How
 */

/** @returns {Tile} */
export function newTile() {
  const parts = [element("canvas", { "aria-hidden": "true" }), element("span", { "aria-hidden": "true" })];
  return element("div", { role: "option", "aria-selected": "false", tabindex: -1 }, ...parts);
}

/**
 * Make a tile that of a channel; its thumbnail is painted apart.
 * @type {(tile: Tile, layer: Layer, statistics: Statistics, channel: number) => void}
 */
export function fillTile(tile, layer, statistics, channel) {
  const dead = isSilent(statistics, channel);
  const [maximum, zeros] = [statistics.maximum[channel], statistics.zeros[channel]];
  tile.className = dead ? "channel dead" : "channel";
  tile.dataset.channel = String(channel);
  tile.setAttribute("aria-label", describeChannel({ layer, channel, maximum, zeros }));
  /** @type {HTMLElement} */ (tile.lastChild).textContent = dead ? `${channel} dead` : `${channel}`;
}

/** @type {(tile: Tile, channel: number, how: How) => void} */
export function paintTile(tile, channel, { layer, statistics, sheet, scale, limits, colours }) {
  const maximum = statistics.maximum[channel];
  const top = maximum > 0 ? limit(scale, { ...limits, channel: maximum }) : 0;
  const how = { limit: top, signed: layer.signed, colours, ...sheetUnits(layer.signed, maximum) };
  const canvas = /** @type {HTMLCanvasElement} */ (tile.firstChild);
  draw(canvas, paint(tileOf(sheet, layer, channel), how), ...layer.sheet.tile);
}

/** @type {(tile: Tile, selected: boolean) => void} */
export function setSelected(tile, selected) {
  tile.setAttribute("aria-selected", String(selected));
  tile.tabIndex = selected ? 0 : -1;
}

/** @type {(tile: Tile) => number} */
export const channelOf = (tile) => Number(tile.dataset.channel);
