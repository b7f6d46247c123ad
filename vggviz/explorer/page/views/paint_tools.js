// The tools to paint with: what the brush does, its colour and size.

import { button, copy, element } from "./elements.js";

/**
 * @import { Colour, Pen } from "../paint/strokes.js"
 * @typedef {"brush" | "hide" | "blur" | "stamp"} Tool
 * @typedef {{changed: () => void, hiding: () => Colour | null, others: () => {id: string, title: string}[],
 *   thumbnail: (id: string) => Promise<ImageBitmap>, prepare: (id: string) => Promise<void>}} Tools   `hiding`, the colour that
 *   hides; `others`, pictures that can be copied from
 */

/** @type {[Tool, string, string][]} */
const TOOLS = [
  ["brush", "Brush", "Paint with a colour"],
  ["hide", "Hide", "Cover with the grey that the network reads as nothing"],
  ["blur", "Blur", "Take the detail away"],
  ["stamp", "Stamp", "Copy a round piece of another picture: its middle comes to lie where the stroke begins"],
];

/** @type {[string, Colour][]} */
const COLOURS = [
  ["black", [0, 0, 0]], ["white", [255, 255, 255]], ["red", [208, 40, 32]], ["yellow", [244, 200, 48]],
  ["green", [52, 140, 60]], ["blue", [40, 92, 190]],
];

/** Of the brush, as shares of the picture. */
const [SMALLEST, USUAL, LARGEST] = [0.02, 0.1, 0.3];

export class PaintTools {
  #tools;
  /** @type {Tool | null} */
  #tool = null;
  #colour = COLOURS[0][1];
  #buttons = TOOLS.map(([tool, words, title]) => button({ title, onclick: () => this.choose(this.#tool === tool ? null : tool) }, words));
  #swatches = COLOURS.map(([name, colour]) => this.#swatch(name, colour));
  #width = element("input", {
    type: "range", min: SMALLEST, max: LARGEST, step: 0.01, value: USUAL, id: "brush-size", "aria-label": "Size of the brush",
  });
  #palette = element("div", { class: "swatches", role: "group", "aria-label": "Colour of the brush" }, ...this.#swatches);
  /** Pictures to copy from. @type {{id: string, button: HTMLButtonElement}[]} */
  #pieces;
  #shelf;
  /** Copied from. */
  #from = "";
  /** Shown, so that it is not copied from. */
  #picture = "";
  elements;

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#width.addEventListener("input", () => tools.changed());
    const brushes = element("div", { class: "brushes", role: "group", "aria-label": "Tool" }, ...this.#buttons);
    this.#pieces = tools.others().map((picture) => ({ id: picture.id, button: this.#piece(picture) }));
    this.#shelf = element("div", { class: "swatches pieces", role: "group", "aria-label": "Picture to copy from" }, ...this.#pieces.map((each) => each.button));
    this.elements = [brushes, this.#width, this.#palette, this.#shelf];
    this.#mark();
  }

  /** @type {(name: string, colour: Colour) => HTMLButtonElement} */
  #swatch(name, colour) {
    const made = button({ class: "swatch", "aria-label": name, title: name, onclick: () => {
      this.#colour = colour;
      this.choose("brush");
    } });
    made.style.setProperty("--colour", `rgb(${colour.join(" ")})`);
    return made;
  }

  /** @type {(picture: {id: string, title: string}) => HTMLButtonElement} */
  #piece({ id, title }) {
    const canvas = element("canvas", { "aria-hidden": "true" });
    this.#tools.thumbnail(id).then((bitmap) => copy(canvas, bitmap), () => {});
    return button({ class: "piece", "aria-label": title, title, onclick: () => this.#take(id) }, canvas);
  }

  /** Copy from a picture. @param {string} id */
  #take(id) {
    this.#from = id;
    this.#tools.prepare(id).catch(() => {}); // until it is there, nothing is painted
    this.choose("stamp");
  }

  /** Which picture is painted on. @param {string} id */
  follow(id) {
    if (id === this.#picture) return;
    this.#picture = id;
    if (this.#from === id) this.#from = "";
    this.#mark();
  }

  isChosen() {
    return this.#tool !== null;
  }

  /** @param {Tool | null} tool null puts it away */
  choose(tool) {
    const other = this.#pieces.find(({ id }) => id !== this.#picture);
    if (tool === "stamp" && !this.#from && other) return this.#take(other.id);
    this.#tool = tool;
    this.#mark();
    this.#tools.changed();
  }

  /** What is painted with. @param {number} size of the picture @returns {Pen} */
  pen(size) {
    const colours = { brush: this.#colour, hide: this.#tools.hiding(), blur: null, stamp: null };
    const pen = { colour: colours[this.#tool ?? "brush"], width: this.width(size) };
    return this.#tool === "stamp" ? { ...pen, from: this.#from } : pen;
  }

  /** Of the brush, in pixels. @param {number} size of the picture */
  width(size) {
    return Math.max(Math.round(Number(this.#width.value) * size), 2);
  }

  #mark() {
    TOOLS.forEach(([tool], i) => this.#buttons[i].setAttribute("aria-pressed", String(tool === this.#tool)));
    COLOURS.forEach(([, colour], i) =>
      this.#swatches[i].setAttribute("aria-pressed", String(this.#tool === "brush" && colour === this.#colour)));
    for (const { id, button } of this.#pieces) {
      button.setAttribute("aria-pressed", String(id === this.#from));
      button.hidden = id === this.#picture;
    }
    this.#buttons[TOOLS.findIndex(([tool]) => tool === "stamp")].hidden = this.#pieces.every(({ id }) => id === this.#picture);
    this.#palette.hidden = this.#tool !== "brush";
    this.#shelf.hidden = this.#tool !== "stamp";
    this.#width.hidden = this.#tool === null;
  }
}
