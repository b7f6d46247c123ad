// The steps that a reader took from a number to what it was computed from, and how many are left to the pixels.

import { counted } from "../arithmetic/number_format.js";
import { layerNamed, stepsToPixels } from "../state/manifest.js";
import { button, element } from "./elements.js";

/**
 * @import { Manifest, Pair, State } from "../state/types.js"
 * @typedef {{layer: string, channel: number, cell: Pair}} Place
 */

export class Trail {
  #manifest;
  #go;
  /** @type {Place[]} */
  #places = [];
  /** @type {Place | null} */
  #here = null;
  #stepping = false;
  root = element("div", { class: "trail", role: "group", "aria-label": "Steps back", hidden: true });
  left = element("span", { class: "left" });

  /**
   * @param {Manifest} manifest
   * @param {(place: Place) => void} go
   */
  constructor(manifest, go) {
    this.#manifest = manifest;
    this.#go = go;
  }

  /** The next place that is shown comes from this one. */
  step() {
    this.#stepping = true;
  }

  /** @param {State} state */
  show({ layer, channel, cell }) {
    if (!cell) return;
    const place = { layer, channel, cell };
    if (key(place) === (this.#here && key(this.#here))) return;
    const known = this.#places.findIndex((each) => key(each) === key(place));
    if (known >= 0) this.#places.length = known;
    else if (this.#stepping && this.#here) this.#places.push(this.#here);
    else this.#places = [];
    this.#stepping = false;
    this.#here = place;
    this.root.hidden = false; // from the first cell on, so that nothing below moves at the first step
    const buttons = this.#places.map((each) => button({ onclick: () => this.#go(each) }, `${each.layer} / ${each.channel}`));
    this.root.replaceChildren(...buttons.flatMap((each) => [each, " › "]), element("span", {}, `${layer} / ${channel}`));
    this.left.replaceChildren(...this.#leftOf(layer)); // which leaves the trail its room
    this.root.scrollLeft = this.root.scrollWidth; // in one line, the newest in view
  }

  /** @type {(layer: string) => (Node | string)[]} */
  #leftOf(layer) {
    const left = stepsToPixels(this.#manifest, layerNamed(this.#manifest, layer));
    const [taken, rest] = stepTexts(this.#places.length, left);
    return [element("span", { class: "taken" }, taken), rest];
  }
}

/**
 * How far the pixels are, and before it how far one has come.
 * @param {number} taken steps
 * @param {number | null} left null if the steps do not lead to the pixels
 * @returns {[string, string]}
 */
export function stepTexts(taken, left) {
  if (left === null) return ["", ""];
  const rest = left === 0 ? "the pixels" : `${taken ? left : counted(left, "step")} to the pixels`;
  return [taken ? `step ${taken} of ${taken + left}${left ? "," : ":"} ` : "", rest];
}

/** @type {(place: Place) => string} */
const key = ({ layer, channel, cell }) => `${layer}/${channel}/${cell}`;
