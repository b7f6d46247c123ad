// The channels that are switched off, as chips that switch them on again.

import { withBytes } from "../arithmetic/number_format.js";
import { button, element, keepingFocus } from "./elements.js";

/**
 * @import { Sources } from "../live/sources.js"
 * @import { Dispatch, Shown, State } from "../state/types.js"
 * @typedef {{dispatch: Dispatch, sources: Sources, failed: (problem: Error) => void}} Tools
 */

/**
 * @param {HTMLElement} root
 * @param {Tools} tools
 */
export function createOff(root, tools) {
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Channels that are switched off" });
  const offer = element("p", { class: "quiet" });
  root.append(chips, offer);
  let key = "";
  return {
    /** @param {Pick<Shown, "state">} shown */
    show({ state }) {
      const missing = tools.sources.missing(state);
      const next = JSON.stringify([state.off, missing?.layers, missing?.door?.bytes ?? null]);
      if (key === next) return;
      key = next;
      root.hidden = Object.keys(state.off).length === 0;
      keepingFocus(root, () => {
        chips.replaceChildren(...chipsOf(state, tools));
        offer.replaceChildren(...offerOf(missing, tools));
      });
      offer.hidden = !missing;
    },
  };
}

/** @type {(state: State, tools: Tools) => Node[]} */
function chipsOf({ off }, { dispatch }) {
  const parts = Object.keys(off).flatMap((layer) => [
    element("span", { class: "chip-layer" }, layer),
    ...off[layer].map((channel) => chip(layer, channel, dispatch)),
  ]);
  const undo = button({ class: "undo", "data-key": "undo", onclick: () => dispatch({ type: "off", value: {} }) }, "undo all");
  return [element("span", {}, "off:"), ...parts, undo];
}

/** @type {(layer: string, channel: number, dispatch: Dispatch) => HTMLElement} */
function chip(layer, channel, dispatch) {
  const label = `Switch channel ${channel} of ${layer} on again`;
  const again = () => dispatch({ type: "switch", layer, channel });
  return button({ class: "chip", "aria-label": label, title: label, onclick: again }, `${channel} ×`);
}

/** The network that is needed, to be loaded. @type {(missing: ReturnType<Sources["missing"]>, tools: Tools) => (Node | string)[]} */
function offerOf(missing, { failed }) {
  if (!missing) return [];
  const { layers, door } = missing;
  const words = `What follows ${layers.join(" and ")} must be computed anew. `;
  if (!door) return [`${words}This page cannot: the network is not part of it.`];
  const load = button({ "data-key": "load", onclick: () => door.open().catch(failed) }, withBytes("Load the network", door.bytes));
  return [words, load];
}
