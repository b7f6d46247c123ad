// The tour: a few stops on the picture that is shown. Which one is open is part of the state.

import { asError, Superseded } from "../state/errors.js";
import { isBare } from "../state/state.js";
import { TourCard } from "./card.js";
import { asShown } from "./given.js";
import { positionIn } from "./position.js";
import { stopsOf } from "./stops.js";

/**
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Data } from "../state/data.js"
 * @import { Sources } from "../live/sources.js"
 * @import { Dispatch, Manifest, Shown, State } from "../state/types.js"
 * @import { Stop } from "./given.js"
 * @typedef {{manifest: Manifest, data: Data, sources: Pick<Sources, "idOf">, classifier: GiveClassifier,
 *   dispatch: Dispatch, failed: (problem: Error) => void}} Tools
 * @typedef {{key: string, number: number, made: string, stop: Stop | null, begins: boolean}} Open   `key` and `number`, which
 *   stop it is; `made`, of which maps; `begins`, whether its own view is to be shown
 */

/** @type {Open} */
const NOTHING = { key: "", number: 1, made: "", stop: null, begins: false };

/** Milliseconds between two steps that are walked by themselves. */
const PACE = 4500;

/**
 * @param {HTMLElement} card
 * @param {Tools} tools
 * @returns {{show: (shown: Pick<Shown, "state" | "stale">) => void}}
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
  /** @type {Open} */
  #open = NOTHING;
  /** What the stop was made for that the reader leaves, while the next one is made: it may be shown once more. */
  #left = "";
  /** Whether more is painted on the picture than is computed. */
  #isStale = false;
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
      end: () => this.#end(),
    });
  }

  /** @param {Pick<Shown, "state" | "stale">} shown */
  show({ state, stale }) {
    const before = this.#state;
    this.#state = state;
    this.#isStale = stale;
    if (state.tour === null || state.tour > this.#plans.length) return this.#close();
    if (this.#left === keyOf(state) && this.#open.key !== keyOf(state)) return;
    this.#left = "";
    if (this.#open.key === keyOf(state)) return this.#follow(state);
    this.#make(state, this.#begins(before, state));
  }

  /**
   * Whether the stop's own view is to be shown: where the tour is taken, here or by an address that names nothing else.
   * An address that names more shows what its sender saw.
   * @type {(before: State | null, state: State) => boolean}
   */
  #begins(before, state) {
    if (before === null) return isBare(state, this.#tools.manifest);
    return before.tour === null || before.picture !== state.picture;
  }

  /** The stop that is open is made anew when what is painted on its picture has been computed. @param {State} state */
  #follow(state) {
    const { made, stop, begins } = this.#open;
    const isOther = Object.keys(state.off).length === 0 && made !== this.#madeOf(state);
    if (isOther) this.#make(state, begins && !stop, stop);
    else this.#update();
  }

  /** Which maps a stop is made of. @param {State} state */
  #madeOf(state) {
    const { manifest, data, sources } = this.#tools;
    const id = sources.idOf({ ...state, off: {}, shows: "now" }, manifest.layers[manifest.layers.length - 1].name);
    return `${id} ${data.version(id)}`;
  }

  #close() {
    this.#stay();
    this.#open = NOTHING;
    this.#left = "";
    this.#card.close();
  }

  /** @type {(state: State, begins: boolean, former?: Stop | null) => Promise<void>} `former` is shown until the new one is made */
  async #make(state, begins, former = null) {
    const { dispatch, failed } = this.#tools;
    const open = { key: keyOf(state), number: state.tour ?? 1, made: this.#madeOf(state), stop: former, begins };
    this.#open = open;
    if (!former) this.#wait();
    try {
      open.stop = await this.#plans[open.number - 1].make(asShown(this.#tools, state));
    } catch (problem) {
      if (this.#open === open && problem instanceof Superseded) this.#left = "";
      else if (this.#open === open) this.#miss(asError(problem), failed);
    }
    if (this.#open !== open || !open.stop) return;
    if (!begins) return this.#update();
    await dispatch({ type: "go", value: { cell: null, sort: "here", ...open.stop.begin, tour: state.tour } });
  }

  #wait() {
    this.#position = 0;
    this.#stay();
    this.#card.wait("One moment");
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
      guess: this.#isStale ? `Without what is painted: ${stop.guess}` : stop.guess,
      words: position ? stop.words[position - 1] : [],
      left: stop.shown.length - position,
      isWalking: this.#timer !== 0 && position < stop.shown.length,
    });
  }

  #pause() {
    this.#stay();
    this.#card.pause(this.#number());
  }

  /** What the stop has switched off, or laid over the picture, goes with it. */
  #end() {
    const { begin = {}, shown = [] } = this.#open.stop ?? {};
    const own = /** @type {const} */ (["off", "where"]).filter((key) => shown.some((each) => each[key] !== begin[key]));
    const value = { ...Object.fromEntries(own.map((key) => [key, begin[key]])), tour: null };
    this.#tools.dispatch({ type: "go", value });
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
