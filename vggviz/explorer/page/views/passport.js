// What is said of the chosen channel at once: how strong it is, and what it prefers.

import { createChannelSwitch } from "./channel_switch.js";
import { byId, button, element } from "./elements.js";
import { createPreferredClasses } from "./preferred_classes.js";

/**
 * @import { Dispatch, LoadedImage, Shown } from "../state/types.js"
 * @import { View } from "./channel_view.js"
 * @typedef {{dispatch: Dispatch, order: () => number[],
 *   switchOf: (layer: string) => string | null}} Tools   `order`, the channels as they
 *   stand in the grid; `switchOf`, the layer whose channels are switched for those of a layer
 */

/** How many channels are above it. @type {(image: LoadedImage, channel: number) => string} */
function describeRank({ statistics: { maximum }, here }, channel) {
  if (!(maximum[channel] > 0) || maximum.length < 2) return "";
  /** @type {(values: ArrayLike<number>) => number} */
  const rank = (values) => Array.from(values).filter((value) => Math.abs(value) > Math.abs(values[channel])).length + 1;
  const place = here && here[channel] !== 0 ? `, number ${rank(here)} at this place` : "";
  return `Of ${maximum.length} channels it is number ${rank(maximum)} by the largest value of its map${place}.`;
}

/**
 * @param {Tools} tools
 * @returns {{show: (shown: Shown, view: View) => void}}
 */
export function createPassport({ dispatch, order, switchOf }) {
  const title = element("h3");
  const facts = byId("facts");
  const showClasses = createPreferredClasses(byId("preferred"));
  let [channel, shown] = [0, ""];
  const walker = createWalker(order, () => channel, (to) => dispatch({ type: "channel", value: to }));
  const toggle = createChannelSwitch({ dispatch, switchOf });
  facts.before(title);
  facts.after(walker, toggle.element);
  return {
    show({ state, layer, preferred, images: [image] }, view) {
      channel = state.channel;
      toggle.show(state);
      const key = [layer.name, channel, state.cell, image.id, ...view.facts].join();
      if (key === shown) return; // the mouse has only moved
      shown = key;
      title.textContent = `${layer.name} / ${channel}`;
      const lines = [...view.facts, describeRank(image, channel)].filter(Boolean);
      facts.replaceChildren(...lines.map((line) => element("p", {}, line)));
      walker.hidden = layer.channels < 2;
      showClasses(preferred);
    },
  };
}

/**
 * Buttons to the channels before and after in the order in which they stand.
 * @type {(order: () => number[], channel: () => number, go: (channel: number) => void) => HTMLElement}
 */
function createWalker(order, channel, go) {
  /** @param {number} step */
  const walk = (step) => {
    const all = order();
    go(all[Math.min(Math.max(all.indexOf(channel()) + step, 0), all.length - 1)]);
  };
  const to = (/** @type {string} */ words, /** @type {number} */ step) => button({ onclick: () => walk(step) }, words);
  return element("div", { class: "walk" }, to("‹ previous", -1), to("next ›", 1));
}
