// The buttons and the words of one computation: begin, pause, stop, how far it is, and what went wrong.

import { formattedBytes } from "../arithmetic/number_format.js";
import { asError } from "../state/errors.js";
import { button, element } from "../views/elements.js";
import { Pace } from "./pace.js";

/**
 * @import { AllSettings, Kind, NewsMessage } from "../gradients/types.js"
 * @import { Runner } from "./runner.js"
 * @typedef {{kind: Kind, settings: AllSettings[Kind], shuffled?: string[], begins: string}} Order   `begins`, in words
 * @typedef {object} Wish   what is to be computed, and who shows it
 * @property {string} name   under which the page comes back to it, if it must be loaded again
 * @property {[string, string] | null} starts   what stands on the button that begins, and on the one that begins again;
 *   null if other buttons begin
 * @property {() => Promise<Order>} order
 * @property {(news: NewsMessage, isSeen: boolean) => void} news   `isSeen`, whether its picture is shown
 * @property {(news: NewsMessage, isWhole: boolean) => string} result   in words, at the end or where it was stopped
 * @property {() => void} [clear]   what was computed is to be seen no more
 *
 * @typedef {{runner: Runner, reload: (part: string) => Promise<boolean>, say: (words: string) => void,
 *   ready: () => void, isKept: () => boolean}} Tools   `reload` loads the page again where it then computes faster, and tells whether it does; `say`
 *   is for those who do not see; `ready` is called when the network is there; `isKept`, whether the browser has it already
 */

/** With reduced motion, one picture of so many is shown. */
const CALM = 10;

/** What was computed is not of what is shown now. */
const OTHER = "Stopped, as something else is shown now.";

/** Before the first step, which prepares the network for a size and so takes longest. */
const WAIT = "Preparing the network, then computing …";

