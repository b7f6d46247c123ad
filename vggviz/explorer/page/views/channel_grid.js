// All channels of a layer as a grid of thumbnails, with one place in the tab order.

import { isSilent, ordered } from "../arithmetic/channel_order.js";
import { channelOf, fillTile, newTile, paintTile, setSelected } from "./channel_tiles.js";
import { describeOrder } from "./descriptions.js";
import { next } from "./grid_keys.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Limits } from "../state/colour_limits.js"
 * @import { Dispatch, Shown } from "../state/types.js"
 * @import { Tile } from "./channel_tiles.js"
 * @typedef {{grid: HTMLElement, words: HTMLElement, title: HTMLElement}} Elements
 */

/** Tiles painted before the page may do something else. */
const CHUNK = 48;

export class ChannelGrid {
  #elements;
  #colours;
  #dispatch;
  /** @type {Tile[]} */
  #tiles = [];
  /** @type {number[]} */
  #order = [];
  /** What the tiles were last painted for. @type {{key?: string, sheet?: object, layer?: string}} */
  #painted = {};
  /** @type {Tile | null} */
  #selected = null;
  /** Counts the paintings, so that an older one stops. */
  #painting = 0;

  /**
   * @param {Elements} elements
   * @param {{colours: Colours, dispatch: Dispatch}} tools
   */
  constructor(elements, { colours, dispatch }) {
    this.#elements = elements;
    this.#colours = colours;
    this.#dispatch = dispatch;
    elements.grid.addEventListener("click", (event) => this.#click(event));
    elements.grid.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @returns {number[]} the channels as they stand */
  order() {
    return this.#order;
  }

  /** @type {(shown: Shown, limits: Limits) => void} */
  show(shown, limits) {
    const { state, layer, images } = shown;
    const [{ sheet }] = images;
    const key = JSON.stringify([state.picture, state.layer, state.sort, state.scale, state.compare, limits.layer]);
    if (key === this.#painted.key && sheet === this.#painted.sheet) return this.#select(state.channel);
    const focused = this.#elements.grid.contains(document.activeElement);
    this.#build(shown);
    if (layer.name !== this.#painted.layer) this.#elements.grid.scrollTop = 0;
    this.#select(state.channel); // before painting: it may bring other tiles into view
    this.#paint(shown, limits);
    this.#describe(shown);
    this.#painted = { key, sheet, layer: layer.name };
    if (focused) this.#tiles[this.#order.indexOf(state.channel)]?.focus({ preventScroll: true });
  }

  /**
   * The tiles of a layer: those that are there are used again, for a new canvas is expensive.
   * @param {Shown} shown
   */
  #build({ state, layer, frozen, images: [{ statistics, here }] }) {
    const { grid } = this.#elements;
    if (!frozen) this.#order = ordered(statistics, state.sort, here);
    while (this.#tiles.length < this.#order.length) this.#tiles.push(newTile());
    this.#tiles.length = this.#order.length;
    this.#tiles.forEach((tile, i) => fillTile(tile, layer, statistics, this.#order[i]));
    if (grid.childElementCount !== this.#tiles.length) grid.replaceChildren(...this.#tiles);
    this.#selected = null;
    for (const tile of this.#tiles.filter(({ tabIndex }) => tabIndex === 0)) setSelected(tile, false);
  }

  /**
   * Paint what can be seen at once, the rest while nothing else is to be done.
   * @type {(shown: Shown, limits: Limits) => void}
   */
  #paint({ state, layer, images: [{ statistics, sheet }] }, limits) {
    const how = { layer, statistics, sheet, scale: state.scale, limits, colours: this.#colours };
    /** @param {number} i */
    const paint = (i) => paintTile(this.#tiles[i], this.#order[i], how);
    const [first, last] = this.#visible();
    for (let i = first; i < last; i++) paint(i);
    const rest = [...this.#order.keys()].filter((i) => i < first || i >= last);
    const painting = (this.#painting += 1);
    const later = () => {
      if (painting !== this.#painting) return; // another view is being painted
      rest.splice(0, CHUNK).forEach(paint);
      if (rest.length) setTimeout(later);
    };
    setTimeout(later);
  }

  /**
   * Index of the first tile that is in view, with a row above, and of the one after the last.
   * @returns {[number, number]}
   */
  #visible() {
    const { grid } = this.#elements;
    const across = this.#columns();
    const high = grid.clientWidth / across;
    const first = (Math.floor(grid.scrollTop / high) - 1) * across;
    const last = (Math.ceil((grid.scrollTop + grid.clientHeight) / high) + 1) * across;
    return [Math.max(0, first), Math.min(this.#order.length, last)];
  }

  /** @param {Shown} shown */
  #describe({ state, layer, images: [{ statistics }] }) {
    const { grid, words, title } = this.#elements;
    title.textContent = `${layer.name}: ${layer.channels} channels`;
    const dead = this.#order.filter((channel) => isSilent(statistics, channel)).length;
    words.textContent = `In order ${describeOrder(state.sort)}. ${dead} dead for this picture.`;
    grid.setAttribute("aria-label", `Channels of ${layer.name}`);
  }

  /** Mark the chosen one; bring it into view if it is out of sight. @param {number} channel */
  #select(channel) {
    const { grid } = this.#elements;
    const tile = this.#tiles[this.#order.indexOf(channel)];
    if (!tile || tile === this.#selected) return;
    if (this.#selected) setSelected(this.#selected, false);
    this.#selected = tile;
    setSelected(tile, true);
    const top = tile.offsetTop - grid.offsetTop;
    const bottom = top + tile.offsetHeight;
    if (top < grid.scrollTop) grid.scrollTop = top - 4;
    if (bottom > grid.scrollTop + grid.clientHeight) grid.scrollTop = bottom - grid.clientHeight + 4;
  }

  #columns() {
    return getComputedStyle(this.#elements.grid).gridTemplateColumns.split(" ").length;
  }

  /** @param {Event} event */
  #click(event) {
    const i = this.#indexAt(event);
    if (i >= 0) this.#choose(i);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const from = this.#indexAt(event);
    if (from < 0 || event.altKey || event.metaKey) return;
    const enter = event.key === "Enter" || event.key === " ";
    const key = (event.ctrlKey ? "Control+" : "") + event.key;
    const to = enter ? from : next(key, from, this.#columns(), this.#tiles.length);
    if (to === from && !enter) return;
    event.preventDefault();
    if (!enter) this.#tiles[to].focus();
    this.#choose(to);
  }

  /** Where the tile of an event stands, -1 if it is none's. @type {(event: Event) => number} */
  #indexAt({ target }) {
    const tile = target instanceof Element ? target.closest("[role=option]") : null;
    return this.#tiles.findIndex((each) => each === tile);
  }

  /** @param {number} i */
  #choose(i) {
    this.#dispatch({ type: "channel", value: channelOf(this.#tiles[i]) });
  }
}
