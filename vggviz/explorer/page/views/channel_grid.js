// All channels of a layer as a grid of thumbnails, with one place in the tab order.

import { isSilent } from "../arithmetic/channel_order.js";
import { asError } from "../state/errors.js";
import { channelOf, fillTile, newTile, paintCut, paintTile, setOff, setSelected } from "./channel_tiles.js";
import { button, element } from "./elements.js";
import { flashChanged } from "./flash.js";
import { createGridHead } from "./grid_head.js";
import { next } from "./grid_keys.js";
import { TileOrder } from "./tile_order.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Limits } from "../state/colour_limits.js"
 * @import { Dispatch, Layer, Shown, State } from "../state/types.js"
 * @import { Tile } from "./channel_tiles.js"
 * @import { Face } from "./grid_head.js"
 * @import { GiveFaces } from "./late_faces.js"
 * @typedef {{root: HTMLElement, head: HTMLElement, title: HTMLElement, scroll: HTMLElement, grid: HTMLElement,
 *   silent: HTMLElement}} Elements
 * @typedef {{colours: Colours, dispatch: Dispatch, faces: GiveFaces, switchOf: (layer: string) => string | null,
 *   failed: (problem: Error) => void}} Tools   `switchOf`, the layer whose channels are switched for those of a layer
 */

/** Tiles painted before the page may do something else. */
const CHUNK = 48;

export class ChannelGrid {
  #elements;
  #tools;
  #head;
  /** One for each channel, by number. @type {Tile[]} */
  #tiles = [];
  #order = new TileOrder();
  /** The channels that stand in the grid. @type {number[]} */
  #listed = [];
  /** What the tiles were last painted for. @type {{key?: string, sheets?: object[], shown?: Shown}} */
  #painted = {};
  /** What they were last arranged by. @type {unknown[]} */
  #arranged = [];
  /** @type {Tile | null} */
  #selected = null;
  /** Whether silent channels are shown. */
  #unfolded = false;
  /** @type {Shown | null} */
  #shown = null;
  /** Shows the same again. @type {(() => void) | null} */
  #again = null;
  /** What the tiles were marked for. */
  #markedFor = "";
  #anew = button({ class: "anew", hidden: true, title: "The tiles have stayed where they were", onclick: () => this.#sortAnew() }, "Sort anew");
  #hatched = element("p", { class: "hatched quiet", hidden: true }, element("i", { class: "dead" }), element("span"));
  /** Counts the paintings, so that an older one stops. */
  #painting = 0;

