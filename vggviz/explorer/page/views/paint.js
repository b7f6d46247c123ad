// Painting on the photograph: a row of tools, and the maps that follow.

import { formattedBytes } from "../arithmetic/number_format.js";
import { paceText } from "../paint/pace.js";
import { asError } from "../state/errors.js";
import { button, element } from "./elements.js";
import { PaintSurface } from "./paint_surface.js";
import { PaintTools } from "./paint_tools.js";

/**
 * @import { Painting } from "../live/painting.js"
 * @import { Dispatch, Pair, Shown, Shows, State } from "../state/types.js"
 * @typedef {ReturnType<Painting["seen"]>} Seen
 * @typedef {{painting: Painting, dispatch: Dispatch, freeze: (on: boolean) => void, failed: (problem: Error) => void}} Tools
 * @typedef {{row: HTMLElement, opener: HTMLElement, surface: HTMLElement, spoken: HTMLElement}} Elements   `opener`, the button
 *   that opens the row
 */

export class Paint {
  #elements;
  #on;
  #tools;
  #surface;
  #undo = button({ class: "undo", onclick: () => this.#takeBack("last") }, "Undo");
  #clear = button({ class: "clear", title: "Take all strokes away", onclick: () => this.#takeBack("all") }, "Clear");
  #hold = button({ class: "hold", title: "Hold to see the picture, its maps and tiles as they were" }, "Hold", element("span", { class: "wide" }, ": original"));
  #compute = button({ class: "compute", onclick: () => this.#load() });
  #badge = element("p", { class: "badge", "aria-hidden": "true" });
  #isOpen = false;
  #isFrozen = false;
  /** @type {State | null} */
  #state = null;
  #drawing = 0;

