// The five classes of the highest scores as bars, with the scores before channels were switched off behind them.

import { percent, scoreText } from "./answer_words.js";
import { button, element } from "./elements.js";

/**
 * @import { Finding } from "../answer/finding.js"
 * @import { Dispatch } from "../state/types.js"
 */

const CLASSES = 5;

/** The longest bar's score. @type {(finding: Finding) => number} */
function longest({ before, now }) {
  return Math.max(before.scores[before.order[0]], now.scores[now.order[0]], Number.MIN_VALUE);
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
  return element("li", {}, name, bar(now.scores[k], old, longest(finding)), score, ...share);
}

/** @type {(score: number, old: number | null, whole: number) => HTMLElement} */
function bar(score, old, whole) {
  const made = element("span", { class: "score-bar", "aria-hidden": "true" });
  if (old !== null) made.append(part("ghost", old, whole));
  made.append(part("now", score, whole));
  return made;
}

/** @type {(name: string, score: number, whole: number) => HTMLElement} */
function part(name, score, whole) {
  const made = element("span", { class: name });
  made.style.width = `${Math.max(0, Math.min((100 * score) / whole, 100))}%`;
  return made;
}
