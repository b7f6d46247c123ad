// Other channels, as buttons with what was drawn for them.

import { copy, button, element } from "../views/elements.js";

/**
 * @import { Dispatch } from "../state/types.js"
 * @import { Faces } from "../views/faces.js"
 * @typedef {{layer: string, channel: number, words: string, told: string}} Other   a channel, what stands under its face,
 *   and the same in whole words
 * @typedef {{faces: Faces, dispatch: Dispatch, chosen?: () => void}} Tools   `chosen` is called when one is gone to
 */

/** @type {(others: Other[], tools: Tools) => HTMLElement} */
export function facesOf(others, tools) {
  return element("ul", { class: "faces" }, ...others.map((other) => element("li", {}, faceOf(other, tools))));
}

/** @type {(other: Other, tools: Tools) => HTMLElement} */
function faceOf({ layer, channel, words, told }, { faces, dispatch, chosen }) {
  const canvas = element("canvas", { width: 1, height: 1 });
  const go = () => {
    dispatch({ type: "go", value: { layer, channel, view: "passport" } });
    chosen?.();
  };
  const label = `${layer}, channel ${channel}: ${told}`;
  const made = button({ class: "face", "aria-label": label, title: label, onclick: go }, canvas, element("b", {}, `${channel}`), element("span", {}, words));
  faces.anyCutter(layer).then((cut) => {
    const found = cut?.(channel);
    if (found) copy(canvas, found.bitmap, found.box);
    else canvas.hidden = true; // its number says enough
  }, () => (canvas.hidden = true));
  return made;
}
