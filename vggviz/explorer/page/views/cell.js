// One cell: how its value is computed, and a way back to what it was computed from.

import { valueAt } from "./channel_view.js";
import { convolutionSum } from "./convolution_sum.js";
import { button, element } from "./elements.js";
import { poolingSum } from "./pooling_sum.js";
import { Trail } from "./trail.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Dispatch, Manifest, Pair, Shown } from "../state/types.js"
 * @import { View } from "./channel_view.js"
 * @import { Next } from "./convolution_sum.js"
 * @typedef {{manifest: Manifest, colours: Colours, dispatch: Dispatch}} Tools
 * @typedef {(layer: string, channel: number, cell: Pair) => void} StepTo   show a cell of another layer
 */

export class CellView {
  #root;
  #tools;
  #trail;
  /** The way on, at one place however long the sum is. */
  #next = button({ class: "step next-step" });
  #how = element("div", { id: "arithmetic" });
  /** What the arithmetic was built of. @type {unknown[]} */
  #built = [];
  /** Whether a step by a row of the sum is under way, after which the focus goes to the next sum. */
  #steps = false;

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#root = root;
    this.#tools = tools;
    this.#trail = new Trail(tools.manifest, (place) => this.#go(place.layer, place.channel, place.cell));
    const steps = element("div", { class: "steps" }, this.#trail.root, this.#trail.left);
    const bar = element("div", { class: "way" }, steps, this.#next);
    this.#next.hidden = true;
    root.replaceChildren(bar, this.#how);
  }

  /** @type {(shown: Shown, view: View) => void} */
  show(shown, view) {
    const { state, layer, inputs, kernels, lack, images: [{ planes }] } = shown;
    if (this.#root.hidden) return;
    this.#trail.show(state);
    const of = [layer, state.channel, String(state.cell), planes, view.views[0].strongest?.value, inputs, kernels, lack?.words];
    if (of.every((each, i) => each === this.#built[i]) && this.#built.length) return;
    const isOther = layer !== this.#built[0];
    this.#built = of;
    this.#build(shown, view);
    if (isOther) this.#root.scrollTop = this.#how.scrollTop = 0; // on a low screen both scroll as one
  }

  /** @type {(shown: Shown, view: View) => void} */
  #build(shown, view) {
    this.#next.hidden = true;
    const { layer, lack, state: { cell } } = shown;
    if (!cell) return this.#ask(view);
    if (!layer.kernel && !layer.pool) return this.#say(`The arithmetic of ${layer.name} cannot be shown here.`);
    const sum = this.#sum(shown, view, cell);
    if (!sum) return this.#say(lack?.words ?? "Loading the numbers …");
    this.#how.replaceChildren(...sum.parts);
    this.#offer(sum.next);
    if (!this.#steps) return;
    this.#steps = false;
    (this.#next.hidden ? this.#root : this.#next).focus({ preventScroll: true });
  }

  /** @param {Next | null} next */
  #offer(next) {
    this.#next.hidden = !next;
    if (!next) return;
    const { words, title, act } = next;
    Object.assign(this.#next, { title, onclick: act, textContent: `${words} ›` });
  }

  /** Which cell? @param {View} view */
  #ask({ views: [{ strongest }] }) {
    this.#say("Choose a place on the photograph or on the map: here stands how its number comes about.");
    if (!strongest) return;
    const take = () => this.#tools.dispatch({ type: "cell", value: strongest.cell });
    this.#how.append(button({ id: "strongest", onclick: take }, "Take the strongest cell"));
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#how.replaceChildren(element("p", { class: "quiet" }, sentence));
  }

  /** Null until all that it needs is loaded. @type {(shown: Shown, view: View, cell: Pair) => {parts: Node[], next: Next | null} | null} */
  #sum({ state, layer, images: [{ planes, photograph }], inputs, kernels }, { views: [view] }, cell) {
    const value = valueAt(view, cell);
    if (!inputs || !planes || value === null) return null;
    const given = { state, cell, layer, inputs, value, stepTo: this.#stepTo };
    if (layer.pool) return poolingSum({ ...given, pool: layer.pool });
    if (!layer.kernel || !kernels) return null;
    const { manifest, colours } = this.#tools;
    return convolutionSum({ ...given, kernel: layer.kernel, kernels, manifest, colours, photograph });
  }

  /** @type {StepTo} */
  #stepTo = (layer, channel, cell) => {
    this.#trail.step();
    this.#go(layer, channel, cell);
  };

  /** @type {StepTo} */
  #go(layer, channel, cell) {
    this.#steps = true;
    this.#tools.dispatch({ type: "go", value: { layer, channel, cell, view: "cell" } });
  }
}
