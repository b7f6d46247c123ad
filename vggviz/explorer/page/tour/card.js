// The card of the tour: a question, then two sentences.

import { button, element } from "../views/elements.js";

/**
 * @typedef {{back: () => void, show: () => void, next: () => void, end: () => void, hold: () => void}} Listener
 * @typedef {{number: number, count: number, title: string, guess: string, words: string[], left: number,
 *   isWalking: boolean}} Card   `left`, things that are still to be shown
 */

export class TourCard {
  #root;
  #on;
  #title = element("h2", { tabindex: -1 });
  #guess = element("p", { class: "guess" });
  #words = element("div", { "aria-live": "polite" });
  #dots = element("p", { class: "dots", "aria-hidden": "true" });
  #back;
  #show;
  #next;
  #fold;
  #end;

  /**
   * @param {HTMLElement} root
   * @param {Listener} on
   */
  constructor(root, on) {
    this.#root = root;
    this.#on = on;
    this.#back = button({ onclick: on.back }, "Back");
    this.#show = button({ class: "show-me" });
    this.#next = button({ class: "next" });
    this.#end = button({ class: "end", onclick: on.end, "aria-label": "End the tour", title: "End the tour (Escape)" }, "×");
    this.#fold = button({ class: "fold", onclick: () => this.#setFolded(!root.classList.contains("folded")) });
    this.#setFolded(false);
    root.append(
      this.#end, this.#fold, this.#title, this.#guess, this.#words,
      element("div", { class: "tools" }, this.#back, this.#next, this.#show, this.#dots),
    );
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      on.end();
    });
  }

  /** @param {Card} card */
  show({ number, count, title, guess, words, left, isWalking }) {
    this.#open(`${number} of ${count}: ${title}`);
    this.#guess.textContent = guess;
    this.#say(words);
    this.#back.hidden = this.#next.hidden = false;
    this.#back.disabled = number === 1;
    this.#next.textContent = number === count ? "End" : "Next";
    this.#next.onclick = number === count ? this.#on.end : this.#on.next;
    if (left === 0 && this.#show === document.activeElement) this.#next.focus();
    this.#show.hidden = left === 0;
    this.#show.textContent = isWalking ? "Pause" : words.length ? "One step on" : "Show me";
    this.#show.onclick = isWalking ? this.#on.hold : this.#on.show;
    this.#dots.textContent = "●".repeat(number) + "○".repeat(count - number);
  }

  /** The stop is on its way. @param {string} words */
  wait(words) {
    this.#open(words);
    this.#guess.textContent = "";
    this.#say([]);
    this.#back.hidden = this.#show.hidden = this.#next.hidden = true;
  }

  /** The reader has gone elsewhere. @param {number} number */
  pause(number) {
    this.#open("The tour waits");
    this.#guess.textContent = "";
    this.#say([]);
    this.#back.hidden = this.#next.hidden = true;
    this.#show.hidden = false;
    this.#show.textContent = `Come back to step ${number}`;
    this.#show.onclick = this.#on.show;
  }

  close() {
    this.#root.hidden = true;
  }

  /** Where the card covers what it speaks of, only its title and its buttons stay. @param {boolean} isFolded */
  #setFolded(isFolded) {
    this.#root.classList.toggle("folded", isFolded);
    this.#fold.textContent = isFolded ? "▴" : "▾";
    this.#fold.setAttribute("aria-expanded", String(!isFolded));
    this.#fold.setAttribute("aria-label", isFolded ? "Unfold the card" : "Fold the card");
  }

  /** @param {string} title */
  #open(title) {
    if (title !== this.#title.textContent) this.#setFolded(false);
    const isOpening = this.#root.hidden;
    this.#root.hidden = false;
    this.#title.textContent = title;
    if (isOpening) this.#title.focus({ preventScroll: true });
  }

  /** @param {string[]} words */
  #say(words) {
    const told = [...this.#words.children].map((each) => each.textContent);
    if (told.join("\n") !== words.join("\n")) this.#words.replaceChildren(...words.map((each) => element("p", {}, each)));
  }
}
