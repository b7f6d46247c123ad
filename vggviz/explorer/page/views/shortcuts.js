// Keyboard shortcuts, and the list of them under "?". Single letters can be switched off (WCAG 2.1.4).

import { channelCount, offered } from "../state/manifest.js";
import { SCALES, sortOf, sortsOf } from "../state/state.js";
import { classifierText } from "./answer_words.js";
import { fillWall } from "./arrange.js";
import { byId, element } from "./elements.js";

/**
 * @import { Action, Dispatch, Manifest, State } from "../state/types.js"
 * @typedef {{manifest: Manifest, state: () => State, order: () => number[], dispatch: Dispatch,
 *   switchOf: (layer: string) => string | null}} Tools
 */

const LIST = [
  ["arrow keys", "in the grid of channels, in the map and among the layers: go on; with Shift, ten cells"],
  ["[ ]", "the layer before, the layer after"],
  ["a", "the whole network at once, or one layer"],
  ["p n", "the channel before and after in the order shown"],
  ["o", "sort the channels otherwise"],
  ["s", "brightness: each map by itself, one scale for the layer, for the network"],
  ["v", "the map over the picture, or beside it"],
  ["i", "another picture"],
  ["c", "compare with another picture, or with none"],
  ["x", "switch the channel off, or on again"],
  ["e", "how the cell’s number comes about"],
  ["w", "in the tab Change: how far the computation is, in words"],
  ["space", "with the brush in hand, on the picture: a dot; arrow keys with Shift, a line; Ctrl and z, undo"],
  ["/", "find a channel: by layer, number, family or class, or by drawing"],
  ["f", "full screen, with larger type"],
  ["Escape", "no cell"],
  ["?", "this list"],
];

/** @type {[string, string][]} */
const WORDS = [
  ["block", "a part of the network; within it the maps have one size"],
  ["conv", "a convolution, a layer that makes new maps; conv2 is the second of its block"],
  ["pool", "a layer that keeps the largest of each few cells, so that the maps become smaller"],
  ["channel", "one of the maps that a layer makes, by its number"],
  ["cell", "one number of a map, by its row and column, which count from 0"],
  ["kernel", "the weights of a channel, which lie over a few cells of the layer before: each is multiplied, and all are added"],
  ["bias", "a number that is added to such a sum"],
  ["ReLU", "what is below zero is made zero"],
  ["score", "what the network adds up for a class; the highest is its answer"],
  ["gradient", "how much a number, such as a score, would change if a pixel, or a cell, changed a little"],
  ["class", "a kind of thing that the network can name"],
  ["family", "channels that answer to patterns of one kind, such as curves"],
  ["strength", "the largest number of a channel’s map on this picture"],
  ["weight", "a number that another is multiplied by; the network has learnt it"],
  ["silent", "zero everywhere on this picture; such tiles are hatched"],
];

const BY_TOUCH =
  "With a finger: a tap chooses the place, on the photograph or on the map; a finger that holds shows what lies under it " +
  "enlarged, and chooses where it is lifted; a double tap enlarges the picture, and a tap a drawing; a swipe over the layers goes to the next one. With a mouse, a double click enlarges.";

/**
 * @param {HTMLDialogElement} dialog
 * @param {Tools} tools
 */
export function createShortcuts(dialog, tools) {
  const on = element("input", { type: "checkbox", id: "letters", checked: true });
  dialog.append(...listed(on, tools.manifest));
  byId("help").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => isBeside(event, dialog) && dialog.close());
  window.addEventListener("popstate", () => dialog.close()); // Back shows another view, which it would cover
  document.addEventListener("keydown", (event) => {
    if (!isShortcut(event) || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key !== "Escape" && !on.checked) return;
    if (event.key === "?") dialog.showModal();
    else if (event.key === "f") fillWall();
    else if (event.key === "/") byId("find").click();
    else if (!dispatched(event.key, tools)) return;
    event.preventDefault();
  });
}

