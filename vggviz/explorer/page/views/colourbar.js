// What the colours stand for.

import { paint, ticks } from "../arithmetic/colours.js";
import { draw, element } from "./elements.js";

/** @import { Colours } from "../arithmetic/colours.js" */

/**
 * @param {HTMLElement} root
 * @param {Colours} colours
 * @returns {(shown: {limit: number, signed: boolean}) => void}
 */
export function createColourbar(root, colours) {
  const canvas = element("canvas");
  root.replaceChildren(canvas);
  return ({ limit, signed }) => {
    const values = Float32Array.from({ length: 256 }, (_, i) => (signed ? (i / 127.5 - 1) * limit : (i / 255) * limit));
    draw(canvas, paint(values, { limit, signed, colours }), 1, 256);
    const marks = ticks(limit, signed).map(({ at, text }) => {
      const mark = element("span", {}, text);
      mark.style.left = `${100 * at}%`;
      return mark;
    });
    root.replaceChildren(canvas, ...marks);
  };
}
