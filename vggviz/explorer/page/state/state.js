// What is shown, in one object, and what each action makes of it.

import { samePlace } from "../arithmetic/receptive_field.js";
import { layerNamed, offered } from "./manifest.js";
import { isOff, switched, tidied } from "./switched_off.js";
import { isBelow } from "./whole_numbers.js";

/** @import { Action, Layer, Manifest, Off, Pair, Request, Scale, Shows, Sort, State, ViewName } from "./types.js" */

/** @type {readonly Sort[]} */
export const SORTS = Object.freeze(["here", "strength", "zeros", "number"]);
/** @type {readonly Scale[]} */
export const SCALES = Object.freeze(["channel", "layer", "network"]);
/** @type {readonly ViewName[]} */
export const VIEWS = Object.freeze(["channels", "passport", "cell", "change", "network"]);

/** @type {readonly Shows[]} */
export const SHOWS = Object.freeze(["now", "before", "change"]);

/** The sorts that mean something: nothing is strongest here as long as no place is chosen. @param {Pick<State, "cell">} state */
export const sortsOf = ({ cell }) => SORTS.filter((sort) => sort !== "here" || cell !== null);

/** How the channels are sorted. @type {(state: Pick<State, "sort" | "cell">) => Sort} */
export const sortOf = ({ sort, cell }) => (sort === "here" && cell === null ? "strength" : sort);

/** The parts of a state, in an order in which each fits those before it. @type {readonly (keyof State)[]} */
export const PARTS = Object.freeze([
  "picture", "compare", "layer", "channel", "cell", "sort", "scale", "over", "view", "off", "shows", "where", "tour",
]);

/** Cells down that a map has at least which is shown at the beginning. */
const ROWS = 7;

/**
 * The first view: the first image, and the last convolution that still has maps, where whole objects are found.
 * @param {Manifest} manifest
 * @returns {State}
 */
export function begin({ layers, pictures }) {
  const convolutions = layers.filter(({ kind }) => kind === "convolution");
  const layer = convolutions.findLast(({ rows }) => rows >= ROWS) ?? convolutions[0] ?? layers[0];
  return {
    picture: pictures[0].id,
    compare: null,
    layer: layer.name,
    channel: 0,
    cell: null,
    sort: "here",
    scale: "channel",
    over: false,
    view: "channels",
    off: {},
    shows: "now",
    where: null,
    tour: null,
  };
}

/**
 * Whether nothing of a view is chosen but a picture, and a stop of the tour.
 * @type {(state: State, manifest: Manifest) => boolean}
 */
export function isBare(state, manifest) {
  const { picture, channel, tour } = state; // the explorer itself chooses the channel
  return JSON.stringify(state) === JSON.stringify({ ...begin(manifest), picture, channel, tour });
}

/**
 * The state after an action; the same object if nothing changes. The argument stays as it is.
 * @param {State} state
 * @param {Action} action
 * @param {Manifest} manifest
 * @returns {State}
 * @throws {Error} an action or a value that the manifest does not have
 */
export function after(state, action, manifest) {
  if (!accepts(state, action, manifest)) {
    throw new Error(`The explorer cannot do this: ${JSON.stringify(action)}.`);
  }
  const next = { ...state, ...changes(state, action, manifest) };
  return JSON.stringify(next) === JSON.stringify(state) ? state : next;
}

/**
 * Whether an action, with its value, can be done.
 * @param {State} state
 * @param {Request} action
 * @param {Manifest} manifest
 * @returns {action is Action}
 */
export function accepts(state, action, manifest) {
  if (action.type === "go") return acceptsAll(state, action.value, manifest);
  const test = Object.hasOwn(ACCEPTED, action.type) ? ACCEPTED[action.type] : null;
  return Boolean(test?.(action, manifest, layerNamed(manifest, state.layer)));
}

