// Which maps are shown of a layer that was changed: those now, those before, or by how much they differ.

import { SHOWS } from "../state/state.js";
import { button, element, keepingFocus } from "./elements.js";

/**
 * @import { Sources } from "../live/sources.js"
 * @import { Dispatch, Shown, Shows, State } from "../state/types.js"
 */

/** @type {Record<Shows, string>} */
const WORDS = { now: "now", before: "before", change: "change" };

/**
 * @param {HTMLElement} root
 * @param {{dispatch: Dispatch, sources: Pick<Sources, "isChanged">}} tools
 */
export function createShows(root, { dispatch, sources }) {
  let key = "";
  return {
    /** @param {Pick<Shown, "state">} shown */
    show({ state }) {
      const isChanged = sources.isChanged(state, state.layer);
      root.hidden = !isChanged;
      const next = isChanged ? state.shows : "";
      if (key === next) return;
      key = next;
      keepingFocus(root, () => root.replaceChildren(...(isChanged ? buttonsOf(state, dispatch) : [])));
    },
  };
}

/** @type {(state: State, dispatch: Dispatch) => Node[]} */
function buttonsOf({ shows }, dispatch) {
  const buttons = SHOWS.map((value) => {
    const choose = () => dispatch({ type: "shows", value });
    return button({ "aria-pressed": String(shows === value), "data-key": value, onclick: choose }, WORDS[value]);
  });
  return [element("span", {}, "Show"), ...buttons];
}