export class Job {
  #tools;
  #wish;
  #isOn = false;
  /** Counts what was begun. */
  #count = 0;
  #paused = false;
  /** Whether it is paused only because it is not seen. */
  #rests = false;
  #pace = new Pace();
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** What is shown. @type {unknown} */
  #subject = null;
  /** @type {NewsMessage | null} */
  #last = null;
  #start = button({ class: "begin", onclick: () => this.start() });
  #pause = button({ hidden: true, onclick: () => this.#setPaused(!this.#paused) });
  #stop = button({ hidden: true, onclick: () => this.stop() }, "Stop");
  #words = element("p", { class: "job-words" });
  #bar = element("progress", { hidden: true, "aria-label": "Loading the network" });
  #problem = element("p", { class: "problem", role: "alert", hidden: true });
  element = element("div", { class: "job" }, element("div", { class: "tools" }, this.#start, this.#pause, this.#stop), this.#bar, this.#words, this.#problem);

  /**
   * @param {Tools} tools
   * @param {Wish} wish
   */
  constructor(tools, wish) {
    this.#tools = tools;
    this.#wish = wish;
    this.reset();
  }

  isOn() {
    return this.#isOn;
  }

  /** How far it is, in words. */
  words() {
    return this.#words.textContent || "Nothing is being computed.";
  }

  /** Begin anew where something else is shown than before. @param {unknown} subject @returns {boolean} whether it is */
  follow(subject) {
    if (subject === this.#subject) return false;
    this.#subject = subject;
    const wasOn = this.#isOn;
    this.reset();
    this.#wish.clear?.();
    if (wasOn) this.#words.textContent = OTHER;
    if (wasOn) this.#tools.say(OTHER);
    return true;
  }

  /** Nothing was computed yet of what is shown now. */
  reset() {
    this.stop();
    this.#last = null;
    this.#words.textContent = "";
    this.#problem.hidden = true;
    this.#label();
  }

  async start() {
    const { runner, reload, say } = this.#tools;
    if (await reload(this.#wish.name)) return;
    this.stop();
    runner.stop(); // what another part has begun, and left
    const count = this.#begin();
    try {
      const { kind, settings, shuffled, begins } = await this.#wish.order();
      if (!this.#isOn || count !== this.#count) return; // stopped meanwhile
      say(begins);
      this.#words.textContent = WAIT;
      const whole = runner.run(kind, settings, {
        shuffled,
        news: (news) => this.#receive(news),
        progress: (loaded, total) => this.#load(loaded, total),
      });
      if (this.#paused) runner.pause(true); // before it was ordered
      const isWhole = await whole;
      if (isWhole || (this.#isOn && count === this.#count)) this.#end(isWhole); // else it is told already
    } catch (problem) {
      if (count === this.#count) this.#fail(asError(problem));
    }
  }

  /** What is there stays. */
  stop() {
    if (!this.#isOn) return;
    this.#tools.runner.stop();
    this.#end(false);
  }

  /** It is not seen: it waits, or stops if it cannot be paused. */
  rest() {
    if (!this.#wish.starts) this.stop();
    if (!this.#isOn || this.#paused) return;
    this.#setPaused(true);
    this.#rests = true;
  }

  /** It is seen again, and goes on if it did before. */
  wake() {
    if (this.#isOn && this.#rests) this.#setPaused(false);
  }

  /** @returns {number} the count of what is begun */
  #begin() {
    this.#isOn = true;
    this.#paused = this.#rests = false;
    this.#pace = new Pace();
    this.#last = null;
    this.#problem.hidden = true;
    this.#wish.clear?.();
    this.#label();
    this.#count += 1;
    return this.#count;
  }

  /** @param {NewsMessage} news */
  #receive(news) {
    this.#bar.hidden = true;
    const isFirst = !this.#last;
    if (isFirst) this.#tools.ready();
    else this.#pace.add(news.milliseconds);
    this.#last = news;
    Object.assign(this.element.dataset, { step: news.step, milliseconds: Math.round(news.milliseconds) });
    this.#wish.news(news, this.#isSeen(news));
    this.#tell();
    if (isFirst) this.#bringIntoView();
  }

  /** On a phone what is computed would begin below the edge: first the buttons go up, then it is seen, whole if it can be. */
  #bringIntoView() {
    const figures = this.element.parentElement?.querySelector(".side-by-side:not([hidden])");
    if (!figures?.checkVisibility?.()) return;
    const { bottom } = figures.getBoundingClientRect();
    const sheet = figures.closest("[role=tabpanel]")?.getBoundingClientRect().bottom ?? innerHeight;
    if (bottom <= Math.min(sheet, innerHeight)) return;
    this.element.scrollIntoView({ block: "start" });
    figures.scrollIntoView({ block: "nearest" });
  }

  /** @param {NewsMessage} news */
  #isSeen({ step, steps }) {
    return !this.#calm.matches || step % CALM === 0 || step === steps;
  }

  #tell() {
    if (!this.#last) return;
    const { step, steps } = this.#last;
    const left = this.#paused ? "paused" : this.#pace.left(steps - step);
    this.#words.textContent = `Step ${step} of ${steps}${left ? `: ${left}` : ""}.`;
  }

  /** @type {(loaded: number, total: number) => void} */
  #load(loaded, total) {
    if (this.#last) return;
    this.#bar.hidden = loaded >= total;
    Object.assign(this.#bar, { max: total, value: loaded });
    const share = `Loading the network: ${formattedBytes(loaded)} of ${formattedBytes(total)}.`;
    this.#words.textContent = loaded >= total || this.#tools.isKept() ? WAIT : share;
  }

  /** @param {boolean} on */
  #setPaused(on) {
    this.#paused = on;
    this.#rests = false;
    this.#tools.runner.pause(on);
    this.#tell();
    this.#label();
    this.#tools.say(on ? "Paused." : "It goes on.");
  }

  /** @param {boolean} isWhole */
  #end(isWhole) {
    this.#isOn = false;
    this.#bar.hidden = true;
    this.#words.textContent = this.#last ? this.#wish.result(this.#last, isWhole) : "Stopped.";
    this.#tools.say(this.#words.textContent);
    this.#label();
  }

  /** @param {Error} problem */
  #fail(problem) {
    this.#isOn = false;
    this.#bar.hidden = true;
    this.#words.textContent = "";
    Object.assign(this.#problem, { textContent: problem.message, hidden: false });
    this.#label();
  }

  /** Which buttons there are, and what stands on them. */
  #label() {
    const { starts } = this.#wish;
    const hadFocus = [this.#start, this.#pause, this.#stop].some((each) => each === document.activeElement);
    this.element.dataset.on = String(this.#isOn);
    this.#start.hidden = this.#isOn || !starts;
    this.#start.textContent = starts?.[this.#last ? 1 : 0] ?? "";
    this.#stop.hidden = !this.#isOn;
    this.#pause.hidden = !this.#isOn || !starts; // one step cannot be paused
    this.#pause.textContent = this.#paused ? "Go on" : "Pause";
    const [seen] = [this.#start, this.#pause, this.#stop].filter((each) => !each.hidden);
    if (hadFocus && document.activeElement instanceof HTMLElement && document.activeElement.hidden) seen?.focus();
    else if (hadFocus && document.activeElement === document.body) seen?.focus();
  }
}
