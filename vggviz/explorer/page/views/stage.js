// The photograph and the map of one image: beside each other, or the map over the photograph. Both are pointers.

import { samePlace } from "../arithmetic/receptive_field.js";
import { button, copy, draw, element, enlargeSign, reduceSign } from "./elements.js";
import { ARROWS } from "./grid_keys.js";
import { CELLS } from "./loupe.js";
import { listenForPointing } from "./pointing.js";

/**
 * @import { Box, Layer, Pair } from "../state/types.js"
 * @import { Overlay } from "./answer_where.js"
 * @import { ChannelView } from "./channel_view.js"
 * @import { Loupe } from "./loupe.js"
 * @typedef {object} Listener   of what a reader does in the photograph or the map
 * @property {(cell: Pair | null) => void} point
 * @property {(cell: Pair) => void} choose
 * @property {(rows: number, columns: number) => void} move
 * @property {() => void} clear
 * @property {(figure: 0 | 1) => void} enlarge
 * @property {(cell: Pair) => string} say   the value of a cell
 * @typedef {{photograph: ImageBitmap, title: string}} Preview
 */

export class Stage {
  #on;
  #input;
  #loupe;
  /** @type {ChannelView | null} */
  #view = null;
  /** What the canvases were painted for. @type {{photograph?: ImageBitmap, pixels?: object}} */
  #painted = {};
  #photograph = element("canvas", { role: "img", class: "photograph" });
  /** A picture whose maps are still to come. @type {Preview | null} */
  #previewed = null;
  #preview = element("canvas", { class: "preview", hidden: true, role: "img", "aria-label": "Your picture; its maps are being computed" });
  #overlay = element("canvas", { class: "map overlay", hidden: true, "aria-hidden": "true" });
  /** What is laid over the photograph, by its name. */
  #laid = "";
  /** Where a class is seen. */
  #evidence = element("canvas", { class: "evidence", role: "img", hidden: true });
  #seen = element("div", { class: "marker", hidden: true });
  #left = element("div", { class: "stage" }, this.#photograph, this.#preview, this.#evidence, this.#overlay, this.#seen);
  #map = element("canvas", { class: "map", "aria-hidden": "true" });
  #cursor = element("div", { class: "marker", hidden: true });
  #right = element("div", { class: "stage", tabindex: 0, role: "application" }, this.#map, this.#cursor);
  #captions = [element("figcaption"), element("figcaption")];
  figures;

