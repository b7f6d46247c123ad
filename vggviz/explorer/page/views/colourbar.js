// What the colours stand for.

import { paint, ticks } from "../arithmetic/colours.js";
import { draw, element } from "./elements.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Scale, Shown } from "../state/types.js"
 */

/** What stands at the bar's end. @type {Record<Scale, string>} */
const END_WORDS = {
  channel: "this channel’s largest",
  layer: "this layer’s largest",
  network: "the network’s largest",
};

/**
 * @param {HTMLElement} root
 * @param {Colours} colours
 * @returns {(shown: Shown, limit: number) => void}
 */
export function createColourbar(root, colours) {
  const canvas = element("canvas");
  root.replaceChildren(canvas);
  const end = element("small");
  return (shown, limit) => {
    const { signed } = shown.layer;
    const values = Float32Array.from({ length: 256 }, (_, i) => (signed ? (i / 127.5 - 1) * limit : (i / 255) * limit));
    draw(canvas, paint(values, { limit, signed, colours }), 1, 256);
    const marks = ticks(limit, signed).map(({ at, text }) => {
      const mark = element("span", {}, text);
      mark.style.left = `${100 * at}%`;
      return mark;
    });
    end.textContent = limit > 0 ? endText(shown) : "";
    root.replaceChildren(canvas, ...marks, end);
  };
}

/**
 * Two pictures, and a picture before and after a change, have one scale.
 * @type {(shown: Pick<Shown, "state" | "layer" | "images" | "beside">) => string}
 */
export function endText({ state, layer, images, beside }) {
  const parts = [END_WORDS[state.scale]];
  if (images.length > 1) parts.push("of both");
  if (beside) parts.push("before or now");
  if (layer.signed) parts.push("+ or −");
  return parts.join(", ");
}
