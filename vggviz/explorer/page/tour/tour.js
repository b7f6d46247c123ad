// The tour: a few stops on the picture that is shown. Which one is open is part of the state.

import { asError, Superseded } from "../state/errors.js";
import { TourCard } from "./card.js";
import { positionIn } from "./position.js";
import { stopsOf } from "./stops.js";

/**
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Data } from "../state/data.js"
 * @import { Dispatch, Manifest, Shown, State } from "../state/types.js"
 * @import { Stop } from "./given.js"
 * @typedef {{manifest: Manifest, data: Data, classifier: GiveClassifier, dispatch: Dispatch,
 *   failed: (problem: Error) => void}} Tools
 */

/** Milliseconds between two steps that are walked by themselves. */
const PACE = 4500;

/**
 * @param {HTMLElement} card
 * @param {Tools} tools
 * @returns {{show: (shown: Pick<Shown, "state">) => void}}
 */
export function createTour(card, tools) {
  return new Tour(card, tools);
}

class Tour {
  #tools;
  #card;
  #plans;
  /** @type {State | null} */
  #state = null;
  /** The stop that is open, and what it was made for. @type {{key: string, number: number, stop: Stop | null}} */
  #open = { key: "", number: 1, stop: null };
  /** What the stop was made for that the reader leaves, while the next one is made: it may be shown once more. */
  #left = "";
  #position = 0;
  #timer = 0;

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#tools = tools;
    this.#plans = stopsOf(tools.manifest);
    this.#card = new TourCard(root, {
      back: () => this.#go(this.#number() - 1),
      next: () => this.#go(this.#number() + 1),
      show: () => this.#showNext(),
      hold: () => this.#stay(),
      end: () => this.#tools.dispatch({ type: "tour", value: null }),
    });
  }

  /** @param {Pick<Shown, "state">} shown */
  show({ state }) {
    const before = this.#state;
    this.#state = state;
    if (state.tour === null || state.tour > this.#plans.length) return this.#close();
    if (this.#left === keyOf(state) && this.#open.key !== keyOf(state)) return;
    this.#left = "";
    if (this.#open.key === keyOf(state)) return this.#update();
    // An address shows what its sender saw; a tour that is taken here begins with the stop's own view.
    const begins = before !== null && (before.tour === null || before.picture !== state.picture);
    this.#make(state, begins);
  }

  #close() {
    this.#stay();
    this.#open = { key: "", number: 1, stop: null };
    this.#left = "";
    this.#card.close();
  }

  /** @type {(state: State, begins: boolean) => Promise<void>} */
  async #make(state, begins) {
    const { dispatch, failed, ...rest } = this.#tools;
    const open = { key: keyOf(state), number: state.tour ?? 1, stop: /** @type {Stop | null} */ (null) };
    this.#open = open;
    this.#position = 0;
    this.#stay();
    this.#card.wait("One moment");
    try {
      open.stop = await this.#plans[open.number - 1].make({ ...rest, picture: state.picture });
    } catch (problem) {
      if (this.#open === open && problem instanceof Superseded) this.#left = "";
      else if (this.#open === open) this.#miss(asError(problem), failed);
    }
    if (this.#open !== open || !open.stop) return;
    if (!begins) return this.#update();
    await dispatch({ type: "go", value: { cell: null, sort: "here", ...open.stop.begin, tour: state.tour } });
  }

  /** A stop that cannot be made on this picture; the others may. @type {(problem: Error, failed: (problem: Error) => void) => void} */
  #miss(problem, failed) {
    const { number } = this.#open;
    const { title } = this.#plans[number - 1];
    this.#card.show({ number, count: this.#plans.length, title, guess: "This stop cannot be made now.", words: [], left: 0, isWalking: false });
    failed(problem);
  }

  #update() {
    const { stop } = this.#open;
    const state = this.#state;
    if (!stop || !state) return;
    const position = positionIn(stop, state, this.#position);
    if (position === null) return this.#pause();
    this.#position = position;
    const number = this.#number();
    this.#card.show({
      number,
      count: this.#plans.length,
      title: this.#plans[number - 1].title,
      guess: stop.guess,
      words: position ? stop.words[position - 1] : [],
      left: stop.shown.length - position,
      isWalking: this.#timer !== 0 && position < stop.shown.length,
    });
  }

  #pause() {
    this.#stay();
    this.#card.pause(this.#number());
  }

  #number() {
    return this.#open.number;
  }

  /** @param {number} number */
  #go(number) {
    if (!this.#state) return;
    this.#left = keyOf(this.#state);
    this.#make({ ...this.#state, tour: number }, true);
  }

  /** Show what comes next; what the reader has left is shown again. */
  #showNext() {
    const { stop } = this.#open;
    if (!stop || !this.#state) return;
    const isHere = positionIn(stop, this.#state, this.#position) !== null;
    const position = Math.min(this.#position + (isHere ? 1 : 0), stop.shown.length);
    this.#position = position;
    if (isHere && position === 1) this.#walk(stop);
    const value = position ? stop.shown[position - 1] : stop.begin;
    this.#tools.dispatch({ type: "go", value }, position > 1 ? "replace" : undefined);
  }

  /** Go on by itself, where there are several things to show, unless the reader wants things still. @param {Stop} stop */
  #walk(stop) {
    if (stop.shown.length < 2 || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#stay();
    this.#timer = window.setInterval(() => {
      if (this.#position >= stop.shown.length) this.#stay();
      else this.#showNext();
    }, PACE);
  }

  /** Stop walking. */
  #stay() {
    clearInterval(this.#timer);
    const wasWalking = this.#timer !== 0;
    this.#timer = 0;
    if (wasWalking && this.#open.stop) this.#update();
  }
}

/** @type {(state: Pick<State, "tour" | "picture">) => string} */
const keyOf = ({ tour, picture }) => `${tour}/${picture}`;
