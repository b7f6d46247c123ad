// Rows of a sum: a name, a bar, and the number at the right, in view on every screen.

import { formatted } from "../arithmetic/number_format.js";
import { button, element } from "./elements.js";

/**
 * @typedef {{name: string, value: number, text?: string, most?: number, step?: (() => void) | null, title?: string,
 *   more?: () => HTMLElement[], open?: boolean, kind?: string}} Row   `text`, the value as it is written; `most` is the value of a full bar, 0 of none; `step` goes to where the number comes
 *   from; `more` makes what is shown when the row is opened
 */

/** @type {(row: Row) => HTMLElement} */
export function sumRow({ name, value, text = formatted(value), most = 0, step = null, title = "", more, open = false, kind = "" }) {
  const label = step ? button({ class: "step", title, onclick: step }, name, " ›") : element("span", { class: "name" }, name);
  const row = element("li", { class: `row ${kind}` }, label, most > 0 ? bar(value, most) : element("span"), element("output", {}, text));
  if (more) row.append(...opener(name, more, open));
  return row;
}

/** From the middle to the right, or to the left if it is negative. @type {(value: number, most: number) => HTMLElement} */
function bar(value, most) {
  const made = element("span", { class: `signed ${value < 0 ? "below" : "above"}`, "aria-hidden": "true" });
  made.style.setProperty("--share", String(Math.min(Math.abs(value) / most, 1)));
  return made;
}

/** @type {(name: string, more: () => HTMLElement[], open: boolean) => HTMLElement[]} */
function opener(name, more, open) {
  const details = element("div", { class: "more", hidden: !open }, ...(open ? more() : []));
  const label = `The numbers of ${name}`;
  const toggle = button({ class: "plain toggle", "aria-expanded": String(open), "aria-label": label, title: label });
  toggle.addEventListener("click", () => {
    if (!details.childElementCount) details.append(...more());
    details.hidden = !details.hidden;
    toggle.setAttribute("aria-expanded", String(!details.hidden));
  });
  return [toggle, details];
}
