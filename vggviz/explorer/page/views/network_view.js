// The whole network at once: of each layer the channels that are strongest at the place, which follow the mouse.

import { isSilent, ordered } from "../arithmetic/channel_order.js";
import { paint } from "../arithmetic/colours.js";
import { formatted } from "../arithmetic/number_format.js";
import { sheetValuesAt } from "../arithmetic/place.js";
import { samePlace } from "../arithmetic/receptive_field.js";
import { sheetUnits, tileOf } from "../arithmetic/thumbnails.js";
import { Superseded } from "../state/errors.js";
import { button, draw, element } from "./elements.js";
import { next } from "./grid_keys.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Data } from "../state/data.js"
 * @import { Dispatch, Layer, Manifest, Pair, Sheet, Shown, Statistics } from "../state/types.js"
 * @typedef {{manifest: Manifest, data: Data, colours: Colours, dispatch: Dispatch, failed: (problem: Error) => void}} Tools
 * @typedef {{layer: Layer, tiles: HTMLElement[], channels: number[], part: {sheet: Sheet, statistics: Statistics} | null}} Row
 */

export class NetworkView {
  #root;
  #tools;
  /** @type {Row[]} */
  #rows;
  /** @type {Shown | null} */
  #shown = null;
  #picture = "";
  #awaits = false;

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#root = root;
    this.#tools = tools;
    const count = matchMedia("(max-width: 700px)").matches ? 6 : 20;
    this.#rows = tools.manifest.layers.map((layer) => {
      const tiles = Array.from({ length: Math.min(count, layer.channels) }, newTile);
      return { layer, part: null, channels: [], tiles };
    });
    root.addEventListener("keydown", (event) => this.#press(event, count));
    root.replaceChildren(...this.#rows.map((row) => this.#rowElement(row)));
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#root.hidden = shown.state.view !== "network";
    if (this.#root.hidden) return;
    this.#shown = shown;
    if (this.#picture !== shown.state.picture || this.#tools.data.isComputed(shown.state.picture)) this.#load(shown.state.picture);
    if (this.#awaits) return; // the mouse moves faster than a screen shows
    this.#awaits = true;
    requestAnimationFrame(() => {
      this.#awaits = false;
      this.#rows.forEach((row) => this.#fill(row));
    });
  }

  /** @param {string} picture */
  #load(picture) {
    const isOther = this.#picture !== picture;
    this.#picture = picture;
    const { data, failed } = this.#tools;
    for (const row of this.#rows) {
      if (isOther) row.part = null;
      const { name } = row.layer;
      Promise.all([data.sheet(picture, name), data.statistics(picture, name)]).then(([sheet, statistics]) => {
        if (this.#picture !== picture || row.part?.sheet === sheet) return;
        row.part = { sheet, statistics };
        this.#fill(row);
      }, (problem) => problem instanceof Superseded || failed(problem));
    }
  }

  /** @param {Row} row */
  #fill({ layer, tiles, part, channels }) {
    if (!this.#shown || !part) return;
    const { state, cell, layer: from } = this.#shown;
    const place = cell && samePlace(from, layer, cell);
    const here = place && sheetValuesAt(part.sheet, layer, place, part.statistics);
    const best = ordered(part.statistics, "here", here).filter((channel) => !isSilent(part.statistics, channel));
    tiles.forEach((tile, i) => {
      tile.hidden = best[i] === undefined;
      if (tile.hidden) return;
      const value = here ? here[best[i]] : part.statistics.maximum[best[i]];
      fillTile(tile, `${layer.name}, channel ${best[i]}: ${formatted(value)}${here ? " at this place" : ""}`, best[i]);
      tile.classList.toggle("chosen", state.layer === layer.name && state.channel === best[i]);
      if (channels[i] !== best[i] || tile.dataset.picture !== state.picture) this.#paint(tile, layer, part, best[i]);
      tile.dataset.picture = state.picture;
    });
    channels.splice(0, channels.length, ...best.slice(0, tiles.length));
  }

  /** @type {(tile: HTMLElement, layer: Layer, part: {sheet: Sheet, statistics: Statistics}, channel: number) => void} */
  #paint(tile, layer, { sheet, statistics }, channel) {
    const maximum = statistics.maximum[channel];
    const how = { limit: maximum, signed: layer.signed, colours: this.#tools.colours, ...sheetUnits(layer.signed, maximum) };
    const canvas = /** @type {HTMLCanvasElement} */ (tile.firstChild);
    draw(canvas, paint(tileOf(sheet, layer, channel), how), ...layer.sheet.tile);
  }

  /** @param {Row} row */
  #rowElement({ layer, tiles, channels }) {
    const { dispatch } = this.#tools;
    tiles.forEach((tile, i) => tile.addEventListener("click", () => this.#go(layer, channels[i])));
    const go = () => dispatch({ type: "go", value: { layer: layer.name, view: "channels" } });
    const label = button({ class: "plain", title: `All channels of ${layer.name}`, onclick: go }, layer.name);
    return element("div", { class: "network-row", role: "group", "aria-label": layer.name }, label, ...tiles);
  }

  /** @type {(layer: Layer, channel: number) => void} */
  #go(layer, channel) {
    const { cell, layer: from } = /** @type {Shown} */ (this.#shown);
    /** @type {Pair | null} */
    const place = cell && samePlace(from, layer, cell);
    this.#tools.dispatch({ type: "go", value: { layer: layer.name, channel, cell: place, view: "channels" } });
  }

  /** @type {(event: KeyboardEvent, count: number) => void} */
  #press(event, count) {
    const tiles = this.#rows.flatMap((row) => [...row.tiles, ...Array(count - row.tiles.length).fill(null)]);
    const from = tiles.indexOf(/** @type {any} */ (document.activeElement));
    const to = from < 0 ? from : next(event.key, from, count, tiles.length);
    if (to === from || !tiles[to] || tiles[to].hidden) return;
    event.preventDefault();
    tiles[to].focus();
  }
}

function newTile() {
  return button({ class: "network-tile", hidden: true }, element("canvas", { "aria-hidden": "true" }));
}

/** @type {(tile: HTMLElement, words: string, channel: number) => void} */
function fillTile(tile, words, channel) {
  tile.setAttribute("aria-label", words);
  tile.title = words;
  tile.dataset.channel = String(channel);
}
