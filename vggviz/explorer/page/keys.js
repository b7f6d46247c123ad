// Shortcuts, and the list of them under "?". Single letters can be switched off (WCAG 2.1.4).

import { element } from "./elements.js";
import { ORDERS, SCALES } from "./state.js";

const LIST = [
  ["arrow keys", "in the grid of channels, in the map and among the layers: go on; with Shift, ten cells"],
  ["[ ]", "the layer before, the layer after"],
  ["p n", "the channel before and after in the order shown"],
  ["o", "another order"],
  ["s", "another scale of colours"],
  ["v", "the map over the picture, or beside it"],
  ["i", "another picture"],
  ["c", "compare with another picture, or with none"],
  ["e", "the arithmetic of the cell"],
  ["Escape", "no cell"],
  ["?", "this list"],
];

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} button that opens it
 * @param {{manifest: object, state: () => object, order: () => number[], dispatch: (action: object) => void,
 *   explain: () => void}} tools
 */
export function createKeys(dialog, button, { manifest, state, order, dispatch, explain }) {
  const on = element("input", { type: "checkbox", id: "letters", checked: true });
  dialog.append(
    element("h2", { id: "keys-title" }, "Keys"),
    element("dl", {}, ...LIST.flatMap(([keys, what]) => [
      element("dt", {}, ...keys.split(keys.includes("arrow") ? "\n" : " ").map((key) => element("kbd", {}, key))),
      element("dd", {}, what),
    ])),
    element("p", {}, element("label", {}, on, " Letters work as shortcuts")),
    element("form", { method: "dialog" }, element("button", {}, "Close")),
  );
  button.addEventListener("click", () => dialog.showModal());

  const turn = (list, value, step = 1) => list[(list.indexOf(value) + step + list.length) % list.length];
  const neighbour = (list, value, step) => list[Math.min(Math.max(list.indexOf(value) + step, 0), list.length - 1)];
  const layers = manifest.layers.map(({ name }) => name);
  const ids = () => manifest.pictures.map(({ id }) => id);
  const actions = {
    "[": () => ({ type: "layer", value: neighbour(layers, state().layer, -1) }),
    "]": () => ({ type: "layer", value: neighbour(layers, state().layer, 1) }),
    p: () => ({ type: "channel", value: neighbour(order(), state().channel, -1) }),
    n: () => ({ type: "channel", value: neighbour(order(), state().channel, 1) }),
    o: () => ({ type: "order", value: turn(ORDERS, state().order) }),
    s: () => ({ type: "scale", value: turn(SCALES, state().scale) }),
    v: () => ({ type: "over", value: !state().over }),
    i: () => ({ type: "picture", value: turn(ids(), state().picture) }),
    c: () => ({ type: "compare", value: turn([null, ...ids().filter((id) => id !== state().picture)], state().compare) }),
    Escape: () => ({ type: "cell", value: null }),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || dialog.open) return;
    if (event.target.closest?.("input, select, textarea")) return;
    if (event.key !== "Escape" && !on.checked) return;
    if (event.key === "?") dialog.showModal();
    else if (event.key === "e") explain();
    else if (Object.hasOwn(actions, event.key)) dispatch(actions[event.key]());
    else return;
    event.preventDefault();
  });
}
