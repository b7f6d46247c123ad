// What stands over the grid of channels: how it is sorted, and which face the channels have.

import { counted } from "../arithmetic/number_format.js";
import { SORTS, sortOf, sortsOf } from "../state/state.js";
import { select } from "./controls.js";
import { element } from "./elements.js";

/**
 * @import { Dispatch, Layer, Shown, Sort } from "../state/types.js"
 * @typedef {"map" | "drawn" | "crop"} Face   what a tile shows of a channel
 */

/** @type {Record<Sort, string>} */
const SORT_WORDS = { here: "strongest here", strength: "strongest", zeros: "most zeros", number: "number" };

/** @type {Record<Face, string>} */
const FACE_WORDS = { map: "maps", drawn: "drawings", crop: "crops" };

/**
 * @param {{head: HTMLElement, title: HTMLElement}} elements
 * @param {{dispatch: Dispatch, changed: () => void}} tools `changed` is called when another face is chosen
 * @returns {{show: (shown: Shown) => void, face: () => Face}}
 */
export function createGridHead({ head, title }, { dispatch, changed }) {
  const sort = select("sort", { dispatch });
  sort.append(...SORTS.map((value) => element("option", { value }, SORT_WORDS[value])));
  const face = element("select", { id: "face", onchange: changed });
  const options = Object.entries(FACE_WORDS).map(([value, words]) => element("option", { value }, words));
  face.append(...options);
  sort.setAttribute("aria-label", "Sort the channels by");
  face.setAttribute("aria-label", "Show of each channel");
  const faces = element("label", { hidden: true }, element("span", {}, "Show"), face);
  head.append(faces, element("label", {}, element("span", {}, "Sort"), sort));
  /** The faces that a layer's channels have. @param {Layer} layer */
  const list = ({ drawings, examples }) => {
    options.forEach((option, i) => (option.hidden = option.disabled = ![true, drawings, examples][i]));
    faces.hidden = !drawings && !examples;
  };
  return {
    show({ state, layer }) {
      const offered = sortsOf(state);
      for (const option of sort.options) option.hidden = option.disabled = !offered.some((each) => each === option.value);
      sort.value = sortOf(state);
      list(layer);
      title.textContent = counted(layer.channels, "channel");
    },
    face: () => (face.selectedOptions[0]?.disabled ? "map" : /** @type {Face} */ (face.value)),
  };
}
