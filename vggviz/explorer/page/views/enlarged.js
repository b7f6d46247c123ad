// A picture as large as the screen allows. Its whole figure goes there, so that it goes on changing while it is drawn.

import { button, element, enlargeSign } from "./elements.js";

/** In the browser's history: the step that Back takes back. */
const STEP = { enlarged: true };

/** Where it is shown; made when it is first wanted. @type {Enlarged | null} */
let enlarged = null;

/**
 * A button around a picture, by which its figure is enlarged, and made small again.
 * @param {HTMLElement} picture with an aria-label
 * @returns {HTMLButtonElement}
 */
export function enlarging(picture) {
  const word = element("span", { class: "unseen" }, "Enlarge: ");
  const made = button({ class: "enlarges", title: "Enlarge" }, word, picture, enlargeSign());
  made.addEventListener("click", () => {
    if (made.closest("#enlarged")) return; // a click anywhere there closes
    enlarged ??= new Enlarged();
    enlarged.open(made);
  });
  return made;
}

class Enlarged {
  #close = button({ class: "close", "aria-label": "Close", title: "Close" }, "×");
  #dialog = element("dialog", { id: "enlarged", "aria-label": "Enlarged picture" }, this.#close);
  /** In the figure's place. */
  #gap = element("div", { "aria-hidden": "true" });
  /** @type {HTMLElement | null} */
  #figure = null;
  /** @type {HTMLElement | null} */
  #opener = null;

  constructor() {
    this.#dialog.addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#putBack());
    window.addEventListener("popstate", () => this.#dialog.close());
    document.body.append(this.#dialog);
  }

  /** @param {HTMLElement} opener */
  open(opener) {
    this.#opener = opener;
    this.#figure = /** @type {HTMLElement} */ (opener.closest("figure"));
    this.#gap.style.height = `${this.#figure.offsetHeight}px`; // nothing behind it moves
    this.#figure.replaceWith(this.#gap);
    this.#dialog.append(this.#figure);
    opener.title = "Close";
    history.pushState(STEP, "", location.href);
    this.#dialog.showModal();
    this.#close.focus();
  }

  #putBack() {
    if (!this.#figure || !this.#opener) return;
    this.#gap.replaceWith(this.#figure);
    this.#opener.title = "Enlarge";
    this.#opener.focus();
    this.#figure = this.#opener = null;
    if (history.state?.enlarged) history.back();
  }
}
