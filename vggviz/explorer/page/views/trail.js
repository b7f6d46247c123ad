// The steps that a reader took from a number to what it was computed from.

import { button, element } from "./elements.js";

/**
 * @import { Pair, State } from "../state/types.js"
 * @typedef {{layer: string, channel: number, cell: Pair}} Place
 */

export class Trail {
  #go;
  /** @type {Place[]} */
  #places = [];
  /** @type {Place | null} */
  #here = null;
  #stepping = false;
  root = element("div", { class: "trail", role: "group", "aria-label": "Steps back", hidden: true });

  /** @param {(place: Place) => void} go */
  constructor(go) {
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
    this.root.scrollLeft = this.root.scrollWidth; // in one line, the newest in view
  }
}

/** @type {(place: Place) => string} */
const key = ({ layer, channel, cell }) => `${layer}/${channel}/${cell}`;
