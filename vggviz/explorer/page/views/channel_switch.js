// The button that switches the chosen channel off, or on again.

import { button } from "./elements.js";

/**
 * @import { Dispatch, State } from "../state/types.js"
 * @typedef {{dispatch: Dispatch, switchOf: (layer: string) => string | null}} Tools
 */

/**
 * @param {Tools} tools
 * @returns {{element: HTMLElement, show: (state: State) => void}}
 */
export function createChannelSwitch({ dispatch, switchOf }) {
  const toggle = button({ class: "switch" });
  return {
    element: toggle,
    show({ layer: shown, channel, off }) {
      const layer = switchOf(shown);
      toggle.hidden = layer === null;
      if (layer === null) return;
      const isOn = !off[layer]?.includes(channel);
      const which = layer === shown ? channel : `${channel} of ${layer}`;
      toggle.textContent = `Switch channel ${which} ${isOn ? "off" : "on again"}`;
      toggle.title = "Or by the key x";
      toggle.onclick = () => dispatch({ type: "switch", layer, channel });
    },
  };
}
