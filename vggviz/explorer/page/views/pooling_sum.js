// The arithmetic of one cell of a pool: the cells under it, and which of them is taken.

import { formatted } from "../arithmetic/number_format.js";
import { at } from "../arithmetic/planes.js";
import { windowUnder } from "../arithmetic/receptive_field.js";
import { element } from "./elements.js";
import { sumRow } from "./sum_rows.js";

/**
 * @import { Layer, Pair, Planes, Pool, State } from "../state/types.js"
 * @import { StepTo } from "./cell.js"
 * @import { Next } from "./convolution_sum.js"
 * @typedef {{cell: Pair, value: number}} Cell
 * @typedef {{state: State, cell: Pair, layer: Layer, pool: Pool, inputs: Planes, value: number, stepTo: StepTo}} Given
 */

/**
 * @param {Given} given
 * @returns {{parts: Node[], next: Next | null}}
 */
export function poolingSum(given) {
  const { layer, pool, value, state, stepTo } = given;
  const cells = cellsUnder(given);
  const takes = pool.takes === "maximum" ? "the largest" : "the mean";
  const most = Math.max(...cells.map((each) => Math.abs(each.value)));
  const best = cells.findIndex((each) => each.value === Math.max(...cells.map((other) => other.value)));
  const rows = cells.map((each, i) => rowOf(each, pool.takes === "maximum" && i === best, most, given));
  // The one that is taken stands first, so that a reader who follows it goes straight on.
  if (pool.takes === "maximum") rows.unshift(...rows.splice(best, 1));
  const { reads } = layer;
  const act = () => stepTo(/** @type {string} */ (reads), state.channel, cells[best].cell);
  const next = { words: "The cell that was taken", title: `To it in ${reads}`, act };
  const parts = [
    element("p", { class: "equation" }, `Of these ${cells.length} cells of ${layer.reads}, ${takes} is taken: ${formatted(value)}.`),
    element("ol", { class: "rows", "aria-label": "The cells under the pool" }, ...rows),
  ];
  return { parts, next: pool.takes === "maximum" && value !== 0 && reads !== null && reads !== "input" ? next : null };
}

/** Those inside the map. @type {(given: Given) => Cell[]} */
function cellsUnder({ state, cell, pool, inputs }) {
  const [top, left, bottom, right] = windowUnder(pool, cell);
  /** @type {Cell[]} */
  const cells = [];
  for (let row = Math.max(top, 0); row < Math.min(bottom, inputs.rows); row++) {
    for (let column = Math.max(left, 0); column < Math.min(right, inputs.columns); column++) {
      cells.push({ cell: [row, column], value: at(inputs, state.channel, [row, column]) });
    }
  }
  return cells;
}

/** @type {(each: Cell, taken: boolean, most: number, given: Given) => HTMLElement} */
function rowOf({ cell, value }, taken, most, { state, layer, stepTo }) {
  const { reads } = layer;
  const name = `row ${cell[0]}, column ${cell[1]}`;
  const step = reads === null || reads === "input" ? null : () => stepTo(reads, state.channel, cell);
  return sumRow({ name: taken ? `${name}: taken` : name, value, most, step, title: `To ${name} of ${reads}`, kind: taken ? "sum" : "" });
}
