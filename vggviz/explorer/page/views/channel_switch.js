// The switch of the chosen channel.

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
  const toggle = button({ class: "switch", role: "switch" });
  return {
    element: toggle,
    show({ layer: shown, channel, off }) {
      const layer = switchOf(shown);
      toggle.hidden = layer === null;
      if (layer === null) return;
      const isOn = !off[layer]?.includes(channel);
      toggle.textContent = isOn ? "Channel is on" : "Channel is off";
      toggle.setAttribute("aria-checked", String(isOn));
      toggle.setAttribute("aria-label", `Channel ${channel} of ${layer}`);
      toggle.title = isOn ? "Switch it off (x)" : "Switch it on again (x)";
      toggle.onclick = () => dispatch({ type: "switch", layer, channel });
    },
  };
}
