// Which image, which other one beside it, and how bright its maps are drawn.

import { offered } from "../state/manifest.js";
import { SCALES } from "../state/state.js";
import { button, copy, element } from "./elements.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Dispatch, Image, Manifest, Scale, State } from "../state/types.js"
 * @typedef {{manifest: Manifest, data: Data, dispatch: Dispatch}} Tools
 */

/** @type {Record<Scale, string>} */
const SCALE_WORDS = {
  channel: "each map by itself",
  layer: "one scale for the layer",
  network: "one scale for the network",
};

/**
 * @param {{pictures: HTMLElement, controls: HTMLElement}} roots
 * @param {Tools} tools
 * @returns {{show: (state: State) => void}}
 */
export function createControls({ pictures, controls }, tools) {
  const scale = select("scale", tools);
  scale.append(...SCALES.map((value) => element("option", { value }, SCALE_WORDS[value])));
  const compare = select("compare", tools);
  const over = overButton(tools);
  controls.append(element("label", {}, "Brightness", scale), element("label", {}, "Compare with", compare), over);
  const list = lister(pictures, compare, tools);
  return {
    show(state) {
      list();
      for (const each of pictures.querySelectorAll("button")) setPressed(each, each.dataset.picture === state.picture);
      scale.value = state.scale;
      compare.value = state.compare ?? "";
      setPressed(over, state.over);
      for (const option of compare.options) option.disabled = option.value === state.picture;
    },
  };
}

/**
 * A list that sets a part of the state; an empty value is null.
 * @param {"scale" | "compare" | "sort"} type
 * @param {{dispatch: Dispatch}} tools
 * @returns {HTMLSelectElement}
 */
export function select(type, { dispatch }) {
  const made = element("select", {
    id: type,
    onchange: () => dispatch(/** @type {any} */ ({ type, value: made.value || null })),
  });
  return made;
}

/** @type {(tools: Tools) => HTMLButtonElement} */
function overButton({ dispatch }) {
  const made = button({ id: "over" }, "Draw the map on the photograph");
  made.addEventListener("click", () => dispatch({ type: "over", value: made.getAttribute("aria-pressed") !== "true" }));
  return made;
}

/**
 * A function that lists the images, where they are others than before: the reader's own joins them.
 * @type {(images: HTMLElement, compare: HTMLSelectElement, tools: Tools) => () => void}
 */
function lister(images, compare, tools) {
  let listed = "";
  return () => {
    const pictures = offered(tools.manifest);
    const key = pictures.map(({ id, title }) => `${id} ${title}`).join();
    if (key === listed) return;
    listed = key;
    images.replaceChildren(...pictures.map((image) => thumbnail(image, tools)));
    const options = pictures.map(({ id, title }) => element("option", { value: id }, title));
    compare.replaceChildren(element("option", { value: "" }, "nothing"), ...options);
    /** @type {HTMLElement} */ (compare.parentElement).hidden = pictures.length < 2;
  };
}

/** @type {(image: Image, tools: Tools) => HTMLElement} */
function thumbnail({ id, title }, { data, dispatch }) {
  const canvas = element("canvas", { "aria-hidden": "true", width: 56, height: 56 });
  const paint = () => data.thumbnail(id).then((bitmap) => copy(canvas, bitmap), () => {});
  // Painted when the page is idle, after the image that is shown.
  (window.requestIdleCallback ?? setTimeout)(paint);
  const choose = () => dispatch({ type: "picture", value: id });
  return button({ "data-picture": id, "aria-label": title, title, onclick: choose }, canvas);
}

/** @type {(button: HTMLElement, pressed: boolean) => void} */
const setPressed = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));
