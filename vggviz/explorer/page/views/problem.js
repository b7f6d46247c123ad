// One sentence on what went wrong; what is shown stays.

import { byId } from "./elements.js";

/** @param {Error} problem */
export function showProblem(problem) {
  byId("problem").textContent = problem.message;
  byId("problem").hidden = false;
}

export function hideProblem() {
  byId("problem").hidden = true;
}
