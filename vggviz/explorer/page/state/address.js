// The view in the page's address, so that it can be shared.

import { accepts, after, begin } from "./state.js";

/** @import { Manifest, State } from "./types.js" */

/** The layer comes before the channel and the cell, which must fit it. @type {(keyof State)[]} */
const PARTS = ["picture", "layer", "channel", "cell", "order", "scale", "over", "compare"];

/** Always written: what these begin with depends on the manifest. @type {(keyof State)[]} */
const ALWAYS = ["picture", "layer", "channel"];

/** @type {Partial<State>} */
const USUAL = { cell: null, order: "strength", scale: "channel", over: false, compare: null };

/**
 * The state of an address. Each part that is unknown or does not fit is as at the beginning.
 * @param {string} hash with or without "#"
 * @param {Manifest} manifest
 * @returns {State}
 */
export function read(hash, manifest) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return PARTS.reduce((state, part) => {
    const text = given.get(part);
    const action = { type: part, value: text === null ? undefined : parsed(part, text) };
    return text !== null && accepts(state, action, manifest) ? after(state, action, manifest) : state;
  }, begin(manifest));
}

/**
 * @param {State} state
 * @returns {string} "#picture=cat&layer=block3_conv2&channel=17&cell=12,30"
 */
export function write(state) {
  const parts = PARTS.filter((part) => ALWAYS.includes(part) || state[part] !== USUAL[part]);
  return `#${parts.map((part) => `${part}=${written(state[part])}`).join("&")}`;
}

/** @type {(part: keyof State, text: string) => unknown} */
function parsed(part, text) {
  if (part === "channel") return whole(text);
  if (part === "cell") return text.split(",").map(whole);
  if (part === "over") return { 0: false, 1: true }[text];
  return text;
}

/** @type {(text: string) => number} */
const whole = (text) => (/^\d+$/.test(text) ? Number(text) : NaN);

/** @type {(value: State[keyof State]) => string} */
function written(value) {
  if (Array.isArray(value)) return value.join(",");
  return encodeURIComponent(typeof value === "boolean" ? Number(value) : String(value));
}
