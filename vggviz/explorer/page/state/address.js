// The view in the page's address, so that it can be shared, and which changes are a step of Back.

import { readOff, writeOff } from "./switched_off.js";
import { accepts, after, begin, PARTS } from "./state.js";
import { whole } from "./whole_numbers.js";

/** @import { Manifest, State, Step } from "./types.js" */

/** Names in the address, where they are others than in the state. @type {Partial<Record<keyof State, string>>} */
const NAMES = { compare: "with" };

/** Behind the "?", each only where it is not as usual. @type {readonly (keyof State)[]} */
const QUERY = ["picture", "compare", "sort", "scale", "over", "view", "off", "shows", "where", "tour"];

/** @type {Partial<Record<keyof State, string>>} */
const USUAL = { sort: "here", scale: "channel", view: "channels", shows: "now" };

/** A change of one of these is a step of Back; of the others, it is not. @type {readonly (keyof State)[]} */
const SUBJECTS = ["picture", "compare", "layer", "channel", "view", "off", "tour"];

/** What addresses of former versions say. @type {Record<string, string>} */
const FORMER_ORDERS = { strength: "strength", variance: "strength", sparsity: "zeros", number: "number" };

/**
 * The state of an address. Each part that is unknown or does not fit is as at the beginning.
 * @param {string} hash with or without "#"; that of a former version ("picture=cat&layer=block1_conv1") is read too
 * @param {Manifest} manifest
 * @returns {State}
 */
export function read(hash, manifest) {
  const given = parts(hash);
  return PARTS.reduce((state, part) => {
    const text = given[part];
    if (text === undefined) return state;
    const action = { type: part, value: parsed(part, text) };
    return accepts(state, action, manifest) ? after(state, action, manifest) : state;
  }, begin(manifest));
}

/**
 * Whether an address names a channel. If it does not, the strongest at its place is meant.
 * @param {string} hash
 * @returns {boolean}
 */
export function namesChannel(hash) {
  return Boolean(parts(hash).channel);
}

/**
 * The id of the picture that an address names, whether it is there or not.
 * @param {string} hash
 * @returns {string | null}
 */
export function pictureNamed(hash) {
  return parts(hash).picture ?? null;
}

/**
 * @param {State} state
 * @returns {string} "#/block3_conv2/17/12,30?picture=cat"
 */
export function write(state) {
  const { layer, channel, cell } = state;
  const path = [layer, channel, ...(cell ? [cell.join(",")] : [])];
  const query = QUERY.map((part) => [NAMES[part] ?? part, written(state, part)]).filter(([, text]) => text !== "");
  return `#/${path.join("/")}?${query.map(([name, text]) => `${name}=${text}`).join("&")}`;
}

/**
 * What a change does to the browser's history.
 * @param {State} before
 * @param {State} after
 * @returns {Step}
 */
export function stepBetween(before, after) {
  const differs = SUBJECTS.some((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]));
  return differs ? "push" : "replace";
}

/** The texts of a state's parts. @type {(hash: string) => Partial<Record<keyof State, string>>} */
function parts(hash) {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith("/")) return formerParts(new URLSearchParams(text));
  const [path, query = ""] = text.slice(1).split(/\?(.*)/s);
  const [layer, channel, cell] = path.split("/").map(decoded);
  const given = new URLSearchParams(query);
  const queried = QUERY.map((part) => [part, given.get(NAMES[part] ?? part) ?? undefined]);
  return { ...Object.fromEntries(queried), layer, channel, cell };
}

/** @type {(given: URLSearchParams) => Partial<Record<keyof State, string>>} */
function formerParts(given) {
  const known = PARTS.map((part) => [part, given.get(part) ?? undefined]);
  const order = given.get("order") ?? "";
  const sort = Object.hasOwn(FORMER_ORDERS, order) ? FORMER_ORDERS[order] : undefined;
  return { ...Object.fromEntries(known), ...(sort && { sort }) };
}

/** @type {(part: keyof State, text: string) => unknown} */
function parsed(part, text) {
  if (part === "channel" || part === "tour") return whole(text);
  if (part === "cell") return text.split(",").map(whole);
  if (part === "over") return { 0: false, 1: true }[text];
  if (part === "off") return readOff(text);
  if (part === "where") return text.replace(/^cam:/, "");
  return text;
}

/** A text may hold a "%" that is none of an encoding. @type {(text: string) => string} */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Empty where it is as usual. @type {(state: State, part: keyof State) => string} */
function written(state, part) {
  const value = state[part];
  if (part === "off") return writeOff(state.off);
  if (value === null || value === false || value === USUAL[part]) return "";
  if (part === "where") return `cam:${encodeURIComponent(String(value))}`;
  return encodeURIComponent(value === true ? 1 : String(value));
}
