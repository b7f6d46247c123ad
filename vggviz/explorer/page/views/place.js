// What is said of the chosen cell, and buttons that go one cell on, for fingers.

import { button, element } from "./elements.js";

/**
 * @import { Dispatch, Pair, Shown } from "../state/types.js"
 * @import { View } from "./channel_view.js"
 */

/** @type {[string, string, Pair][]} */
const STEPS = [["◀", "One cell left", [0, -1]], ["▲", "One cell up", [-1, 0]], ["▼", "One cell down", [1, 0]], ["▶", "One cell right", [0, 1]]];

/**
 * @param {{words: HTMLElement, pad: HTMLElement, spoken: HTMLElement}} elements `spoken` is read out by screen readers
 * @param {{dispatch: Dispatch}} tools
 * @returns {{show: (shown: Shown, view: View) => void}}
 */
export function createPlace({ words, pad, spoken }, { dispatch }) {
  pad.append(...STEPS.map(([sign, label, [rows, columns]]) =>
    button({ "aria-label": label, title: label, onclick: () => dispatch({ type: "move", rows, columns }) }, sign)));
  const touch = matchMedia("(any-pointer: coarse)");
  const byKey = followKeys();
  let told = "";
  return {
    show({ state, pointing, frozen }, { words: { value, sight }, spoken: name }) {
      words.replaceChildren(element("strong", {}, value), element("span", { class: "sight" }, ` ${sight}`));
      pad.hidden = !touch.matches || !state.cell;
      const text = [name, value, value && sight].filter(Boolean).join(" ");
      if (text === told || (!byKey() && (pointing || frozen))) return; // each move of the mouse would be sixty sentences
      // In the grid the channel itself is read out; what was said of another one is not to stay.
      const isReadOut = document.activeElement?.closest("#grid, .paint-sheet, #paint");
      if (!isReadOut || spoken.textContent === told) spoken.textContent = isReadOut ? "" : text;
      told = text;
    },
  };
}

/** Whether a key was the last thing that a reader used. @returns {() => boolean} */
function followKeys() {
  let byKey = true;
  document.addEventListener("keydown", () => { byKey = true; }, { capture: true });
  for (const type of ["pointerdown", "pointermove"]) {
    document.addEventListener(type, () => { byKey = false; }, { capture: true, passive: true });
  }
  return () => byKey;
}
