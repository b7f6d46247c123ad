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
      const parts = { app: "Explorer", layer, channel: `channel ${channel}`, cell: cell ? `cell ${cell.join(", ")}` : "" };
      const said = Object.entries(parts).filter(([, text]) => text);
      root.replaceChildren(...said.map(([part, text]) => element("span", { class: `at-${part}` }, text)));
      document.title = `${layer} / ${channel} – Explorer`;
    },
  };
}
