// The stops of the tour, in their order.

import { TURNED, WHERE } from "./answer_stops.js";
import { DESCENT } from "./descent_stop.js";
import { COARSER, DIRECTION, HERE, SILENCE } from "./layer_stops.js";

/**
 * @import { Manifest } from "../state/types.js"
 * @import { Plan } from "./given.js"
 */

const PLANS = [WHERE, DIRECTION, COARSER, HERE, SILENCE, DESCENT, TURNED];

/**
 * Those that a network has.
 * @param {Manifest} manifest
 * @returns {Plan[]}
 */
export function stopsOf(manifest) {
  return PLANS.filter(({ fits }) => fits(manifest));
}
