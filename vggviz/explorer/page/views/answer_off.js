// The channels that are switched off, as chips that switch them on again.

import { button, element } from "./elements.js";

/**
 * @import { Dispatch, Shown } from "../state/types.js"
 */

/**
 * @param {HTMLElement} root
 * @param {{dispatch: Dispatch}} tools
 */
export function createOff(root, { dispatch }) {
  root.classList.add("chips");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Channels that are switched off");
  let key = "";
  return {
    /** @param {Shown} shown */
    show({ state: { off } }) {
      if (key === JSON.stringify(off)) return;
      key = JSON.stringify(off);
      const layers = Object.keys(off);
      root.hidden = layers.length === 0;
      const parts = layers.flatMap((layer) => [
        element("span", { class: "chip-layer" }, layer),
        ...off[layer].map((channel) => chip(layer, channel, dispatch)),
      ]);
      const undo = button({ class: "undo", onclick: () => dispatch({ type: "off", value: {} }) }, "undo all");
      root.replaceChildren(element("span", {}, "off:"), ...parts, undo);
    },
  };
}

/** @type {(layer: string, channel: number, dispatch: Dispatch) => HTMLElement} */
function chip(layer, channel, dispatch) {
  const label = `Switch channel ${channel} of ${layer} on again`;
  const again = () => dispatch({ type: "switch", layer, channel });
  const made = button({ class: "chip", "aria-label": label, title: label, onclick: again }, `${channel} ×`);
  return made;
}
