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
  root.replaceChildren(words, " ", element("span", { class: "quiet" }, UNIT));
  return (classes) => {
    const text = describePreferred(classes);
    root.hidden = !text;
    if (words.textContent !== text) words.textContent = text;
  };
}
