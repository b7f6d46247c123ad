// The tour before it is taken.

import { LatePart } from "../views/late_part.js";

/** @import { Tools } from "./tour.js" */

/**
 * @param {{card: HTMLElement, opener: HTMLElement}} elements `opener`, which takes the tour
 * @param {Tools} tools
 */
export function createLateTour({ card, opener }, tools) {
  const late = new LatePart({
    isWanted: ({ state }) => state.tour !== null,
    load: () => import("./tour.js"),
    make: ({ createTour }) => createTour(card, tools),
    failed: tools.failed,
  });
  opener.addEventListener("click", () => {
    late.get(); // again, where it could not be loaded before
    tools.dispatch({ type: "tour", value: 1 });
  });
  return late;
}
