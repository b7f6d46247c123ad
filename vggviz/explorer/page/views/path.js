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
      const parts = ["Explorer", layer, `channel ${channel}`, ...(cell ? [`cell ${cell.join(", ")}`] : [])];
      root.replaceChildren(...parts.map((part) => element("span", {}, part)));
      document.title = `${layer} / ${channel} – Explorer`;
    },
  };
}
