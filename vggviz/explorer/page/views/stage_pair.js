// The stages: of the chosen image, and of the one that it is compared with.

import { Loupe } from "./loupe.js";
import { Stage } from "./stage.js";

/**
 * @import { Dispatch, Layer, Pair, Shown } from "../state/types.js"
 * @import { Overlay } from "./answer_where.js"
 * @import { View } from "./channel_view.js"
 * @import { Preview } from "./stage.js"
 * @typedef {{dispatch: Dispatch, point: (cell: Pair | null) => void, input: Layer, say: (cell: Pair) => string}} Tools
 */

export class StagePair {
  #root;
  #stages;
  /** @type {Record<"answer" | "gradients", Overlay | null>} */
  #laid = { answer: null, gradients: null };

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, { dispatch, point, input, say }) {
    this.#root = root;
    const listener = {
      point,
      say,
      choose: (/** @type {Pair} */ cell) => dispatch({ type: "cell", value: cell }),
      move: (/** @type {number} */ rows, /** @type {number} */ columns) => dispatch({ type: "move", rows, columns }),
      clear: () => this.#root.dataset.large === undefined ? dispatch({ type: "cell", value: null }) : this.#enlarge(0),
      enlarge: (/** @type {0 | 1} */ figure) => this.#enlarge(figure),
    };
    const nothing = { ...listener, point: () => {}, choose: () => {}, move: () => {} };
    const loupe = new Loupe();
    this.#stages = [new Stage(listener, { input, loupe }), new Stage(nothing, { input, loupe })];
    root.append(...this.#stages[0].figures);
  }

  /** @type {(shown: Shown, view: View) => void} */
  show({ state }, { views }) {
    this.#root.classList.toggle("over", state.over);
    this.#root.classList.toggle("compared", views.length > 1);
    const [, second] = this.#stages;
    if (views.length > 1) this.#root.append(...second.figures);
    else second.figures.forEach((figure) => figure.remove());
    views.forEach((view, i) => this.#stages[i].show(view));
  }

  /** Where the chosen photograph stands, to be painted on. */
  surface() {
    return this.#stages[0].surface();
  }

  /**
   * Lay a map over the grey photograph, or take it away; one of gradients goes before that of the answer.
   * @type {(overlay: Overlay | null, by?: "answer" | "gradients") => void}
   */
  lay(overlay, by = "answer") {
    this.#laid[by] = overlay;
    this.#stages[0].lay(this.#laid.gradients ?? this.#laid.answer);
  }

  /** Over the chosen photograph, another one whose maps are still to come. @param {Preview | null} preview null, and it goes */
  preview(preview) {
    this.#stages[0].preview(preview);
  }

  /** One picture as large as there is room, or all again. @param {0 | 1} figure */
  #enlarge(figure) {
    const { dataset } = this.#root;
    if (dataset.large === undefined) dataset.large = String(this.#root.classList.contains("over") ? 0 : figure);
    else delete dataset.large;
    for (const each of this.#stages) each.sign(dataset.large !== undefined);
  }
}