/** Whether the dimmed margin was clicked. @type {(event: MouseEvent, dialog: HTMLDialogElement) => boolean} */
function isBeside({ target, clientX, clientY }, dialog) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}

/** @type {(on: HTMLInputElement, manifest: Manifest) => Node[]} */
function listed(on, manifest) {
  const entries = LIST.flatMap(([keys, what]) => [
    element("dt", {}, ...keys.split(keys.includes("arrow") ? "\n" : " ").map((key) => element("kbd", {}, key))),
    element("dd", {}, what),
  ]);
  return [
    element("form", { method: "dialog", class: "close" }, element("button", { class: "plain", "aria-label": "Close help" }, "×")),
    element("h2", { id: "keys-title", tabindex: -1, autofocus: true }, "Help"),
    element("p", {}, BY_TOUCH),
    element("h3", {}, "Words"),
    element("dl", {}, ...WORDS.flatMap(([word, what]) => [element("dt", {}, word), element("dd", {}, what)])),
    element("div", { class: "by-keys" },
      element("h3", {}, "Keys"),
      element("dl", {}, ...entries),
      element("p", {}, element("label", {}, on, " Letters work as shortcuts")),
    ),
    element("h3", {}, "What this is computed from"),
    element("p", { id: "provenance", class: "quiet" }, networkWords(manifest)),
    element("p", { id: "classifier", class: "quiet" }, classifierText(manifest.answer)),
  ];
}

/** @param {Manifest} manifest */
function networkWords(manifest) {
  const count = channelCount(manifest).toLocaleString("en");
  return `${manifest.layers.length} layers, ${count} channels of convolutions. ${manifest.provenance}`;
}

/**
 * Whether no other part of the page has used the key, and no field takes it as text.
 * @type {(event: KeyboardEvent) => boolean}
 */
function isShortcut(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return false;
  return !(event.target instanceof Element && event.target.closest("input, select, textarea"));
}

/** @type {(key: string, tools: Tools) => boolean} */
function dispatched(key, tools) {
  const action = actionOf(key, tools);
  if (action) tools.dispatch(action);
  return action !== null;
}

/** @type {(key: string, tools: Tools) => Action | null} */
function actionOf(key, { manifest, state, order, switchOf }) {
  const { layer, channel, cell, sort, scale, over, picture, compare, view } = state();
  const layers = manifest.layers.map(({ name }) => name);
  const ids = offered(manifest).map(({ id }) => id);
  switch (key) {
    case "[": return { type: "layer", value: neighbour(layers, layer, -1) };
    case "]": return { type: "layer", value: neighbour(layers, layer, 1) };
    case "p": return { type: "channel", value: neighbour(order(), channel, -1) };
    case "n": return { type: "channel", value: neighbour(order(), channel, 1) };
    case "o": return { type: "sort", value: after(sortsOf({ cell }), sortOf({ sort, cell })) };
    case "s": return { type: "scale", value: after(SCALES, scale) };
    case "a": return { type: "view", value: view === "network" ? "channels" : "network" };
    case "e": return { type: "view", value: "cell" };
    case "v": return { type: "over", value: !over };
    case "i": return { type: "picture", value: after(ids, picture) };
    case "c": return { type: "compare", value: after([null, ...ids.filter((id) => id !== picture)], compare) };
    case "x": return switchAction(switchOf(layer), channel);
    case "Escape": return { type: "cell", value: null };
    default: return null;
  }
}

/** @type {(layer: string | null, channel: number) => Action | null} */
const switchAction = (layer, channel) => layer === null ? null : { type: "switch", layer, channel };

/** The next one; after the last, the first. @type {<T>(list: readonly T[], value: T) => T} */
const after = (list, value) => list[(list.indexOf(value) + 1) % list.length];

/** The one before or after; at an end, that end. @type {<T>(list: readonly T[], value: T, step: number) => T} */
const neighbour = (list, value, step) => list[Math.min(Math.max(list.indexOf(value) + step, 0), list.length - 1)];
