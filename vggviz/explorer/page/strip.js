// The layers in the order they run; the arrow keys go from one to the next.

import { element } from "./elements.js";
import { next } from "./grid.js";

/**
 * @param {HTMLElement} root
 * @param {import("./manifest.js").Manifest} manifest
 * @param {(action: object) => void} dispatch
 */
export function createStrip(root, manifest, dispatch) {
  const buttons = manifest.layers.map(({ name, kind, channels, rows, columns }) =>
    element(
      "button",
      { type: "button", class: kind, title: kind, onclick: () => dispatch({ type: "layer", value: name }) },
      name,
      element("small", {}, `${channels} × ${rows} × ${columns}`),
    ),
  );
  root.replaceChildren(...buttons);
  root.addEventListener("keydown", (event) => {
    const from = buttons.indexOf(document.activeElement);
    const to = from < 0 ? from : next(event.key, from, buttons.length, buttons.length);
    if (to === from) return;
    event.preventDefault();
    buttons[to].focus();
  });
  let shown = null;

  return ({ layer }) => {
    if (layer === shown) return;
    shown = layer;
    buttons.forEach((button, place) => {
      const chosen = manifest.layers[place].name === layer;
      button.setAttribute("aria-current", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      // Only the strip moves, not the page.
      if (chosen) root.scrollLeft = button.offsetLeft - root.offsetLeft - (root.clientWidth - button.offsetWidth) / 2;
    });
  };
}
