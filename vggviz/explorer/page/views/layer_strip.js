// The layers in the order they run; the arrow keys go from one to the next.

import { button, element } from "./elements.js";
import { next } from "./grid_keys.js";

/** @import { Dispatch, Manifest, State } from "../state/types.js" */

/**
 * @param {HTMLElement} root
 * @param {Manifest} manifest
 * @param {Dispatch} dispatch
 * @returns {(state: State) => void}
 */
export function createLayerStrip(root, manifest, dispatch) {
  const buttons = manifest.layers.map(({ name, kind, channels, rows, columns }) =>
    button(
      { class: kind, title: kind, onclick: () => dispatch({ type: "layer", value: name }) },
      name,
      element("small", {}, `${channels} × ${rows} × ${columns}`),
    ),
  );
  root.replaceChildren(...buttons);
  root.addEventListener("keydown", (event) => moveFocus(event, buttons));
  /** @type {string | null} */
  let shown = null;
  return ({ layer }) => {
    if (layer === shown) return;
    shown = layer;
    buttons.forEach((each, i) => mark(each, manifest.layers[i].name === layer, root));
  };
}

/** @type {(event: KeyboardEvent, buttons: HTMLElement[]) => void} */
function moveFocus(event, buttons) {
  const from = buttons.findIndex((each) => each === document.activeElement);
  const to = from < 0 ? from : next(event.key, from, buttons.length, buttons.length);
  if (to === from) return;
  event.preventDefault();
  buttons[to].focus();
}

/** @type {(button: HTMLElement, chosen: boolean, root: HTMLElement) => void} */
function mark(button, chosen, root) {
  button.setAttribute("aria-current", String(chosen));
  button.tabIndex = chosen ? 0 : -1;
  // Only the strip moves, not the page.
  if (chosen) root.scrollLeft = button.offsetLeft - root.offsetLeft - (root.clientWidth - button.offsetWidth) / 2;
}
