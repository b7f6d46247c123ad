// Which image, which other one beside it, which order and scale.

import { SORTS, SCALES } from "../state/state.js";
import { button, copy, element } from "./elements.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Dispatch, Image, Manifest, State } from "../state/types.js"
 * @typedef {{manifest: Manifest, data: Data, dispatch: Dispatch}} Tools
 */

/**
 * @param {HTMLElement} root
 * @param {Tools} tools
 * @returns {(state: State) => void}
 */
export function createControls(root, tools) {
  const images = element("div", { class: "pictures", role: "group", "aria-label": "Picture" });
  const order = select("sort", SORTS, tools);
  const scale = select("scale", SCALES, tools);
  const compare = select("compare", [], tools);
  const over = overButton(tools);
  root.replaceChildren(
    images,
    element("label", {}, "Compare with", compare),
    element("label", {}, "Order", order),
    element("label", {}, "Colours up to the largest of the", scale),
    over,
  );
  const list = lister(images, compare, tools);
  return (state) => {
    list();
    for (const each of images.querySelectorAll("button")) setPressed(each, each.dataset.picture === state.picture);
    order.value = state.sort;
    scale.value = state.scale;
    compare.value = state.compare ?? "";
    setPressed(over, state.over);
    for (const option of compare.options) option.disabled = option.value === state.picture;
  };
}

/** @type {(type: "sort" | "scale" | "compare", values: readonly string[], tools: Tools) => HTMLSelectElement} */
function select(type, values, { dispatch }) {
  const made = element("select", {
    id: type,
    onchange: () => dispatch(/** @type {any} */ ({ type, value: made.value || null })),
  });
  made.append(...values.map((value) => element("option", { value }, value)));
  return made;
}

/** @type {(tools: Tools) => HTMLButtonElement} */
function overButton({ dispatch }) {
  const made = button({ id: "over" }, "Map over picture");
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
    const { pictures } = tools.manifest;
    const key = pictures.map(({ id, title }) => `${id} ${title}`).join();
    if (key === listed) return;
    listed = key;
    images.replaceChildren(...pictures.map((image) => thumbnail(image, tools)));
    const options = pictures.map(({ id, title }) => element("option", { value: id }, title));
    compare.replaceChildren(element("option", { value: "" }, "nothing"), ...options);
  };
}

/** @type {(image: Image, tools: Tools) => HTMLElement} */
function thumbnail({ id, title }, { data, dispatch }) {
  const canvas = element("canvas", { "aria-hidden": "true", width: 56, height: 56 });
  const paint = () => data.photograph(id).then((bitmap) => copy(canvas, bitmap), () => {});
  // Painted when the page is idle, after the image that is shown.
  (window.requestIdleCallback ?? setTimeout)(paint);
  const choose = () => dispatch({ type: "picture", value: id });
  return button({ "data-picture": id, "aria-label": title, title, onclick: choose }, canvas);
}

/** @type {(button: HTMLElement, pressed: boolean) => void} */
const setPressed = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));