  /**
   * @param {Elements} elements
   * @param {Tools} tools
   */
  constructor(elements, tools) {
    this.#elements = elements;
    this.#tools = tools;
    this.#head = createGridHead(elements, { dispatch: tools.dispatch, changed: () => this.#again?.() });
    elements.head.append(this.#anew);
    elements.scroll.before(this.#hatched);
    elements.grid.addEventListener("click", (event) => this.#click(event));
    elements.grid.addEventListener("keydown", (event) => this.#press(event));
    elements.silent.addEventListener("click", () => this.#unfold());
  }

  /** @returns {number[]} the channels as they stand */
  order() {
    return this.#listed;
  }

  /** @type {(shown: Shown, limits: Limits) => void} */
  show(shown, limits) {
    const { state, layer, images } = shown;
    this.#elements.scroll.hidden = this.#elements.head.hidden = state.view === "network";
    this.#shown = shown;
    this.#again = () => this.show(shown, limits);
    this.#head.show(shown);
    const sheets = images.map(({ sheet }) => sheet);
    const key = JSON.stringify([state.picture, state.layer, state.scale, state.compare, limits.layer, this.#head.face()]);
    const isPainted = key === this.#painted.key && sheets.every((sheet, i) => sheet === this.#painted.sheets?.[i]);
    const isOther = layer.name !== this.#painted.shown?.layer.name;
    if (!isPainted) this.#fill(shown);
    if (isOther) this.#elements.scroll.scrollTop = 0;
    this.#elements.root.classList.toggle("compared", images.length > 1);
    this.#arrange(shown, isOther);
    this.#tellHatched(shown);
    this.#select(state.channel, isOther); // before painting: it may bring other tiles into view
    if (!isPainted) this.#paint(shown, limits);
    if (!isPainted && shown.frozen) this.#flash(shown);
    this.#painted = { key, sheets, shown };
    this.#markOff(shown);
  }

  /** Frame the tiles that have changed, if it is the same picture's layer. @param {Shown} shown */
  #flash({ state, layer, images }) {
    const before = this.#painted.shown;
    if (!before || before.state.picture !== state.picture || before.layer.name !== layer.name) return;
    if (before.layer.signed !== layer.signed) return; // those were differences
    flashChanged(this.#tiles, { before: before.images[0], after: images[0] }, layer);
  }

  /**
   * The tiles of a layer: those that are there are used again, for a new canvas is expensive.
   * @param {Shown} shown
   */
  #fill({ layer, images: [{ statistics }] }) {
    this.#markedFor = "";
    const { grid } = this.#elements;
    while (this.#tiles.length < layer.channels) this.#tiles.push(newTile());
    this.#tiles.length = layer.channels;
    this.#tiles.forEach((tile, channel) => fillTile(tile, layer, statistics, channel));
    grid.setAttribute("aria-label", `Channels of ${layer.name}`);
  }

  /** @param {Shown} shown */
  #markOff({ state, layer }) {
    const source = this.#tools.switchOf(layer.name);
    const off = this.#offIn(state, layer);
    const key = `${layer.name} ${source} ${off}`;
    if (key === this.#markedFor) return;
    this.#markedFor = key;
    this.#elements.grid.classList.toggle("switchable", source !== null);
    this.#tiles.forEach((tile, channel) => setOff(tile, off.includes(channel)));
  }

  /** Channels that are off, by the switches for a layer. @type {(state: State, layer: Layer) => number[]} */
  #offIn({ off }, { name }) {
    return off[this.#tools.switchOf(name) ?? name] ?? [];
  }

  /** Put the tiles in order, where it is another. @type {(shown: Shown, isOther: boolean) => void} */
  #arrange(shown, isOther) {
    const { state, layer, frozen, images: [{ statistics, here }] } = shown;
    const { grid, silent } = this.#elements;
    const off = this.#offIn(state, layer);
    const of = [
      statistics, state.sort, here, frozen, this.#unfolded, isSilent(statistics, state.channel) && state.channel, String(off),
    ];
    if (!isOther && of.every((each, i) => each === this.#arranged[i])) return;
    this.#arranged = of;
    this.#order.follow(shown);
    this.#anew.hidden = !this.#order.isOld(shown);
    const quiet = this.#order.quiet.filter((channel) => !off.includes(channel));
    silent.hidden = !quiet.length;
    const what = layer.isChange ? "unchanged" : "silent on this picture";
    silent.textContent = `${quiet.length} ${what}${this.#unfolded ? ": hide them" : ""}`;
    silent.setAttribute("aria-expanded", String(this.#unfolded));
    const folded = new Set(this.#unfolded ? [] : quiet.filter((channel) => channel !== state.channel));
    const listed = this.#order.sorted.filter((channel) => !folded.has(channel));
    if (!isOther && String(listed) === String(this.#listed) && grid.childElementCount === listed.length) return;
    this.#listed = listed;
    const focused = grid.contains(document.activeElement);
    grid.replaceChildren(...listed.map((channel) => this.#tiles[channel]));
    if (focused) this.#tiles[state.channel].focus({ preventScroll: true });
    else if (state.sort === "here") this.#elements.scroll.scrollTop = 0; // who is strongest here stands first
  }

  /** What the hatching means, where it is seen: there are faces without it. @param {Shown} shown */
  #tellHatched({ state, layer, images: [{ statistics }] }) {
    const isSeen = this.#head.face() === "map" && state.view !== "network";
    const what = layer.isChange ? "unchanged" : "zero everywhere on this picture";
    /** @type {HTMLElement} */ (this.#hatched.lastChild).textContent = `Hatched: ${what}.`;
    const off = this.#offIn(state, layer);
    this.#hatched.hidden = !isSeen || !this.#listed.some((channel) => isSilent(statistics, channel) && !off.includes(channel));
  }

  /** In the order of what is shown now; the tiles stay where they are only while a pen moves them. */
  #sortAnew() {
    this.#order.forget();
    this.#arranged = [];
    this.#again?.();
    this.#elements.scroll.scrollTop = 0;
  }

  #unfold() {
    this.#unfolded = !this.#unfolded;
    this.#again?.();
  }

  /**
   * Paint what can be seen at once, the rest while nothing else is to be done.
   * @type {(shown: Shown, limits: Limits) => void}
   */
  #paint({ state, layer, images, beside }, limits) {
    const face = this.#head.face();
    this.#elements.grid.toggleAttribute("data-face", face !== "map");
    if (face !== "map") return void this.#paintFaces(layer.name, face);
    const how = { layer, images, beside, scale: state.scale, limits, colours: this.#tools.colours };
    /** @param {number} channel */
    const paint = (channel) => paintTile(this.#tiles[channel], channel, how);
    const [first, last] = this.#visible();
    this.#listed.slice(first, last).forEach(paint);
    const silent = this.#order.sorted.filter((channel) => !this.#listed.includes(channel));
    const rest = [...this.#listed.slice(0, first), ...this.#listed.slice(last), ...silent];
    const painting = (this.#painting += 1);
    const later = () => {
      if (painting !== this.#painting) return; // another view is being painted
      rest.splice(0, CHUNK).forEach(paint);
      if (rest.length) setTimeout(later);
    };
    setTimeout(later);
  }

  /** @type {(layer: string, face: Face) => Promise<void>} */
  async #paintFaces(layer, face) {
    const painting = (this.#painting += 1);
    try {
      const cut = await (await this.#tools.faces()).cutter(layer, face);
      if (painting === this.#painting) this.#tiles.forEach((tile, channel) => paintCut(tile, cut?.(channel) ?? null));
    } catch (problem) {
      this.#tools.failed(asError(problem));
    }
  }

  /**
   * Index of the first tile that is in view, with a row above, and of the one after the last.
   * @returns {[number, number]}
   */
  #visible() {
    const { scroll } = this.#elements;
    const across = this.#columns();
    const tile = this.#tiles[this.#listed[0]];
    const high = Math.max(tile?.offsetHeight ?? 0, 20);
    const first = (Math.floor(scroll.scrollTop / high) - 1) * across;
    const last = (Math.ceil((scroll.scrollTop + scroll.clientHeight) / high) + 1) * across;
    return [Math.max(0, first), Math.min(this.#listed.length, last)];
  }

  /** Mark the chosen one; bring it into view if it is another, and out of sight. @type {(channel: number, isOther: boolean) => void} */
  #select(channel, isOther) {
    const { scroll } = this.#elements;
    const tile = this.#tiles[channel];
    if (!tile || (tile === this.#selected && tile.tabIndex === 0 && !isOther)) return;
    for (const each of this.#tiles.filter(({ tabIndex }) => tabIndex === 0)) setSelected(each, false);
    this.#selected = tile;
    setSelected(tile, true);
    const [box, view] = [tile.getBoundingClientRect(), scroll.getBoundingClientRect()];
    // Where a button floats over the end, the style sheet keeps it free.
    const free = view.bottom - (parseFloat(getComputedStyle(scroll).scrollPaddingBottom) || 0);
    if (box.top < view.top) scroll.scrollTop += box.top - view.top - 4;
    else if (box.bottom > free) scroll.scrollTop += Math.min(box.bottom - free, box.top - view.top) + 4;
  }

  #columns() {
    return getComputedStyle(this.#elements.grid).gridTemplateColumns.split(" ").length;
  }

  /** @param {Event} event */
  #click(event) {
    const i = this.#indexAt(event);
    if (i < 0) return;
    const layer = this.#shown && this.#tools.switchOf(this.#shown.layer.name);
    const onSwitch = event.target instanceof Element && event.target.closest(".tile-switch") !== null;
    if (layer && onSwitch) this.#tools.dispatch({ type: "switch", layer, channel: this.#listed[i] });
    else this.#choose(i);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const from = this.#indexAt(event);
    if (from < 0 || event.altKey || event.metaKey) return;
    const enter = event.key === "Enter" || event.key === " ";
    const key = (event.ctrlKey ? "Control+" : "") + event.key;
    const to = enter ? from : next(key, from, this.#columns(), this.#listed.length);
    if (to === from && !enter) return;
    event.preventDefault();
    if (!enter) this.#tiles[this.#listed[to]].focus();
    this.#choose(to);
  }

  /** Where the tile of an event stands, -1 if it is none's. @type {(event: Event) => number} */
  #indexAt({ target }) {
    const tile = target instanceof Element ? /** @type {Tile | null} */ (target.closest("[role=option]")) : null;
    return tile ? this.#listed.indexOf(channelOf(tile)) : -1;
  }

  /** @param {number} i */
  #choose(i) {
    this.#tools.dispatch({ type: "channel", value: this.#listed[i] });
  }
}
