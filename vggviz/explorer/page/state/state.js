// What is shown, in one object, and what each action makes of it.

import { samePlace } from "../arithmetic/receptive_field.js";
import { layerNamed } from "./manifest.js";

/** @import { Action, Layer, Manifest, Order, Pair, Request, Scale, State } from "./types.js" */

/** @type {readonly Order[]} */
export const ORDERS = Object.freeze(["strength", "variance", "sparsity", "number"]);
/** @type {readonly Scale[]} */
export const SCALES = Object.freeze(["channel", "layer", "network"]);

/**
 * The first view: the first image, the first convolution (or layer), its first channel.
 * @param {Manifest} manifest
 * @returns {State}
 */
export function begin(manifest) {
  const layer = manifest.layers.find(({ kind }) => kind === "convolution") ?? manifest.layers[0];
  return {
    picture: manifest.pictures[0].id,
    compare: null,
    layer: layer.name,
    channel: 0,
    cell: null,
    order: "strength",
    scale: "channel",
    over: false,
  };
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
  const test = Object.hasOwn(ACCEPTED, action.type) ? ACCEPTED[action.type] : null;
  return Boolean(test?.(action, manifest, layerNamed(manifest, state.layer)));
}

/** @type {Record<string, (action: Request, manifest: Manifest, layer: Layer) => boolean>} */
const ACCEPTED = {
  picture: ({ value }, { pictures }) => pictures.some(({ id }) => id === value),
  compare: ({ value }, { pictures }) => value === null || pictures.some(({ id }) => id === value),
  layer: ({ value }, { layers }) => layers.some(({ name }) => name === value),
  channel: ({ value }, _, layer) => isBelow(value, layer.channels),
  cell: ({ value }, _, layer) => value === null || isCell(value, layer),
  order: ({ value }) => ORDERS.some((order) => order === value),
  scale: ({ value }) => SCALES.some((scale) => scale === value),
  over: ({ value }) => typeof value === "boolean",
  move: ({ rows, columns }) => Number.isInteger(rows) && Number.isInteger(columns),
};

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
    default:
      return { [action.type]: action.value };
  }
}

/** @type {(state: State, name: string, manifest: Manifest) => Partial<State>} */
function otherLayer(state, name, manifest) {
  const [from, to] = [layerNamed(manifest, state.layer), layerNamed(manifest, name)];
  return {
    layer: name,
    channel: state.channel < to.channels ? state.channel : 0,
    cell: state.cell && samePlace(from, to, state.cell),
  };
}

/** @type {(state: State, by: {rows: number, columns: number}, layer: Layer) => Pair} */
function moved({ cell }, by, { rows, columns }) {
  const [row, column] = cell ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
  return [inside(row + by.rows, rows), inside(column + by.columns, columns)];
}

/** @type {(value: unknown, count: number) => boolean} */
const isBelow = (value, count) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count;

/** @type {(value: unknown, layer: Layer) => boolean} */
const isCell = (value, { rows, columns }) =>
  Array.isArray(value) && value.length === 2 && isBelow(value[0], rows) && isBelow(value[1], columns);

/** @type {(value: number, count: number) => number} */
const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
