// What lies under a finger, enlarged above it, with its value.

import { contextOf, element } from "./elements.js";

/** @import { Pair } from "../state/types.js" */

/** Cells across, and of pixels of a photograph across. */
export const CELLS = 9;
const SIDE = 144;

export class Loupe {
  #canvas = element("canvas", { width: SIDE, height: SIDE });
  #words = element("p");
  #root = element("div", { class: "loupe", hidden: true, "aria-hidden": "true" }, this.#canvas, this.#words);

  constructor() {
    document.body.append(this.#root);
  }

  /**
   * @param {{source: HTMLCanvasElement, centre: Pair, across: number, at: {x: number, y: number}, words: string}} view
   *   `centre` and `across` in the source's pixels, `at` on the screen
   */
  show({ source, centre, across, at, words }) {
    const context = contextOf(this.#canvas);
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, SIDE, SIDE);
    const [top, left] = [centre[0] + 0.5 - across / 2, centre[1] + 0.5 - across / 2];
    context.drawImage(source, left, top, across, across, 0, 0, SIDE, SIDE);
    const one = SIDE / across;
    Object.assign(context, { strokeStyle: "#ff3ea5", lineWidth: 2 });
    context.strokeRect((SIDE - one) / 2, (SIDE - one) / 2, one, one);
    this.#words.textContent = words;
    this.#root.style.left = `${Math.min(Math.max(at.x, SIDE / 2 + 4), innerWidth - SIDE / 2 - 4)}px`;
    this.#root.style.top = `${at.y < 2 * SIDE ? at.y + 2.2 * SIDE : at.y}px`;
    this.#root.hidden = false;
  }

  hide() {
    this.#root.hidden = true;
  }
}