  /**
   * @param {Elements} elements
   * @param {Tools} tools
   */
  constructor(elements, tools) {
    this.#elements = elements;
    this.#on = tools;
    this.#tools = this.#createTools();
    this.#surface = this.#createSurface();
    elements.opener.before(this.#badge, this.#compute);
    elements.row.append(
      element("div", { class: "tools" }, ...this.#tools.elements),
      element("div", { class: "tools" }, this.#undo, this.#clear, this.#hold),
    );
    this.#listenToHold();
    elements.row.addEventListener("keydown", (event) => this.#press(event));
    elements.surface.addEventListener("keydown", (event) => this.#press(event));
    tools.painting.listen(() => this.#update());
  }

  #createTools() {
    const { painting } = this.#on;
    return new PaintTools({
      changed: () => this.#update(),
      hiding: () => painting.hiding(),
      others: () => painting.others(),
      thumbnail: (id) => painting.thumbnail(id),
      prepare: (id) => painting.prepare(id),
    });
  }

  #createSurface() {
    const { painting } = this.#on;
    return new PaintSurface(this.#elements.surface, {
      begin: (point) => this.#begin(point),
      extend: (points) => painting.extend(points),
      end: () => painting.end(),
      leave: () => this.#putAway(),
      say: (words) => { this.#elements.spoken.textContent = words; },
    });
  }

  /** @param {Pick<Shown, "state">} shown */
  show({ state }) {
    const isOther = this.#state !== null && state.picture !== this.#state.picture;
    this.#state = state;
    this.#tools.follow(state.picture);
    if (isOther) queueMicrotask(() => this.#tools.choose(null)); // the order of the channels is another's
    this.#update();
  }

  /** Open or close the row of tools. */
  toggle(isOpen = !this.#isOpen) {
    this.#isOpen = isOpen;
    this.#tools.choose(isOpen ? "brush" : null);
  }

  #putAway() {
    this.toggle(false);
    this.#elements.opener.focus();
  }

  /** @param {Pair} point */
  #begin(point) {
    const { painting, dispatch } = this.#on;
    const picture = this.#seen()?.picture;
    if (!picture) return;
    this.#freeze(true);
    if (this.#state?.shows === "before") dispatch({ type: "shows", value: "now" });
    painting.begin(this.#tools.pen(picture.size), point);
  }

  /** Others may freeze the order too. @param {boolean} on */
  #freeze(on) {
    if (on !== this.#isFrozen) this.#on.freeze(on);
    this.#isFrozen = on;
  }

  /** @param {"last" | "all"} which of the strokes */
  #takeBack(which) {
    this.#on.painting.undo(which);
    const isPainted = this.#seen()?.picture?.isPainted();
    if (!isPainted) this.#on.dispatch({ type: "shows", value: "now" }); // there is nothing before a change
  }

  async #load() {
    try {
      await this.#on.painting.door().open(this.#isOpen ? "painting" : undefined);
    } catch (problem) {
      this.#on.failed(asError(problem));
    }
  }

  #seen() {
    return this.#state && this.#on.painting.seen(this.#state);
  }

  /** Once for each frame: a pen moves more often. */
  #update() {
    if (this.#drawing) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      const seen = this.#seen();
      if (seen && this.#state) this.#draw(seen, this.#state);
    });
  }

  /** @type {(seen: Seen, state: State) => void} */
  #draw(seen, state) {
    const { picture } = seen;
    const { opener, row } = this.#elements;
    const isPainted = Boolean(picture?.isPainted());
    const size = picture?.size ?? 1;
    const isChosen = this.#isOpen && this.#tools.isChosen() && picture !== null;
    if (!isChosen) this.#freeze(false);
    opener.textContent = this.#isOpen ? "Done" : "Paint";
    opener.setAttribute("aria-expanded", String(this.#isOpen));
    row.hidden = !this.#isOpen;
    this.#surface.show(picture && isPainted && state.shows !== "before" ? picture : null);
    this.#surface.open(isChosen, { size, width: this.#tools.width(size) });
    for (const each of [this.#undo, this.#clear, this.#hold]) each.disabled = !isPainted;
    this.#offer(seen, isPainted);
  }

  /** The network, as long as it is not there, or how far behind it is. @type {(seen: Seen, isPainted: boolean) => void} */
  #offer({ isOn, isBusy, isSlow, isWhole, picture, behind, whole }, isPainted) {
    this.#compute.hidden = isOn || !isPainted;
    const { bytes } = this.#on.painting.door();
    this.#compute.replaceChildren("See what changes ", element("small", { hidden: !bytes }, `loads ${formattedBytes(bytes)}`));
    const isPainting = Boolean(picture?.isPainting());
    this.#badge.hidden = !isOn || !isPainted || !this.#isOpen;
    this.#badge.textContent = isOn && isPainted ? paceText({ isBusy, isPainting, isSlow, behind, whole }) : "";
    const { dataset } = this.#badge;
    dataset.behind = String(behind ?? "");
    dataset.whole = String(whole ?? "");
    dataset.shown = isPainting || isBusy || !isPainted ? "" : isWhole ? "all" : "part";
  }

  /** As long as the button is held, by pointer or key, what was before is shown. */
  #listenToHold() {
    /** @param {Shows} value */
    const look = (value) => {
      if (this.#state?.shows === value) return;
      this.#hold.setAttribute("aria-pressed", String(value === "before"));
      this.#on.dispatch({ type: "shows", value });
    };
    const isKey = (/** @type {KeyboardEvent} */ { key }) => key === " " || key === "Enter";
    this.#hold.addEventListener("pointerdown", () => look("before"));
    for (const type of ["pointerup", "pointerleave", "pointercancel", "blur"]) {
      this.#hold.addEventListener(type, () => this.#hold.getAttribute("aria-pressed") === "true" && look("now"));
    }
    this.#hold.addEventListener("keydown", (event) => isKey(event) && look("before"));
    this.#hold.addEventListener("keyup", (event) => isKey(event) && look("now"));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !this.#undo.disabled) {
      this.#takeBack("last");
    } else if (event.key === "Escape" && this.#isOpen && !event.defaultPrevented) this.#putAway();
    else return;
    event.preventDefault();
  }
}
