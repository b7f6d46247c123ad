// What is said over the page: one sentence on what went wrong, or on what is under way; what is shown stays.

import { withBytes } from "../arithmetic/number_format.js";
import { button, byId } from "./elements.js";

/** Milliseconds that a sentence stays that asks for nothing. */
const READ = 8000;
let timer = 0;

/** @param {Error} problem */
export function showProblem(problem) {
  put(byId("problem"), problem.message, []);
}

export function hideProblem() {
  byId("problem").hidden = true;
}

/**
 * A sentence that is no problem; empty, and it goes.
 * @param {string} sentence
 * @param {{words: string, act: () => void}[]} [offers] buttons
 */
export function say(sentence, offers = []) {
  const root = byId("notice");
  put(root, sentence, offers);
  clearTimeout(timer);
  const hide = () => {
    root.hidden = true;
  };
  if (!offers.length) timer = window.setTimeout(hide, READ);
  else goesWith(root, hide);
}

/**
 * An offer that is not taken does not stand in the way of what the reader does instead.
 * @type {(root: HTMLElement, hide: () => void) => void}
 */
function goesWith(root, hide) {
  const sentence = root.firstChild;
  /** @param {Event} event */
  const leave = ({ target }) => {
    if (target instanceof Node && root.contains(target)) return;
    document.removeEventListener("click", leave);
    if (root.contains(sentence)) hide();
  };
  document.addEventListener("click", leave);
}

/**
 * Why exact maps do not come, once for each reason; a reader may close it.
 * @param {{words: string, door: {bytes: number, open: () => Promise<void>} | null} | null} lack null, and it goes
 */
export function showLack(lack) {
  const root = byId("lack");
  if ((root.dataset.words ?? "") === (lack?.words ?? "")) return;
  root.dataset.words = lack?.words ?? "";
  const door = lack?.door;
  const load = (/** @type {NonNullable<typeof door>} */ { bytes, open }) => (
    { words: withBytes("Load the network", bytes), act: () => open().catch(showProblem) }
  );
  put(root, lack?.words ?? "", door ? [load(door)] : []);
}

/** How far a large file is loaded; empty when it is there. @param {string} sentence */
export function showProgress(sentence) {
  put(byId("loading"), sentence, []);
}

/** @type {(root: HTMLElement, sentence: string, offers: {words: string, act: () => void}[]) => void} */
function put(root, sentence, offers) {
  root.hidden = !sentence;
  if (!sentence) return root.replaceChildren();
  const hide = () => {
    root.hidden = true;
  };
  const buttons = offers.map(({ words, act }) => button({ onclick: () => (hide(), act()) }, words));
  const isLasting = root.id !== "loading";
  if (isLasting) buttons.push(button({ class: "plain close", "aria-label": "Close this message", onclick: hide }, "×"));
  root.replaceChildren(sentence, ...buttons);
}
