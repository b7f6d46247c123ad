// A part of the page that is no part of the first view: its modules are loaded when it is wanted.

import { asError } from "../state/errors.js";

/** @import { Shown } from "../state/types.js" */

/**
 * @template Modules
 * @template {{show: (shown: Shown) => void}} Part
 * @typedef {object} Tools
 * @property {(shown: Shown) => boolean} isWanted   whether what is shown needs the part
 * @property {() => Promise<Modules>} load
 * @property {(modules: Modules) => Part} make
 * @property {(problem: Error) => void} failed
 */

/**
 * @template Modules
 * @template {{show: (shown: Shown) => void}} Part
 */
export class LatePart {
  #tools;
  /** @type {Part | null} */
  #part = null;
  /** @type {Promise<Part | null> | null} */
  #loading = null;
  /** What was shown before it was wanted, and what is shown now. @type {Shown[]} */
  #shown = [];
  #isWanted = false;

  /** @param {Tools<Modules, Part>} tools */
  constructor(tools) {
    this.#tools = tools;
  }

  /** @param {Shown} shown */
  show(shown) {
    if (this.#part) return this.#part.show(shown);
    const wasWanted = this.#isWanted;
    this.#isWanted = this.#tools.isWanted(shown);
    this.#shown = this.#isWanted ? [...this.#shown.slice(0, 1), shown] : [shown];
    if (this.#isWanted && !wasWanted) this.get();
  }

  /**
   * The part, loaded by the first call, and anew after one that failed.
   * @returns {Promise<Part | null>} null where it could not be loaded, which is told
   */
  get() {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load() {
    const { load, make, failed } = this.#tools;
    try {
      const modules = await load().catch(() => {
        throw new Error("This part of the page could not be loaded: there is no connection. Ask for it again.");
      });
      const part = make(modules);
      for (const each of this.#shown) part.show(each);
      this.#part = part;
    } catch (problem) {
      this.#loading = null;
      failed(asError(problem));
    }
    return this.#part;
  }
}

/** A stylesheet that is no part of the first view, once it is there. @param {string} href @returns {Promise<void>} */
export function styled(href) {
  return new Promise((resolve) => {
    const link = document.createElement("link");
    for (const event of ["load", "error"]) link.addEventListener(event, () => resolve());
    document.head.append(Object.assign(link, { rel: "stylesheet", href }));
  });
}
