// Which classes the chosen channel prefers, and what the numbers behind them are.

import { element } from "./elements.js";
import { preferredWords } from "./words.js";

const UNIT =
  "Effect sizes over Tiny ImageNet’s training pictures, not of the picture shown: how far the channel’s mean for a " +
  "class lies above its mean for all others, in standard deviations within a class.";

/** @param {HTMLElement} root */
export function createPreferred(root) {
  const words = element("span");
  root.replaceChildren(words, " ", element("span", { class: "quiet" }, UNIT));

  /** @param {[string, number][]} classes of the channel */
  return (classes) => {
    const told = preferredWords(classes);
    root.hidden = !told;
    if (words.textContent !== told) words.textContent = told;
  };
}
