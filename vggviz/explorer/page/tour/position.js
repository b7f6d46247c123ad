// Where a reader is in a stop of the tour, told from what is shown.

/** @import { State } from "../state/types.js" */
/** @import { Stop } from "./given.js" */

/** Parts that a reader may change without leaving the stop. @type {readonly string[]} */
const FREE = ["channel", "cell", "sort"];

/**
 * @param {Pick<Stop, "begin" | "shown">} stop
 * @param {State} state
 * @param {number} last where the reader was
 * @returns {number | null} 0 while guessing, else how many of the things to show are shown; null if the reader has left
 */
export function positionIn({ begin, shown }, state, last) {
  const all = [begin, ...shown];
  const order = [last, ...all.keys()].filter((i) => i < all.length);
  const exact = order.find((i) => isSame(all[i], state, []));
  if (exact !== undefined) return exact;
  return order.find((i) => isSame(all[i], state, freeIn(all[i]))) ?? null;
}

/** Where channels are off, they may be switched on again, and others off. @param {Partial<State>} parts */
const freeIn = ({ off = {} }) => (Object.keys(off).length ? [...FREE, "off"] : FREE);

/** @type {(parts: Partial<State>, state: State, free: readonly string[]) => boolean} */
function isSame(parts, state, free) {
  const keys = /** @type {(keyof State)[]} */ (Object.keys(parts)).filter((key) => !free.includes(key));
  return keys.every((key) => JSON.stringify(parts[key]) === JSON.stringify(state[key]));
}
