// The five classes of the highest scores as bars, with those before channels were switched off behind them. Where the
// probabilities are calibrated a bar is as long as its own, as on the front page; else as its score, beside the longest.

import { percent, scoreText } from "./answer_words.js";
import { button, element } from "./elements.js";

/**
 * @import { Finding } from "../answer/finding.js"
 * @import { Dispatch } from "../state/types.js"
 */

const CLASSES = 5;

/** What a full bar stands for. @param {boolean} calibrated */
export const barsText = (calibrated) => `A full bar: ${calibrated ? "100 %" : "the highest score"}`;

/**
 * What a class's bar, and that of before, is of a full bar.
 * @param {Finding} finding
 * @param {number} k the class
 * @returns {{now: number, before: number | null}} 0 to 1
 */
export function shares({ classifier: { calibrated }, before, now }, k) {
  const full = calibrated ? 1 : Math.max(before.scores[before.order[0]], now.scores[now.order[0]], Number.MIN_VALUE);
  /** @param {Finding["now"]} answer */
  const of = ({ probabilities, scores }) => Math.max(0, Math.min((calibrated ? probabilities : scores)[k] / full, 1));
  return { now: of(now), before: before === now ? null : of(before) };
}

/** @param {Dispatch} dispatch */
export function createBars(dispatch) {
  const list = element("ol", { class: "answers" });
  return {
    element: list,
    /** @type {(finding: Finding, where: string | null) => void} */
    show(finding, where) {
      const rows = finding.now.order.slice(0, CLASSES).map((k) => row(finding, k, where, dispatch));
      const held = focusedRow(list);
      list.replaceChildren(...rows);
      if (held >= 0) rows[held]?.querySelector("button")?.focus();
    },
  };
}

/** Which row has the focus, -1 for none. @param {HTMLElement} list */
function focusedRow(list) {
  return [...list.children].findIndex((each) => each.contains(document.activeElement));
}

/** @type {(finding: Finding, k: number, where: string | null, dispatch: Dispatch) => HTMLElement} */
function row(finding, k, where, dispatch) {
  const { classifier, before, now } = finding;
  const isShown = classifier.ids[k] === where;
  const choose = () => dispatch({ type: "where", value: isShown ? null : classifier.ids[k] });
  const name = button({ class: "class", "aria-pressed": String(isShown), onclick: choose }, classifier.labels[k]);
  name.title = `Show where ${classifier.labels[k]} is seen`;
  const share = classifier.calibrated ? [element("span", { class: "share" }, percent(now.probabilities[k]))] : [];
  const old = before === now ? null : before.scores[k];
  const told = old === null ? [] : [element("span", { class: "unseen" }, `, before ${scoreText(old)}`)];
  const score = element("span", { class: "score" }, scoreText(now.scores[k]), ...told);
  return element("li", {}, name, bar(shares(finding, k)), score, ...share);
}

/** @type {(shares: {now: number, before: number | null}) => HTMLElement} */
function bar({ now, before }) {
  const made = element("span", { class: "score-bar", "aria-hidden": "true" });
  if (before !== null) made.append(part("ghost", before));
  made.append(part("now", now));
  return made;
}

/** @type {(name: string, share: number) => HTMLElement} */
function part(name, share) {
  const made = element("span", { class: name });
  made.style.width = `${100 * share}%`;
  return made;
}
