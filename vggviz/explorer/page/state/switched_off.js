// Channels that are switched off, by layer.

import { isBelow, whole } from "./whole_numbers.js";

/** @import { Layer, Manifest, Off, State } from "./types.js" */

/**
 * Whether a value names channels of layers that are there.
 * @param {unknown} value
 * @param {Manifest} manifest
 * @returns {value is Off}
 */
export function isOff(value, { layers }) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, channels]) => {
    const layer = layers.find((each) => each.name === name);
    return layer && Array.isArray(channels) && channels.every((each) => isBelow(each, layer.channels));
  });
}

/**
 * One channel more, or one less if it is off already.
 * @param {Off} off
 * @param {string} layer
 * @param {number} channel
 * @returns {Off}
 */
export function switched(off, layer, channel) {
  const before = Object.hasOwn(off, layer) ? off[layer] : [];
  const after = before.includes(channel) ? before.filter((each) => each !== channel) : [...before, channel];
  return { ...off, [layer]: after };
}

/**
 * Whether a map is zero because its channel is switched off: its own, or the one that a pool reads.
 * @type {(state: Pick<State, "off" | "shows" | "channel">, layer: Pick<Layer, "name" | "pool" | "reads">) => boolean}
 */
export function isSwitchedOff({ off, shows, channel }, { name, pool, reads }) {
  const names = pool && reads ? [name, reads] : [name];
  return shows === "now" && names.some((each) => Object.hasOwn(off, each) && off[each].includes(channel));
}

/**
 * Layers in the order they run, each channel once, no empty list.
 * @param {Off} off
 * @param {Manifest} manifest
 * @returns {Off}
 */
export function tidied(off, { layers }) {
  const named = layers.filter(({ name }) => Object.hasOwn(off, name) && off[name].length);
  return Object.fromEntries(named.map(({ name }) => [name, [...new Set(off[name])]]));
}

/**
 * @param {string} text "block5_conv3:183+427,block4_conv3:7"; a "+" may have become a space
 * @returns {Off} what fits no such text is NaN, which no layer has
 */
export function readOff(text) {
  const parts = text.split(",").map((part) => part.split(":"));
  return Object.fromEntries(parts.map(([name, channels = ""]) => [name, channels.split(/[+ ]/).map(whole)]));
}

/**
 * @param {Off} off
 * @returns {string}
 */
export function writeOff(off) {
  return Object.entries(off).map(([name, channels]) => `${name}:${channels.join("+")}`).join(",");
}
