// The head of the panel: the answer in a line, as bars, how far it is ahead, and the buttons "where" and "why".

import { barsText, createBars } from "./answer_bars.js";
import { leadText, limitText, shortText, spokenText } from "./answer_words.js";
import { button, element } from "./elements.js";

/**
 * @import { Classifier, Trained } from "../answer/classifier.js"
 * @import { Finding } from "../answer/finding.js"
 * @import { Age } from "./answer_words.js"
 * @import { Dispatch } from "../state/types.js"
 * @typedef {{dispatch: Dispatch, count: number, calibrated: boolean, trained: Trained | null, parts: HTMLElement[], toggleWhy: (isOpen: boolean) => void}} Tools   `count`, of the
 *   classes; `calibrated`, whether probabilities are shown beside their scores; `trained`, where the classifier is not the
 *   network's own; `parts` come below the buttons
 */

/** What stands before the answer, in the line and over the buttons. @type {Record<Age, string>} */
const BEGINS = { now: "", before: "Before: ", stale: "Not computed yet; before: " };

export class AnswerHead {
  #root;
  #tools;
  #bars;
  #line = button({ class: "answer-line", "aria-expanded": "false" });
  #lead = element("p", { class: "lead" });
  #where = button({ class: "show-where" });
  #why = button({ class: "show-why", "aria-expanded": "false" }, "Why");
  #limit = element("p", { class: "quiet" });
  #all = element("details", { class: "all-classes" });
  #spoken = element("p", { class: "unseen", role: "status" });

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#root = root;
    this.#tools = tools;
    this.#bars = createBars(tools.dispatch);
    this.#line.addEventListener("click", () => this.#toggle(this.#line, (isOpen) => (root.dataset.open = String(isOpen))));
    this.#why.addEventListener("click", () => this.#toggle(this.#why, tools.toggleWhy));
    const buttons = element("div", { class: "tools" }, this.#where, this.#why);
    const heading = element("h2", {}, "The network says");
    if (tools.calibrated) heading.append(element("small", { "aria-hidden": "true" }, "score, how sure"));
    const first = [heading, this.#bars.element, this.#lead, buttons, ...tools.parts, this.#limit, this.#all];
    root.append(this.#line, element("div", { class: "answer-body" }, ...first), this.#spoken);
    this.#limit.textContent = limitText(tools.count, tools.trained);
    this.#all.append(element("summary", {}, `All ${tools.count}`));
    this.wait("\u00a0");
  }

  /** Say that the answer is still to come. @param {string} words */
  wait(words) {
    this.#root.dataset.waiting = "true";
    this.#root.dataset.stale = "false";
    this.#line.textContent = words;
    this.#lead.textContent = words;
    this.#spoken.textContent = words.trim();
  }

  /** @type {(finding: Finding, where: string | null, age: Age) => void} */
  show(finding, where, age) {
    delete this.#root.dataset.waiting;
    this.#bars.show(finding, where);
    this.#tell(finding, age);
    this.#list(finding.classifier);
    this.#offer(finding, where);
  }

  /** For those who see it and those who hear it. @type {(finding: Finding, age: Age) => void} */
  #tell(finding, age) {
    const { classifier, now } = finding;
    const isStale = age === "stale";
    this.#root.dataset.stale = String(isStale);
    this.#line.textContent = BEGINS[age] + shortText(classifier, now, isStale ? 1 : 2);
    const dashed = now === finding.before ? "" : "; dashed: before";
    const bars = element("span", { "aria-hidden": "true" }, `${barsText(classifier.calibrated)}${dashed}.`);
    this.#lead.replaceChildren(`${BEGINS[age]}${leadText(classifier, now)}. `, bars);
    const spoken = spokenText(finding, age);
    if (this.#spoken.textContent !== spoken) this.#spoken.textContent = spoken;
  }

  /** @type {(opener: HTMLElement, toggle: (isOpen: boolean) => void) => void} */
  #toggle(opener, toggle) {
    const isOpen = opener.getAttribute("aria-expanded") !== "true";
    opener.setAttribute("aria-expanded", String(isOpen));
    toggle(isOpen);
  }

  /** @type {(finding: Finding, where: string | null) => void} */
  #offer({ classifier, now }, where) {
    const isShown = where !== null && classifier.ids.includes(where);
    const value = isShown ? null : classifier.ids[now.order[0]];
    this.#where.textContent = isShown ? "Hide where" : "Show where";
    this.#where.onclick = () => this.#tools.dispatch({ type: "where", value });
  }

  /** The names of all classes, once. @param {Classifier} classifier */
  #list({ labels }) {
    if (this.#all.childElementCount > 1) return;
    const sorted = [...labels].sort((a, b) => a.localeCompare(b, "en")).join(", ");
    this.#all.append(element("p", { class: "quiet" }, sorted));
  }
}
