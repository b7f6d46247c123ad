// Painting before it is begun: a button that takes the brush. Strokes that were kept are shown without it.

import { KeptStrokes } from "../paint/kept_strokes.js";
import { button } from "../views/elements.js";
import { LatePart } from "../views/late_part.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Explorer } from "../state/explorer.js"
 * @import { Action, Manifest, Shown } from "../state/types.js"
 * @import { Sources } from "./sources.js"
 * @import { Door } from "./switching.js"
 * @typedef {{manifest: Manifest, data: Data, base: URL, sources: Sources, explorer: Explorer, door: Door | null,
 *   failed: (problem: Error) => void}} Tools   `door`, null where no network can be loaded, so that nothing is painted
 * @typedef {{row: HTMLElement, place: HTMLElement, surface: HTMLElement, spoken: HTMLElement}} Elements   `place`, where the
 *   button stands
 */

/**
 * @param {Elements} elements
 * @param {Tools} tools
 * @returns {{show: (shown: Shown) => void, take: () => Promise<void>}} `take` takes the brush
 */
export function createLatePainting({ place, ...elements }, { door, ...tools }) {
  if (!door) return { show() {}, async take() {} };
  const { base, sources, explorer, failed } = tools;
  const kept = new KeptStrokes(tabStorage(), base.href);
  if (isNewVisit()) kept.forget();
  const opener = button({ id: "paint-open", "aria-expanded": "false", "aria-controls": elements.row.id }, "Paint");
  const late = new LatePart({
    isWanted: ({ state }) => kept.has(state.picture),
    load: () => Promise.all([import("../views/paint.js"), import("./painting.js")]),
    make: ([{ Paint }, { Painting }]) => {
      const painting = new Painting({ ...tools, door, kept });
      sources.paint(painting);
      const dispatch = (/** @type {Action} */ action) => explorer.dispatch(action);
      return new Paint({ ...elements, opener }, { painting, dispatch, freeze: (on) => explorer.freeze(on), failed });
    },
    failed,
  });
  /** @param {boolean} [isOpen] */
  const toggle = async (isOpen) => (await late.get())?.toggle(isOpen);
  opener.addEventListener("click", () => toggle());
  place.append(opener);
  return { show: (shown) => late.show(shown), take: () => toggle(true) };
}

/** Whether the page was neither loaded again nor come back to. */
function isNewVisit() {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return entry?.type === "navigate";
}

/** Null where the browser keeps nothing. */
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
