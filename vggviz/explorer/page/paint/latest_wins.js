// One thing at a time, and of what is asked for meanwhile only the last.

import { asError, Superseded } from "../state/errors.js";

/**
 * @template Wish
 * @typedef {{run: (wish: Wish, signal: AbortSignal) => Promise<void>, failed: (problem: Error) => void}} Tools
 */

/** @template Wish */
export class LatestWins {
  #tools;
  /** @type {{wish: Wish, mayStop: boolean} | null} */
  #next = null;
  /** Of what is under way. @type {AbortController | null} */
  #running = null;
  /** Whether it may be given up. */
  #mayStop = false;

  /** @param {Tools<Wish>} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  isBusy() {
    return this.#running !== null;
  }

  /**
   * Do this next; what waits is dropped.
   * @param {Wish} wish
   * @param {{mayStop?: boolean}} [how] whether it is given up when something newer is asked for
   */
  ask(wish, { mayStop = false } = {}) {
    this.#next = { wish, mayStop };
    if (!this.#running) this.#start();
    else if (this.#mayStop) this.#running.abort(new Superseded("Something newer was asked for."));
  }

  /** Nothing more of what was asked for. */
  drop() {
    this.#next = null;
    this.#running?.abort(new Superseded("It is not wanted any more."));
  }

  async #start() {
    while (this.#next) {
      const { wish, mayStop } = this.#next;
      this.#next = null;
      this.#mayStop = mayStop;
      const running = new AbortController();
      this.#running = running;
      try {
        await this.#tools.run(wish, running.signal);
      } catch (problem) {
        if (!(problem instanceof Superseded)) this.#tools.failed(asError(problem));
      }
    }
    this.#running = null;
  }
}

/**
 * Rejects when a signal is given.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export function unlessStopped(promise, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
