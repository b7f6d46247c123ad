// Which picture, which other one beside it, which order and scale.

import { copy, element } from "./elements.js";
import { ORDERS, SCALES } from "./state.js";

/**
 * @param {HTMLElement} root
 * @param {{manifest: object, data: object, dispatch: (action: object) => void}} tools
 */
export function createControls(root, { manifest, data, dispatch }) {
  const pictures = element("div", { class: "pictures", role: "group", "aria-label": "Picture" });
  const select = (type, name, options) => {
    const made = element("select", { id: type, onchange: () => dispatch({ type, value: made.value || null }) });
    made.append(...options.map(([value, text]) => element("option", { value }, text)));
    return [made, element("label", {}, name, made)];
  };
  const [order, orderLabel] = select("order", "Order", ORDERS.map((each) => [each, each]));
  const [scale, scaleLabel] = select("scale", "Colours up to the largest of the", SCALES.map((each) => [each, each]));
  const [compare, compareLabel] = select("compare", "Compare with", []);
  const over = element("button", { type: "button", id: "over" }, "Map over picture");
  over.addEventListener("click", () => dispatch({ type: "over", value: over.getAttribute("aria-pressed") !== "true" }));
  root.replaceChildren(pictures, compareLabel, orderLabel, scaleLabel, over);
  let listed = "";

  const list = () => {
    const key = manifest.pictures.map(({ id, title }) => `${id} ${title}`).join();
    if (key === listed) return;
    listed = key;
    pictures.replaceChildren(...manifest.pictures.map(thumbnail));
    compare.replaceChildren(
      element("option", { value: "" }, "nothing"),
      ...manifest.pictures.map(({ id, title }) => element("option", { value: id }, title)),
    );
  };

  const thumbnail = ({ id, title }) => {
    const canvas = element("canvas", { "aria-hidden": "true", width: 56, height: 56 });
    // A small view waits its turn: the one that is looked at comes first.
    const paint = () => data.photograph(id).then((bitmap) => copy(canvas, bitmap), () => {});
    (window.requestIdleCallback ?? setTimeout)(paint);
    const choose = () => dispatch({ type: "picture", value: id });
    return element("button", { type: "button", "data-picture": id, "aria-label": title, title, onclick: choose }, canvas);
  };

  return (state) => {
    list();
    for (const button of pictures.children) {
      button.setAttribute("aria-pressed", String(button.dataset.picture === state.picture));
    }
    order.value = state.order;
    scale.value = state.scale;
    compare.value = state.compare ?? "";
    over.setAttribute("aria-pressed", String(state.over));
    for (const option of compare.options) option.disabled = option.value === state.picture;
  };
}
