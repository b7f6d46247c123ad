// What is known of the chosen channel: how strong it is, and what it likes.

import { createChannelSwitch } from "./channel_switch.js";
import { byId, button, element } from "./elements.js";
import { createPreferredClasses } from "./preferred_classes.js";
import { PreferredImages } from "./preferred_images.js";

/**
 * @import { Files } from "../state/files.js"
 * @import { Dispatch, LoadedImage, Manifest, Shown } from "../state/types.js"
 * @import { View } from "./channel_view.js"
 * @typedef {{manifest: Manifest, files: Files, dispatch: Dispatch, order: () => number[],
 *   switchOf: (layer: string) => string | null, failed: (problem: Error) => void}} Tools   `order`, the channels as they
 *   stand in the grid; `switchOf`, the layer whose channels are switched for those of a layer
 */

/** How many channels are above it. @type {(image: LoadedImage, channel: number) => string} */
function describeRank({ statistics: { maximum }, here }, channel) {
  if (!(maximum[channel] > 0) || maximum.length < 2) return "";
  /** @type {(values: ArrayLike<number>) => number} */
  const rank = (values) => Array.from(values).filter((value) => Math.abs(value) > Math.abs(values[channel])).length + 1;
  const place = here && here[channel] !== 0 ? `, number ${rank(here)} at this place` : "";
  return `Of ${maximum.length} channels it is number ${rank(maximum)} by strength${place}.`;
}

/**
 * @param {Tools} tools
 * @returns {{show: (shown: Shown, view: View) => void}}
 */
export function createPassport({ manifest, files, dispatch, order, switchOf, failed }) {
  const title = element("h3");
  const facts = byId("facts");
  const showClasses = createPreferredClasses(byId("preferred"));
  const images = new PreferredImages(byId("likes"), { manifest, files, failed });
  let [channel, shown] = [0, ""];
  const walker = createWalker(order, () => channel, (to) => dispatch({ type: "channel", value: to }));
  const toggle = createChannelSwitch({ dispatch, switchOf });
  facts.before(title);
  facts.after(walker, toggle.element);
  return {
    show({ state, layer, preferred, asked, images: [image] }, view) {
      channel = state.channel;
      toggle.show(state);
      if (asked && !byId("passport").hidden) images.show(layer, channel);
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
  const [before, after] = [button({ onclick: () => walk(-1) }, "‹ before"), button({ onclick: () => walk(1) }, "next ›")];
  return element("div", { class: "walk" }, before, after);
}
