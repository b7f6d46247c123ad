// All layers at once, drawn to scale: as high as their maps are large, as wide as they have channels.

import { blocksOf } from "../state/blocks.js";
import { button, element } from "./elements.js";
import { next } from "./grid_keys.js";
import { listenForSwipe } from "./swipe.js";

/**
 * @import { Block } from "../state/blocks.js"
 * @import { Dispatch, Layer, Manifest, State } from "../state/types.js"
 * @typedef {{layer: Layer, button: HTMLElement, mini: HTMLElement}} Entry   `mini`, its drawing in the block's tab
 * @typedef {{root: HTMLElement, tab: HTMLElement, entries: Entry[]}} BlockEntry
 */

/**
 * @param {HTMLElement} root
 * @param {{manifest: Manifest, dispatch: Dispatch}} tools
 * @returns {{show: (state: State) => void}}
 */
export function createLayerRail(root, { manifest, dispatch }) {
  const scale = scaleOf(manifest.layers);
  let [shown, isWhole] = ["", false];
  /** @param {string} layer */
  const go = (layer) => dispatch(isWhole ? { type: "go", value: { layer, view: "channels" } } : { type: "layer", value: layer });
  const blocks = blocksOf(manifest.layers).map((block) => blockEntry(block, scale, go));
  const entries = blocks.flatMap((block) => block.entries);
  const toggle = () => dispatch({ type: "view", value: isWhole ? "channels" : "network" });
  const whole = button({ id: "whole", title: "The whole network at once", onclick: toggle }, "all");
  root.replaceChildren(whole, ...blocks.map((block) => block.root));
  root.addEventListener("keydown", (event) => moveFocus(event, entries));
  listenForSwipe(root, (by) => {
    const beside = entries[entries.findIndex(({ layer }) => layer.name === shown) + by];
    if (beside) go(beside.layer.name);
  });
  root.addEventListener("pointerover", (event) => markFeeding(event, entries));
  root.addEventListener("pointerleave", () => entries.forEach((each) => each.button.classList.remove("feeds")));
  return {
    show({ layer, view }) {
      isWhole = view === "network";
      whole.setAttribute("aria-pressed", String(isWhole));
      if (layer === shown) return;
      shown = layer;
      blocks.forEach((block) => markBlock(block, layer));
    },
  };
}

/** @type {(layers: Layer[]) => (layer: Layer) => {wide: number, high: number}} shares of the largest */
function scaleOf(layers) {
  const most = Math.max(...layers.map(({ channels }) => channels));
  const highest = Math.log2(Math.max(...layers.map(({ rows }) => rows)) + 1);
  return ({ channels, rows }) => ({ wide: channels / most, high: Math.log2(rows + 1) / highest });
}

/** @type {(block: Block, scale: ReturnType<typeof scaleOf>, go: (layer: string) => void) => BlockEntry} */
function blockEntry({ name, layers }, scale, go) {
  const entries = layers.map(({ layer, label }) => {
    const words = `${layer.name}: ${layer.channels} channels of ${layer.rows} × ${layer.columns} cells`;
    const attributes = { class: `layer ${layer.kind}`, title: words, "aria-label": words, "data-layer": layer.name, onclick: () => go(layer.name) };
    return { layer, button: button(attributes, element("span", {}, label), bar(scale(layer))), mini: bar(scale(layer)) };
  });
  const last = (layers.findLast(({ layer }) => layer.kind === "convolution") ?? layers[0]).layer;
  const tab = button(
    { class: "block-tab", "aria-label": name, title: name, onclick: () => go(last.name) },
    element("span", { class: "bars" }, ...entries.map(({ mini }) => mini)),
    element("span", { class: "name" }, name),
  );
  const root = element("div", { class: "block", role: "group", "aria-label": name, "data-name": name }, tab, ...entries.map((each) => each.button));
  root.style.setProperty("--count", String(layers.length));
  tab.style.setProperty("--count", String(layers.length));
  return { root, tab, entries };
}

/** @type {(size: {wide: number, high: number}) => HTMLElement} */
function bar({ wide, high }) {
  const made = element("span", { class: "bar", "aria-hidden": "true" });
  made.style.setProperty("--wide", wide.toFixed(3));
  made.style.setProperty("--high", high.toFixed(3));
  return made;
}

/** @type {(block: BlockEntry, chosen: string) => void} */
function markBlock({ root, tab, entries }, chosen) {
  const holds = entries.some(({ layer }) => layer.name === chosen);
  for (const each of [root, tab]) each.classList.toggle("current", holds);
  tab.setAttribute("aria-pressed", String(holds));
  for (const { layer, button, mini } of entries) {
    const current = layer.name === chosen;
    button.setAttribute("aria-current", String(current));
    button.tabIndex = current ? 0 : -1;
    mini.classList.toggle("here", current);
  }
}

/** @type {(event: KeyboardEvent, entries: Entry[]) => void} */
function moveFocus(event, entries) {
  const seen = entries.filter(({ button }) => button.offsetParent);
  const from = seen.findIndex(({ button }) => button === document.activeElement);
  const keys = { Home: "Control+Home", End: "Control+End" };
  const key = Object.hasOwn(keys, event.key) ? keys[/** @type {"Home" | "End"} */ (event.key)] : event.key;
  const to = from < 0 ? from : next(key, from, 1, seen.length);
  if (to === from) return;
  event.preventDefault();
  seen[to].button.focus();
}

/** Mark the layer that the one under the mouse reads. @type {(event: Event, entries: Entry[]) => void} */
function markFeeding({ target }, entries) {
  const over = entries.find(({ button }) => target instanceof Node && button.contains(target));
  for (const { layer, button } of entries) button.classList.toggle("feeds", over?.layer.reads === layer.name);
}
