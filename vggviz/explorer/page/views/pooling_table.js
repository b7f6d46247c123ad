// The arithmetic of one cell of a pool, as a table.

import { formatted } from "../arithmetic/number_format.js";
import { at } from "../arithmetic/planes.js";
import { windowUnder } from "../arithmetic/receptive_field.js";
import { button, element } from "./elements.js";

/**
 * @import { Layer, Pair, Planes, Pool, State } from "../state/types.js"
 * @import { StepTo } from "./cell.js"
 * @typedef {{cell: Pair, value: number}} Cell
 * @typedef {{state: State, cell: Pair, layer: Layer, pool: Pool, inputs: Planes, value: number, stepTo: StepTo}} Given
 */

/**
 * @param {Given} given
 * @returns {Node[]}
 */
export function poolingTable(given) {
  const { layer, pool, value } = given;
  const cells = cellsUnder(given);
  const best = cells.reduce((one, other) => (other.value > one.value ? other : one), cells[0]);
  const takes = pool.takes === "maximum" ? "the largest" : "the mean";
  const rows = cells.map((each) => row(each, pool.takes === "maximum" && each === best, given));
  return [
    element("p", {}, `Of these ${cells.length} cells of ${layer.reads}, ${takes} is taken: ${formatted(value)}.`),
    element("table", {}, element("tbody", {}, ...rows)),
  ];
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

/** @type {(each: Cell, taken: boolean, given: Given) => Node} */
function row({ cell, value }, taken, { state, layer, stepTo }) {
  const go = () => (layer.reads === null || layer.reads === "input" ? null : stepTo(layer.reads, state.channel, cell));
  return element(
    "tr",
    { class: taken ? "sum" : "" },
    element("td", {}, button({ onclick: go }, `row ${cell[0]}, column ${cell[1]}`)),
    element("td", {}, formatted(value)),
  );
}
