// The tab "Change" before it is opened: its modules are loaded when a reader asks for it.

import { button, element } from "../views/elements.js";

/**
 * @import { Shown } from "../state/types.js"
 * @import { ChangePanel, Tools } from "./panel.js"
 */

export class LateChange {
  #elements;
  #tools;
  #words = element("p", { class: "quiet" }, "Loading …");
  /** @type {ChangePanel | null} */
  #panel = null;
  /** @type {Promise<ChangePanel | null> | null} */
  #loading = null;
  /** @type {Shown | null} */
  #shown = null;

  /**
   * @param {{root: HTMLElement, offer: HTMLElement, spoken: HTMLElement}} elements `offer`, where a channel is told of
   * @param {Tools} tools
   */
  constructor(elements, tools) {
    this.#elements = elements;
    this.#tools = tools;
    elements.root.append(this.#words);
    elements.offer.append(button({ class: "watch", onclick: () => this.#watch() }, "Watch it being drawn"));
    elements.offer.hidden = false;
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    if (this.#panel) this.#panel.show(shown);
    else if (shown.state.view === "change") this.#load();
  }

  /** From the channel's own tab. */
  async #watch() {
    const panel = await this.#load();
    if (panel) await panel.watch();
    else await this.#tools.dispatch({ type: "view", value: "change" }); // where it is told what is wrong
  }

  #load() {
    this.#loading ??= this.#open();
    return this.#loading;
  }

  async #open() {
    const { root, spoken } = this.#elements;
    try {
      const { ChangePanel } = await import("./panel.js");
      this.#words.remove();
      this.#panel = new ChangePanel({ root, spoken }, this.#tools);
      if (this.#shown) this.#panel.show(this.#shown);
    } catch {
      this.#words.textContent = "This part of the page could not be loaded: there is no connection. Open the page again.";
    }
    return this.#panel;
  }
}
