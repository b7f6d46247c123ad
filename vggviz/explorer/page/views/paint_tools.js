// The tools to paint with: what the brush does, its colour and size.

import { button, element } from "./elements.js";

/**
 * @import { Colour, Pen } from "../paint/strokes.js"
 * @typedef {"brush" | "hide" | "blur"} Tool
 * @typedef {{changed: () => void, hiding: () => Colour | null}} Tools   `hiding`, the colour that hides
 */

/** @type {[Tool, string, string][]} */
const TOOLS = [
  ["brush", "Brush", "Paint with a colour"],
  ["hide", "Hide", "Cover with the grey that the network reads as nothing"],
  ["blur", "Blur", "Take the detail away"],
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
  elements;

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#width.addEventListener("input", () => tools.changed());
    const brushes = element("div", { class: "brushes", role: "group", "aria-label": "Tool" }, ...this.#buttons);
    this.elements = [brushes, this.#width, this.#palette];
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

  isChosen() {
    return this.#tool !== null;
  }

  /** @param {Tool | null} tool null puts it away */
  choose(tool) {
    this.#tool = tool;
    this.#mark();
    this.#tools.changed();
  }

  /** What is painted with. @param {number} size of the picture @returns {Pen} */
  pen(size) {
    const colours = { brush: this.#colour, hide: this.#tools.hiding(), blur: null };
    return { colour: colours[this.#tool ?? "brush"], width: this.width(size) };
  }

  /** Of the brush, in pixels. @param {number} size of the picture */
  width(size) {
    return Math.max(Math.round(Number(this.#width.value) * size), 2);
  }

  #mark() {
    TOOLS.forEach(([tool], i) => this.#buttons[i].setAttribute("aria-pressed", String(tool === this.#tool)));
    COLOURS.forEach(([, colour], i) =>
      this.#swatches[i].setAttribute("aria-pressed", String(this.#tool === "brush" && colour === this.#colour)));
    this.#palette.hidden = this.#tool !== "brush";
    this.#width.hidden = this.#tool === null;
  }
}
