// The photograph and the map of one image: beside each other, or the map over the photograph.

import { copy, draw, element } from "./elements.js";

/**
 * @import { Box, Pair } from "../state/types.js"
 * @import { ChannelView } from "./channel_view.js"
 * @typedef {{point: (cell: Pair | null) => void, choose: (cell: Pair) => void,
 *   move: (rows: number, columns: number) => void, clear: () => void}} Listener   of what a reader does in the map
 */

/** @type {Record<string, Pair>} */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Stage {
  #on;
  /** @type {Pair} */
  #size = [1, 1];
  /** @type {ImageBitmap | null} */
  #copied = null;
  #photograph = element("canvas", { role: "img" });
  #overlay = element("canvas", { class: "map over", hidden: true, "aria-hidden": "true" });
  #seen = element("div", { class: "marker", hidden: true });
  #left = element("div", { class: "stage" }, this.#photograph, this.#overlay, this.#seen);
  #map = element("canvas", { class: "map", "aria-hidden": "true" });
  #cursor = element("div", { class: "marker", hidden: true });
  #right = element("div", { class: "stage", tabindex: 0, role: "application" }, this.#map, this.#cursor);
  #captions = [element("figcaption"), element("figcaption")];
  figures = [
    element("figure", {}, this.#left, this.#captions[0]),
    element("figure", {}, this.#right, this.#captions[1]),
  ];

  /** @param {Listener} on */
  constructor(on) {
    this.#on = on;
    for (const stage of [this.#left, this.#right]) this.#listen(stage);
  }

  /** @param {ChannelView} view */
  show(view) {
    const { layer, image, cell, box } = view;
    this.#size = [layer.rows, layer.columns];
    for (const stage of [this.#left, this.#right]) stage.style.aspectRatio = `${image.columns} / ${image.rows}`;
    this.#paint(view);
    this.#describe(view);
    mark(this.#cursor, cell && [cell[0], cell[1], cell[0] + 1, cell[1] + 1], layer);
    mark(this.#seen, box && box[0] < box[2] && box[1] < box[3] ? box : null, image);
  }

  /** @param {ChannelView} view */
  #paint({ photograph, map, over }) {
    if (this.#copied !== photograph) copy(this.#photograph, photograph);
    this.#copied = photograph;
    for (const canvas of [this.#map, this.#overlay]) draw(canvas, map.pixels, map.rows, map.columns);
    this.#overlay.hidden = !over;
    this.#right.classList.toggle("dead", map.dead);
    this.figures[1].hidden = over;
  }

  /** @param {ChannelView} view */
  #describe({ title, name, map, over }) {
    const keys = "Arrow keys go from cell to cell.";
    this.#photograph.setAttribute("aria-label", `The picture ${title}`);
    this.#right.setAttribute("aria-label", `Map of ${name} for ${title}. ${keys}`);
    if (over) this.#left.setAttribute("tabindex", "0");
    else this.#left.removeAttribute("tabindex");
    this.#left.setAttribute("role", over ? "application" : "presentation");
    this.#left.setAttribute("aria-label", `Map of ${name} over ${title}. ${keys}`);
    this.#captions[0].textContent = over ? `${title}, under the map of ${name}` : title;
    this.#captions[1].textContent = map.dead ? `${name}: dead for this picture` : name;
  }

  /** @param {HTMLElement} stage */
  #listen(stage) {
    // The photograph's stage takes the mouse only where the map lies over it.
    const takes = () => stage === this.#right || !this.#overlay.hidden;
    stage.addEventListener("pointermove", (event) => {
      if (!takes()) return;
      if (event.pointerType === "mouse") this.#on.point(this.#cellAt(stage, event));
      else this.#on.choose(this.#cellAt(stage, event));
    });
    stage.addEventListener("pointerleave", () => this.#on.point(null));
    stage.addEventListener("pointerdown", (event) => takes() && this.#on.choose(this.#cellAt(stage, event)));
    stage.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @type {(stage: HTMLElement, event: PointerEvent) => Pair} */
  #cellAt(stage, event) {
    const area = stage.getBoundingClientRect();
    const [rows, columns] = this.#size;
    return [
      within(((event.clientY - area.top) / area.height) * rows, rows),
      within(((event.clientX - area.left) / area.width) * columns, columns),
    ];
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = MOVES[event.key];
    const times = event.shiftKey ? 10 : 1;
    if (step) this.#on.move(step[0] * times, step[1] * times);
    else if (event.key === "Escape") this.#on.clear();
    else return;
    event.preventDefault();
  }
}

/** @type {(value: number, count: number) => number} */
const within = (value, count) => Math.min(Math.max(Math.floor(value), 0), count - 1);

/** @type {(marker: HTMLElement, box: Box | null, whole: {rows: number, columns: number}) => void} */
function mark(marker, box, { rows, columns }) {
  marker.hidden = !box;
  if (!box) return;
  const [top, left, bottom, right] = box;
  marker.style.top = `${(100 * top) / rows}%`;
  marker.style.left = `${(100 * left) / columns}%`;
  marker.style.height = `${(100 * (bottom - top)) / rows}%`;
  marker.style.width = `${(100 * (right - left)) / columns}%`;
}
