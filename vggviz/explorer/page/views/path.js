// Where one is: the layer, the channel, the cell. The button before it goes back.

import { byId, element } from "./elements.js";

/** @import { State } from "../state/types.js" */

/**
 * @param {HTMLElement} root
 * @returns {{show: (state: State) => void}}
 */
export function createPath(root) {
  byId("back").addEventListener("click", () => history.back());
  return {
    show({ layer, channel, cell }) {
      const word = (/** @type {string} */ text) => element("span", { class: "word" }, `${text} `);
      root.replaceChildren(
        element("span", { class: "at app" }, "Explorer"),
        element("span", { class: "at" }, layer),
        element("span", { class: "at" }, word("channel"), String(channel)),
        ...(cell ? [element("span", { class: "at cell" }, word("cell"), cell.join(", "))] : []),
      );
      document.title = `${layer} / ${channel} – Explorer`;
    },
  };
}
