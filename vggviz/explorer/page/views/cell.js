// One cell: where the same place is in the other layers, and how its value is computed.

import { at } from "../arithmetic/planes.js";
import { samePlace } from "../arithmetic/receptive_field.js";
import { convolutionTable } from "./convolution_table.js";
import { button, element } from "./elements.js";
import { poolingTable } from "./pooling_table.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Dispatch, Layer, Manifest, Pair, Shown } from "../state/types.js"
 * @typedef {{manifest: Manifest, colours: Colours, dispatch: Dispatch}} Tools
 * @typedef {(layer: string, channel: number, cell: Pair) => void} StepTo   show a cell of another layer
 */

export class CellView {
  #tools;
  #places = element("div", { class: "places" });
  #how = element("div");

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#tools = tools;
    root.replaceChildren(
      element("h3", {}, "How this number comes about"),
      this.#how,
      element("details", {}, element("summary", {}, "The same place in every other layer"), this.#places),
    );
  }

  /** @param {Shown} shown */
  show(shown) {
    const { state, layer } = shown;
    if (!state.cell) return this.#say("Choose a place on the photograph or on the map: here is how its number comes about.");
    this.#places.replaceChildren(...this.#placesOf(layer, state.cell));
    if (!layer.kernel && !layer.pool) this.#say(`The arithmetic of ${layer.name} cannot be shown here.`);
    else {
      const table = this.#arithmetic(shown, state.cell);
      if (table) this.#how.replaceChildren(...table);
      else this.#say("Loading the numbers …");
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#how.replaceChildren(element("p", {}, sentence));
  }

  /** Null until all that it needs is loaded. @type {(shown: Shown, cell: Pair) => Node[] | null} */
  #arithmetic({ state, layer, images: [{ planes }], inputs, kernels }, cell) {
    if (!inputs || !planes) return null;
    const given = { state, cell, layer, inputs, value: at(planes, state.channel, cell), stepTo: this.#stepTo };
    if (layer.pool) return poolingTable({ ...given, pool: layer.pool });
    if (!layer.kernel || !kernels) return null;
    const { manifest, colours } = this.#tools;
    return convolutionTable({ ...given, kernel: layer.kernel, kernels, manifest, colours });
  }

  /** @type {(layer: Layer, cell: Pair) => Node[]} */
  #placesOf(layer, cell) {
    const { manifest, dispatch } = this.#tools;
    return manifest.layers
      .filter(({ name }) => name !== layer.name)
      .map((other) => {
        const [row, column] = samePlace(layer, other, cell);
        const go = () => dispatch({ type: "layer", value: other.name });
        return button({ onclick: go }, `${other.name}: row ${row}, column ${column}`);
      });
  }

  /** @type {StepTo} */
  #stepTo = (layer, channel, cell) => {
    this.#tools.dispatch({ type: "go", value: { layer, channel, cell } });
  };
}
