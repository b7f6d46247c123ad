// What is shown, in one object, and what each action makes of it.

import { samePlace } from "./geometry.js";
import { layerNamed } from "./manifest.js";

/**
 * @typedef {import("./manifest.js").Manifest} Manifest
 * @typedef {import("./manifest.js").Layer} Layer
 * @typedef {{picture: string, compare: ?string, layer: string, channel: number, cell: ?[number, number],
 *   order: string, scale: string, over: boolean}} State
 * @typedef {{type: string, value?: any, rows?: number, columns?: number}} Action
 */

export const ORDERS = Object.freeze(["strength", "variance", "sparsity", "number"]);
export const SCALES = Object.freeze(["channel", "layer", "network"]);

/**
 * The first view: the first picture, the first convolution (or layer), its first channel.
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
  const changes = CHANGES[action.type]?.(state, action, manifest) ?? { [action.type]: action.value };
  const next = { ...state, ...changes };
  return JSON.stringify(next) === JSON.stringify(state) ? state : next;
}

/**
 * Whether an action, with its value, can be done.
 * @param {State} state
 * @param {Action} action
 * @param {Manifest} manifest
 * @returns {boolean}
 */
export function accepts(state, action, manifest) {
  const test = Object.hasOwn(ACCEPTED, action.type) ? ACCEPTED[action.type] : null;
  return Boolean(test?.(action, manifest, layerNamed(manifest, state.layer)));
}

/** @type {Object<string, (action: Action, manifest: Manifest, layer: Layer) => boolean>} */
const ACCEPTED = {
  picture: ({ value }, { pictures }) => pictures.some(({ id }) => id === value),
  compare: ({ value }, { pictures }) => value === null || pictures.some(({ id }) => id === value),
  layer: ({ value }, { layers }) => layers.some(({ name }) => name === value),
  channel: ({ value }, _, layer) => isBelow(value, layer.channels),
  cell: ({ value }, _, layer) => value === null || isCell(value, layer),
  order: ({ value }) => ORDERS.includes(value),
  scale: ({ value }) => SCALES.includes(value),
  over: ({ value }) => typeof value === "boolean",
  move: ({ rows, columns }) => Number.isInteger(rows) && Number.isInteger(columns),
};

/**
 * Where an action changes more than the part of its name.
 * @type {Object<string, (state: State, action: Action, manifest: Manifest) => Partial<State>>}
 */
const CHANGES = {
  // A picture is not compared with itself.
  picture: ({ compare }, { value }) => ({ picture: value, compare: compare === value ? null : compare }),
  compare: ({ picture }, { value }) => ({ compare: value === picture ? null : value }),
  layer(state, { value }, manifest) {
    const [from, to] = [layerNamed(manifest, state.layer), layerNamed(manifest, value)];
    return {
      layer: value,
      channel: state.channel < to.channels ? state.channel : 0,
      cell: state.cell && samePlace(from, to, state.cell),
    };
  },
  cell: (_, { value }) => ({ cell: value && [value[0], value[1]] }),
  move(state, by, manifest) {
    const { rows, columns } = layerNamed(manifest, state.layer);
    const [row, column] = state.cell ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
    return { cell: [inside(row + by.rows, rows), inside(column + by.columns, columns)] };
  },
};

/** @type {(value: any, count: number) => boolean} */
const isBelow = (value, count) => Number.isInteger(value) && value >= 0 && value < count;

/** @type {(value: any, layer: Layer) => boolean} */
const isCell = (value, { rows, columns }) =>
  Array.isArray(value) && value.length === 2 && isBelow(value[0], rows) && isBelow(value[1], columns);

/** @type {(value: number, count: number) => number} */
const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
