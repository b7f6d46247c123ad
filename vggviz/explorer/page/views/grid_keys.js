// Moving by keys; the focus in a grid, as the ARIA grid pattern has it.

/** Down and across. @type {Record<string, import("../state/types.js").Pair>} */
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {string} key a KeyboardEvent's key, "Control+" before it where that was held
 * @param {number} index where the focus is
 * @param {number} columns
 * @param {number} count how many there are; the last row may be shorter
 * @param {number} [page] rows of a page
 * @returns {number} where it goes; `index` if the key does not move it
 */
export function next(key, index, columns, count, page = 4) {
  const first = index - (index % columns);
  const last = count - 1;
  /** @type {Record<string, number>} */
  const to = {
    ArrowLeft: Math.max(index - 1, 0),
    ArrowRight: Math.min(index + 1, last),
    ArrowUp: up(index, columns, 1),
    ArrowDown: down(index, columns, count, 1),
    PageUp: up(index, columns, page),
    PageDown: down(index, columns, count, page),
    Home: first,
    End: Math.min(first + columns - 1, last),
    "Control+Home": 0,
    "Control+End": last,
  };
  return Object.hasOwn(to, key) ? to[key] : index;
}

/** @type {(index: number, columns: number, rows: number) => number} */
function up(index, columns, rows) {
  return index - columns * Math.min(rows, Math.floor(index / columns));
}

/**
 * Into a shorter last row it goes to that row's end.
 * @type {(index: number, columns: number, count: number, rows: number) => number}
 */
function down(index, columns, count, rows) {
  const row = Math.min(Math.floor(index / columns) + rows, Math.floor((count - 1) / columns));
  return Math.min(row * columns + (index % columns), count - 1);
}
