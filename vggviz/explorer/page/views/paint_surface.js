// The photograph as something to paint on: what is painted, and the brush over it, by mouse, finger, pen or keys.

import { pixelsOf } from "../arithmetic/pixels.js";
import { draw, element } from "./elements.js";
import { ARROWS } from "./grid_keys.js";

/**
 * @import { Pair } from "../state/types.js"
 * @typedef {{levels: Uint8ClampedArray, size: number}} Picture   RGB
 * @typedef {object} Listener   places in pixels of the picture, down and across
 * @property {(point: Pair) => void} begin
 * @property {(points: Pair[]) => void} extend
 * @property {() => void} end
 * @property {(words: string) => void} say   after a key
 * @property {() => void} leave
 */

/** Arrow keys go this share of the picture. */
const STRIDE = 1 / 28;

const LABEL =
  "Paint here. Arrow keys move the brush, with Shift they paint; the space bar paints a dot; Escape puts the brush away.";

export class PaintSurface {
  #on;
  #canvas = element("canvas", { class: "painted", hidden: true, "aria-hidden": "true" });
  #ring = element("div", { class: "brush", hidden: true });
  #sheet = element("div", { class: "paint-sheet", tabindex: 0, role: "application", "aria-label": LABEL, hidden: true }, this.#ring);
  #size = 1;
  /** Of the brush. @type {Pair} */
  #place = [0, 0];
  #width = 1;
  /** The pen, finger or mouse that paints. @type {number | null} */
  #pointer = null;

  /**
   * @param {HTMLElement} stage
   * @param {Listener} on
   */
  constructor(stage, on) {
    this.#on = on;
    stage.firstElementChild?.after(this.#canvas);
    stage.append(this.#sheet);
    /** @type {[keyof HTMLElementEventMap, (event: any) => void][]} */
    const listeners = [
      ["pointerdown", (event) => this.#press(event)], ["pointermove", (event) => this.#move(event)],
      ["pointerup", (event) => this.#lift(event)], ["pointercancel", (event) => this.#lift(event)],
      ["pointerleave", () => this.#pointer ?? this.#hideRing()], ["keydown", (event) => this.#key(event)],
      ["focus", () => this.#sheet.matches(":focus-visible") && this.#showRing()], ["blur", () => this.#hideRing()],
    ];
    for (const [type, act] of listeners) {
      this.#sheet.addEventListener(type, (event) => {
        if (type.startsWith("pointer")) event.stopPropagation(); // the stage below points
        act(event);
      });
    }
  }

  /** @param {Picture | null} picture what is painted, null for the photograph as it is */
  show(picture) {
    this.#canvas.hidden = !picture;
    if (!picture) return;
    const { levels, size } = picture;
    draw(this.#canvas, pixelsOf(levels), size, size);
  }

  /** Whether it can be painted on, with a brush of some width. @type {(isOpen: boolean, about: {size: number, width: number}) => void} */
  open(isOpen, { size, width }) {
    if (size !== this.#size) this.#place = [size / 2, size / 2];
    this.#size = size;
    this.#width = width;
    if (!isOpen && !this.#sheet.hidden) this.#stop();
    this.#sheet.hidden = !isOpen;
    if (!this.#ring.hidden) this.#showRing();
  }

  focus() {
    this.#sheet.focus({ preventScroll: true });
  }

  #stop() {
    if (this.#pointer !== null) this.#on.end();
    this.#pointer = null;
    this.#hideRing();
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    this.#pointer = event.pointerId;
    this.#sheet.setPointerCapture(event.pointerId);
    this.#place = this.#placeOf(event);
    this.#showRing();
    this.#on.begin(this.#place);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (this.#pointer !== null && this.#pointer !== event.pointerId) return;
    this.#place = this.#placeOf(event);
    this.#showRing();
    if (this.#pointer === null) return;
    const all = event.getCoalescedEvents?.() ?? [];
    this.#on.extend((all.length ? all : [event]).map((each) => this.#placeOf(each)));
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    if (this.#pointer !== event.pointerId) return;
    this.#pointer = null;
    if (event.pointerType !== "mouse") this.#hideRing();
    this.#on.end();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = ARROWS[event.key];
    if (step) this.#go(step, event.shiftKey);
    else if (event.key === " ") this.#line([this.#place]);
    else if (event.key === "Escape") this.#on.leave();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the stage below goes from cell to cell
  }

  /** @type {(step: Pair, paints: boolean) => void} */
  #go([down, across], paints) {
    const stride = Math.max(Math.round(this.#size * STRIDE), 1);
    const inside = (/** @type {number} */ value) => Math.min(Math.max(value, 0), this.#size);
    const from = this.#place;
    this.#place = [inside(from[0] + down * stride), inside(from[1] + across * stride)];
    this.#showRing();
    if (paints) this.#line([from, this.#place]);
    else this.#on.say(`Brush at row ${this.#place[0]}, column ${this.#place[1]}.`);
  }

  /** @param {Pair[]} points */
  #line([first, ...rest]) {
    this.#on.begin(first);
    this.#on.extend(rest);
    this.#on.end();
    this.#on.say(`Painted at row ${Math.round(this.#place[0])}, column ${Math.round(this.#place[1])}.`);
  }

  #showRing() {
    const { style } = this.#ring;
    const share = (/** @type {number} */ value) => `${(100 * value) / this.#size}%`;
    this.#ring.hidden = false;
    style.top = share(this.#place[0]);
    style.left = share(this.#place[1]);
    style.width = share(this.#width);
  }

  #hideRing() {
    this.#ring.hidden = true;
  }

  /** @type {(at: {clientX: number, clientY: number}) => Pair} */
  #placeOf({ clientX, clientY }) {
    const area = this.#sheet.getBoundingClientRect();
    return [((clientY - area.top) / area.height) * this.#size, ((clientX - area.left) / area.width) * this.#size];
  }
}
