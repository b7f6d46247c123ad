// The layers in blocks, as people speak of them: convolutions over maps of one size, and the pool behind them.

/**
 * @import { Layer } from "./types.js"
 * @typedef {{name: string, layers: {layer: Layer, label: string}[]}} Block   `label` is the layer's name within the block
 */

/**
 * @param {Layer[]} layers in the order they run
 * @returns {Block[]}
 */
export function blocksOf(layers) {
  /** @type {Layer[][]} */
  const groups = [];
  layers.forEach((layer, i) => {
    const before = layers[i - 1];
    const begins = !before || before.kind === "pooling" || (layer.kind !== "pooling" && layer.rows !== before.rows);
    if (begins) groups.push([layer]);
    else groups[groups.length - 1].push(layer);
  });
  return groups.map(named);
}

/** @type {(layers: Layer[], place: number) => Block} */
function named(layers, place) {
  const prefix = commonPrefix(layers.map(({ name }) => name));
  return {
    name: prefix ? prefix.slice(0, -1) : `part ${place + 1}`,
    layers: layers.map((layer) => ({ layer, label: layer.name.slice(prefix.length) })),
  };
}

/** Up to an underscore, with it; empty if there is none. @type {(names: string[]) => string} */
function commonPrefix(names) {
  if (names.length < 2) return "";
  const prefix = names[0].slice(0, names[0].lastIndexOf("_") + 1);
  return names.every((name) => name.startsWith(prefix) && name.length > prefix.length) ? prefix : "";
}
