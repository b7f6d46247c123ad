// An image drawn on the page: with mouse, finger or pen, or with the arrow keys and the space bar.

import { asError, Superseded } from "../state/errors.js";
import { button, contextOf, element } from "../views/elements.js";
import { fit } from "./resample.js";

/**
 * @import { Pair } from "../state/types.js"
 * @import { ShowImage } from "./panel.js"
 * @typedef {{size: number, begin: () => ImageBitmap | null, show: ShowImage, failed: (problem: Error) => void}} Tools
 *   `begin` gives the photograph that is shown now
 */

/** Pixels down and across. @type {Record<string, Pair>} */
const STEPS = { ArrowUp: [-8, 0], ArrowDown: [8, 0], ArrowLeft: [0, -8], ArrowRight: [0, 8] };

/**
 * @param {Tools} tools
 * @returns {HTMLElement}
 */
export function createDrawing(tools) {
  return new Drawing(tools).root;
}

class Drawing {
  #tools;
  #canvas;
  #context;
  #colour = element("input", { type: "color", value: "#000000", "aria-label": "Colour of the brush" });
  #width = element("input", { type: "range", min: 2, max: 40, value: 8, "aria-label": "Width of the brush" });
  /** Of the brush. @type {Pair} */
  #place;
  #drawing = false;

  /** @param {Tools} tools */
  constructor(tools) {
    const { size } = tools;
    this.#tools = tools;
    this.#place = [size / 2, size / 2];
    this.#canvas = element("canvas", {
      width: size, height: size, tabindex: 0, role: "application", id: "sketch",
      "aria-label": "Draw here. Arrow keys move the brush, the space bar paints.",
    });
    this.#context = contextOf(this.#canvas, { willReadFrequently: true });
    this.#clear();
    this.#listen();
    this.root = this.#panel();
  }

  #panel() {
    return element(
      "details",
      { class: "sketch" },
      element("summary", {}, "Draw"),
      element("div", { class: "tools" },
        this.#canvas,
        element("label", {}, "Colour", this.#colour),
        element("label", {}, "Width", this.#width),
        button({ onclick: () => this.#copyPhotograph() }, "Draw on the picture shown"),
        button({ onclick: () => { this.#clear(); this.#compute(); } }, "Begin anew"),
      ),
    );
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#drawing = true;
      this.#place = this.#placeOf(event);
      this.#lineTo(this.#place);
    });
    canvas.addEventListener("pointermove", (event) => this.#drawing && this.#lineTo(this.#placeOf(event)));
    canvas.addEventListener("pointerup", () => {
      this.#drawing = false;
      this.#compute();
    });
    canvas.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = STEPS[event.key];
    if (step) this.#move(step, event.shiftKey);
    else if (event.key === " ") {
      this.#lineTo(this.#place);
      this.#compute();
    } else return;
    event.preventDefault();
  }

  /** @type {(step: Pair, paints: boolean) => void} */
  #move(step, paints) {
    /** @param {number} value */
    const inside = (value) => Math.min(Math.max(value, 0), this.#tools.size);
    /** @type {Pair} */
    const to = [inside(this.#place[0] + step[0]), inside(this.#place[1] + step[1])];
    if (paints) this.#lineTo(to);
    else this.#place = to;
  }

  /** @param {Pair} to */
  #lineTo([row, column]) {
    const width = Number(this.#width.value);
    Object.assign(this.#context, { strokeStyle: this.#colour.value, lineWidth: width, lineCap: "round" });
    this.#context.beginPath();
    this.#context.moveTo(this.#place[1], this.#place[0]);
    this.#context.lineTo(column + 0.01, row); // a line without length would paint nothing
    this.#context.stroke();
    this.#place = [row, column];
  }

  /** @type {(event: PointerEvent) => Pair} */
  #placeOf(event) {
    const { size } = this.#tools;
    const area = this.#canvas.getBoundingClientRect();
    return [((event.clientY - area.top) / area.height) * size, ((event.clientX - area.left) / area.width) * size];
  }

  #clear() {
    const { size } = this.#tools;
    this.#context.fillStyle = "#ffffff";
    this.#context.fillRect(0, 0, size, size);
  }

  #copyPhotograph() {
    const { begin, size } = this.#tools;
    const bitmap = begin();
    if (bitmap) this.#context.drawImage(bitmap, 0, 0, size, size);
  }

  async #compute() {
    const { size, show, failed } = this.#tools;
    const levels = fit(size, size, size, (top, bottom, left, right) =>
      this.#context.getImageData(left, top, right - left, bottom - top).data);
    try {
      await show(levels, { title: "drawing", running: false });
    } catch (problem) {
      if (!(problem instanceof Superseded)) failed(asError(problem));
    }
  }
}
