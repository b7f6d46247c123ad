// Which maps are shown of a layer that was changed: those now, those before, or by how much they differ.

import { SHOWS } from "../state/state.js";
import { button, element } from "./elements.js";

/**
 * @import { Dispatch, Shows, State } from "../state/types.js"
 */

/** @type {Record<Shows, string>} */
const WORDS = { now: "now", before: "before", change: "change" };

/** @type {(state: Pick<State, "shows">, dispatch: Dispatch) => (Node | string)[]} */
export function showsButtons({ shows }, dispatch) {
  const buttons = SHOWS.map((value) => {
    const choose = () => dispatch({ type: "shows", value });
    return button({ "aria-pressed": String(shows === value), "data-key": value, onclick: choose }, WORDS[value]);
  });
  return [element("span", {}, "Show"), ...buttons];
}
