// Other channels, as buttons with what was drawn for them.

import { copy, button, element } from "../views/elements.js";

/**
 * @import { Dispatch } from "../state/types.js"
 * @import { Cutter, Faces } from "../views/faces.js"
 * @typedef {{layer: string, channel: number, words: string, told: string, shows?: string}} Other   a channel, what stands
 *   under its face, what is told beside it, and a name that is shown with it
 * @typedef {{faces: Faces, dispatch: Dispatch, chosen?: () => void}} Tools   `chosen` is called when one is gone to
 */

/** For those who do not see the face. @param {string} words */
const unseen = (words) => element("span", { class: "unseen" }, words);

/** @type {(others: Other[], tools: Tools) => HTMLElement} */
export function facesOf(others, tools) {
  /** Once for each layer: its sheet is large. @type {Map<string, Promise<Cutter | null>>} */
  const cutters = new Map();
  for (const { layer } of others) if (!cutters.has(layer)) cutters.set(layer, tools.faces.anyCutter(layer));
  const items = others.map((other) => {
    const { made, canvas } = faceOf(other, tools);
    paintFace(canvas, /** @type {Promise<Cutter | null>} */ (cutters.get(other.layer)), other.channel);
    return element("li", {}, made);
  });
  return element("ul", { class: "faces" }, ...items);
}

/** @type {(other: Other, tools: Tools) => {made: HTMLElement, canvas: HTMLCanvasElement}} */
function faceOf({ layer, channel, words, told, shows = "" }, { dispatch, chosen }) {
  const canvas = element("canvas", { width: 1, height: 1, "aria-hidden": "true" });
  const go = () => {
    dispatch({ type: "go", value: { layer, channel, view: "passport" } });
    chosen?.();
  };
  const under = [shows, words].filter(Boolean).map((text) => element("span", {}, text));
  const parts = [unseen(`${layer}, channel `), element("b", {}, `${channel}`), unseen(" "), ...under, unseen(told && `, ${told}`)];
  return { made: button({ class: "face", onclick: go }, canvas, ...parts), canvas };
}

/** Without a face its number says enough. @type {(canvas: HTMLCanvasElement, cutter: Promise<Cutter | null>, channel: number) => Promise<void>} */
async function paintFace(canvas, cutter, channel) {
  const cut = (await cutter.catch(() => null))?.(channel);
  if (cut) copy(canvas, cut.bitmap, cut.box);
  else canvas.hidden = true;
}
