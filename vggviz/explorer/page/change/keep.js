// The button that makes a picture the reader's own, and what becomes of it and of the one that it replaces.

import { OWN } from "../live/network.js";
import { button, element } from "../views/elements.js";
import { keepText } from "./words.js";

/** @import { Manifest } from "../state/types.js" */

/**
 * @param {{manifest: Manifest, side: number}} tools `side`, of what the network reads
 * @param {() => Promise<void>} act
 */
export function createKeep({ manifest, side }, act) {
  const words = element("p", { class: "quiet" });
  const root = element("div", { class: "keep", hidden: true }, button({ onclick: act }, "Keep as my picture"), words);
  return {
    element: root,
    /** @param {number} [size] of a picture that is repeated until the side is filled */
    show(size = side) {
      const own = manifest.pictures.find(({ id }) => id === OWN);
      words.textContent = keepText({ size, side, own: own?.title ?? null });
      root.hidden = false;
    },
    hide: () => void (root.hidden = true),
  };
}
