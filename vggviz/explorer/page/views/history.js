// The browser's history: a change of subject is a step of Back, a change of how it is shown is none.

import { write } from "../state/address.js";

/** @import { State, Step } from "../state/types.js" */

/** Channels that are passed by faster than this, in milliseconds, are one step. */
const PASSING = 500;

/** There Back leads from page to page. */
const isInChapter = () => "embed" in document.body.dataset;

export class BrowserHistory {
  /** @type {State | null} */
  #state = null;
  #pushed = -Infinity;

  /** @type {(state: State, step: Step) => void} */
  enter(state, step) {
    const before = this.#state;
    this.#state = state;
    const address = write(state);
    if (step === "none" || address === location.hash) return;
    if (step === "push" && before && !isInChapter() && !this.#passes(before, state)) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  /** Whether a reader only runs through the channels. @type {(before: State, after: State) => boolean} */
  #passes(before, after) {
    const now = performance.now();
    const isSoon = now - this.#pushed < PASSING;
    const alone = JSON.stringify({ ...before, channel: 0 }) === JSON.stringify({ ...after, channel: 0 });
    this.#pushed = alone ? now : -Infinity;
    return alone && isSoon;
  }
}
