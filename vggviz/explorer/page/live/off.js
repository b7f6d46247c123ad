// Channels that are switched off: which parts of the network they change, and the gates that do it.

/**
 * @import { Layer, Off, Segment } from "../state/types.js"
 * @import { Values } from "./model.js"
 */

/**
 * The first segment with a layer whose channels are switched otherwise; as many as there are if none is.
 * @param {Segment[]} segments
 * @param {Off} before
 * @param {Off} after
 * @returns {number}
 */
export function firstChanged(segments, before, after) {
  const found = segments.findIndex(({ layers }) => key(layers, before) !== key(layers, after));
  return found < 0 ? segments.length : found;
}

/**
 * The channels of layers that have gates, which the network can switch off.
 * @param {Segment[]} segments
 * @param {Off} off
 * @returns {Off}
 */
export function gated(segments, off) {
  return Object.fromEntries(Object.entries(off).filter(([layer]) => hasGates(segments, layer)));
}

/** @type {(segments: Segment[], layer: string) => boolean} */
export const hasGates = (segments, layer) => segments.some(({ gates }) => Object.hasOwn(gates, layer));

/**
 * The same text for the same channels of some layers, in whatever order.
 * @param {string[]} layers
 * @param {Off} off
 */
export function key(layers, off) {
  return layers.map((layer) => [...new Set(off[layer] ?? [])].sort((one, other) => one - other).join("+")).join("/");
}

/**
 * The inputs of a segment that let channels through (1) or not (0).
 * @param {Segment} segment
 * @param {Record<string, Layer>} layers
 * @param {Off} off
 * @returns {Record<string, Values>}
 */
export function gates(segment, layers, off) {
  return Object.fromEntries(
    Object.entries(segment.gates).map(([layer, name]) => {
      const values = new Float32Array(layers[layer].channels).fill(1);
      for (const channel of off[layer] ?? []) values[channel] = 0;
      return [name, { values, shape: [1, 1, 1, values.length] }];
    }),
  );
}

/**
 * @param {Segment[]} segments
 * @param {Record<string, Layer>} layers
 * @param {Off} off
 * @throws {Error} a channel or a layer that cannot be switched off
 */
export function checkOff(segments, layers, off) {
  for (const [layer, channels] of Object.entries(off)) {
    if (!hasGates(segments, layer)) throw new Error(`“${layer}” has no channels to switch off.`);
    const wrong = channels.find((channel) => !(Number.isInteger(channel) && channel >= 0 && channel < layers[layer].channels));
    if (wrong !== undefined) throw new Error(`There is no channel ${wrong} in ${layer}, which has ${layers[layer].channels}.`);
  }
}
