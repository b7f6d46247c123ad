// Which classes the chosen channel prefers, and what the numbers behind them are.

import { describePreferred } from "./descriptions.js";
import { element } from "./elements.js";

const UNIT =
  "Effect sizes over Tiny ImageNet’s training pictures, not of the picture shown: how far the channel’s mean for a " +
  "class lies above its mean for all others, in standard deviations within a class.";

/**
 * @param {HTMLElement} root
 * @returns {(classes: [string, number][]) => void} shows the classes of a channel
 */
export function createPreferredClasses(root) {
  const words = element("span");
  const unit = element("details", {}, element("summary", {}, "What these numbers are"), element("p", { class: "quiet" }, UNIT));
  root.replaceChildren(words, unit);
  return (classes) => {
    const text = describePreferred(classes);
    root.hidden = !text;
    if (words.textContent !== text) words.textContent = text;
  };
}