/** @type {Record<string, (action: Request, manifest: Manifest, layer: Layer) => boolean>} */
const ACCEPTED = {
  picture: ({ value }, manifest) => offered(manifest).some(({ id }) => id === value),
  compare: ({ value }, manifest) => value === null || offered(manifest).some(({ id }) => id === value),
  layer: ({ value }, { layers }) => layers.some(({ name }) => name === value),
  channel: ({ value }, _, layer) => isBelow(value, layer.channels),
  cell: ({ value }, _, layer) => value === null || isCell(value, layer),
  sort: ({ value }) => SORTS.some((sort) => sort === value),
  scale: ({ value }) => SCALES.some((scale) => scale === value),
  over: ({ value }) => typeof value === "boolean",
  view: ({ value }) => VIEWS.some((view) => view === value),
  off: ({ value }, manifest) => isOff(value, manifest),
  shows: ({ value }) => SHOWS.some((shows) => shows === value),
  where: ({ value }) => value === null || (typeof value === "string" && value.length > 0 && value.length <= 100),
  tour: ({ value }) => value === null || (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 100),
  move: ({ rows, columns }) => Number.isInteger(rows) && Number.isInteger(columns),
  switch: ({ layer, channel }, manifest) => isOff({ [String(layer)]: [channel] }, manifest),
};

/** Whether all parts fit, each in the state that those before it make. @type {(state: State, parts: unknown, manifest: Manifest) => boolean} */
function acceptsAll(state, parts, manifest) {
  if (typeof parts !== "object" || parts === null || Array.isArray(parts)) return false;
  const given = /** @type {Record<string, unknown>} */ (parts);
  if (!Object.keys(given).every((key) => PARTS.some((part) => part === key))) return false;
  let now = state;
  for (const type of PARTS.filter((part) => part in given)) {
    const action = { type, value: given[type] };
    if (!accepts(now, action, manifest)) return false;
    now = { ...now, ...changes(now, action, manifest) };
  }
  return true;
}

/**
 * What an action changes: more than the part of its name in some.
 * @type {(state: State, action: Action, manifest: Manifest) => Partial<State>}
 */
function changes(state, action, manifest) {
  switch (action.type) {
    case "picture": // an image is not compared with itself
      return { picture: action.value, compare: state.compare === action.value ? null : state.compare };
    case "compare":
      return { compare: action.value === state.picture ? null : action.value };
    case "layer":
      return otherLayer(state, action.value, manifest);
    case "cell":
      return { cell: action.value && [action.value[0], action.value[1]] };
    case "move":
      return { cell: moved(state, action, layerNamed(manifest, state.layer)) };
    case "off":
      return withOff(state, action.value, manifest);
    case "switch":
      return withOff(state, switched(state.off, action.layer, action.channel), manifest);
    case "go":
      return allChanges(state, action.value, manifest);
    default:
      return { [action.type]: action.value };
  }
}

/**
 * With all channels on again, there is nothing before a change.
 * @type {(state: State, off: Off, manifest: Manifest) => Partial<State>}
 */
function withOff(state, value, manifest) {
  const off = tidied(value, manifest);
  return { off, shows: Object.keys(off).length ? state.shows : "now" };
}

/** @type {(state: State, parts: Partial<State>, manifest: Manifest) => State} */
function allChanges(state, parts, manifest) {
  return PARTS.filter((part) => part in parts).reduce((now, type) => {
    const action = /** @type {Action} */ ({ type, value: parts[type] });
    return { ...now, ...changes(now, action, manifest) };
  }, state);
}

/**
 * Another layer keeps the place, and nothing of the channel's number: equal numbers have nothing in common. Which
 * channel is chosen there depends on the data, so the explorer chooses it.
 * @type {(state: State, name: string, manifest: Manifest) => Partial<State>}
 */
function otherLayer(state, name, manifest) {
  if (name === state.layer) return {};
  const [from, to] = [layerNamed(manifest, state.layer), layerNamed(manifest, name)];
  return { layer: name, channel: 0, cell: state.cell && samePlace(from, to, state.cell) };
}

/** @type {(state: State, by: {rows: number, columns: number}, layer: Layer) => Pair} */
function moved({ cell }, by, { rows, columns }) {
  const [row, column] = cell ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [inside(row + by.rows, rows), inside(column + by.columns, columns)];
}

/** @type {(value: unknown, layer: Layer) => boolean} */
const isCell = (value, { rows, columns }) =>
  Array.isArray(value) && value.length === 2 && isBelow(value[0], rows) && isBelow(value[1], columns);

/** @type {(value: number, count: number) => number} */
const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