  /**
   * @param {Listener} on
   * @param {{input: Layer, loupe: Loupe}} tools `input`, what the network reads as if it were a layer
   */
  constructor(on, { input, loupe }) {
    this.#on = on;
    this.#input = input;
    this.#loupe = loupe;
    this.figures = [this.#figure(this.#left, 0), this.#figure(this.#right, 1)];
    this.sign(false);
    this.#listen(this.#left, 0);
    this.#listen(this.#right, 1);
  }

  /** @type {(stage: HTMLElement, i: 0 | 1) => HTMLElement} */
  #figure(stage, i) {
    const enlarge = button({ class: "enlarge plain", onclick: () => this.#on.enlarge(i) });
    return element("figure", {}, stage, this.#captions[i], enlarge);
  }

  /** What the buttons beside the captions do: enlarge, or make it small again. @param {boolean} isLarge */
  sign(isLarge) {
    this.figures.forEach((figure, i) => {
      const enlarge = /** @type {HTMLElement} */ (figure.lastChild);
      const label = isLarge ? "Both as large as each other" : i ? "Enlarge the map" : "Enlarge the photograph";
      Object.assign(enlarge, { title: label, ariaLabel: label });
      enlarge.replaceChildren(isLarge ? reduceSign() : enlargeSign());
    });
  }

  /** @param {ChannelView} view */
  show(view) {
    const { layer, image, cell, box } = view;
    this.#view = view;
    for (const stage of [this.#left, this.#right]) stage.style.aspectRatio = `${image.columns} / ${image.rows}`;
    this.#paint(view);
    this.#describe(view);
    mark(this.#cursor, cell && [cell[0], cell[1], cell[0] + 1, cell[1] + 1], layer);
    mark(this.#seen, box && box[0] < box[2] && box[1] < box[3] ? box : null, image);
  }

  /** Where the photograph stands, to be painted on. */
  surface() {
    return this.#left;
  }

  /** @param {Preview | null} preview null, and it goes */
  preview(preview) {
    this.#previewed = preview;
    this.#preview.hidden = !preview;
    if (preview) copy(this.#preview, preview.photograph);
    if (this.#view) this.#caption(this.#view);
  }

  /** Lay a map over the grey photograph, or take it away. @param {Overlay | null} overlay */
  lay(overlay) {
    this.#evidence.hidden = !overlay;
    this.#left.classList.toggle("grey", Boolean(overlay));
    this.#laid = overlay?.name ?? "";
    if (this.#view) this.#caption(this.#view);
    if (!overlay) return;
    draw(this.#evidence, overlay.pixels, overlay.rows, overlay.columns);
    this.#evidence.setAttribute("aria-label", overlay.label);
  }

  /** @param {ChannelView} view */
  #paint({ photograph, map, over }) {
    const { pixels } = map;
    if (this.#painted.photograph !== photograph) copy(this.#photograph, photograph);
    if (this.#painted.pixels !== pixels) draw(over ? this.#overlay : this.#map, pixels, map.rows, map.columns);
    this.#painted = { photograph, pixels };
    this.#overlay.hidden = !over;
    this.#right.classList.toggle("dead", map.dead);
    this.figures[1].hidden = over;
  }

  /** @param {ChannelView} view */
  #describe(view) {
    const { title, name, over } = view;
    const keys = "Arrow keys go from cell to cell.";
    this.#photograph.setAttribute("aria-label", `The picture ${title}`);
    this.#right.setAttribute("aria-label", `Map of ${name} for ${title}. ${keys}`);
    if (over) this.#left.setAttribute("tabindex", "0");
    else this.#left.removeAttribute("tabindex");
    this.#left.setAttribute("role", over ? "application" : "presentation");
    if (over) this.#left.setAttribute("aria-label", `Map of ${name} over ${title}. ${keys}`);
    else this.#left.removeAttribute("aria-label");
    this.#caption(view);
  }

  /** @param {ChannelView} view */
  #caption({ over, captions: [title, channel] }) {
    const first = [this.#previewed?.title ?? title, this.#laid].filter(Boolean).join(" · ");
    const shown = over ? [this.#previewed ? first : `${first} · ${channel}`, ""] : [first, channel];
    shown.forEach((text, i) => {
      this.#captions[i].title = text;
      this.#captions[i].replaceChildren(...captionParts(text).map(([name, part]) => element("span", { class: name }, part)));
    });
  }

  /** @type {(stage: HTMLElement, i: 0 | 1) => void} */
  #listen(stage, i) {
    listenForPointing(stage, {
      point: (place) => this.#on.point(place && this.#cellAt(place, i)),
      choose: (place) => this.#on.choose(this.#cellAt(place, i)),
      hold: (place, at) => this.#hold(place, at, i),
      enlarge: () => this.#on.enlarge(i),
    });
    stage.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @type {(place: Pair | null, at: {x: number, y: number}, i: 0 | 1) => void} */
  #hold(place, at, i) {
    const cell = place && this.#cellAt(place, i);
    this.#on.point(cell);
    if (!place || !cell || !this.#view) return this.#loupe.hide();
    const source = i === 1 || this.#view.over ? this.#source() : this.#photograph;
    const centre = source === this.#photograph ? inside(place, source.height, source.width) : this.#onMap(cell);
    const across = source === this.#photograph ? source.width / 6 : CELLS;
    this.#loupe.show({ source, centre, across, at, words: this.#on.say(cell) });
  }

  #source() {
    return this.#view?.over ? this.#overlay : this.#map;
  }

  /** Of a thumbnail too, which has fewer pixels than the map has cells. @type {(cell: Pair) => Pair} */
  #onMap([row, column]) {
    const { layer, map } = /** @type {ChannelView} */ (this.#view);
    return [Math.floor((row * map.rows) / layer.rows), Math.floor((column * map.columns) / layer.columns)];
  }

  /** @type {(place: Pair, i: 0 | 1) => Pair} */
  #cellAt(place, i) {
    if (!this.#view) return [0, 0];
    const { layer, image } = this.#view;
    if (i === 1) return inside(place, layer.rows, layer.columns);
    return samePlace(this.#input, layer, inside(place, image.rows, image.columns));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = ARROWS[event.key];
    const times = event.shiftKey ? 10 : 1;
    if (step) this.#on.move(step[0] * times, step[1] * times);
    else if (event.key === "Escape") this.#on.clear();
    else return;
    event.preventDefault();
  }
}

/**
 * The parts of a caption, of which a small picture has room for some only.
 * @param {string} text
 * @returns {[string, string][]} classes and texts, which make the caption
 */
export function captionParts(text) {
  const word = text.match(/^channel /)?.[0] ?? "";
  const long = word && text.match(/, (up to [\d,.]*\d|thumbnail: averaged)|(?<=: silent) here|switched (?=off)|(?<=, before) painting/);
  const [more, at] = long ? [long[0], /** @type {number} */ (long.index)] : ["", text.length];
  return [["word", word], ["name", text.slice(word.length, at)], ["rest", more], ["name", text.slice(at + more.length)]];
}

/** What is smaller, as a share of the whole, has its frame around it: one inside would cover it. */
const SMALL = 0.08;

/** @type {(place: Pair, rows: number, columns: number) => Pair} */
const inside = ([y, x], rows, columns) => [Math.floor(y * rows), Math.floor(x * columns)];

/** @type {(marker: HTMLElement, box: Box | null, whole: {rows: number, columns: number}) => void} */
function mark(marker, box, { rows, columns }) {
  marker.hidden = !box;
  if (!box) return;
  const [top, left, bottom, right] = box;
  const isSmall = Math.max(bottom - top, right - left) < SMALL * rows;
  marker.classList.toggle("around", isSmall);
  marker.style.top = `${(100 * top) / rows}%`;
  marker.style.left = `${(100 * left) / columns}%`;
  marker.style.height = `${(100 * (bottom - top)) / rows}%`;
  marker.style.width = `${(100 * (right - left)) / columns}%`;
}
