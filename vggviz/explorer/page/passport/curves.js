// Tuning curves as drawings: rings for what turns, lines for the rest. Each curve is a share of its own largest.

import { svgElement } from "../views/elements.js";

/**
 * @typedef {[number, number]} Point   across, down
 * @typedef {{own: number[], spread: number[] | null, control: number[] | null}} Curves   of the channel, with its standard
 *   deviation; of the same channel of the random network
 */

export const SIDE = 120;
const MIDDLE = SIDE / 2;
const RADIUS = 46;

/**
 * The corners of a curve on a ring, anticlockwise from the right.
 * @param {number[]} values 0 to 1
 * @param {number[]} angles degrees
 * @returns {Point[]}
 */
export function ringPoints(values, angles) {
  return values.map((value, i) => onRing(angles[i], RADIUS * Math.min(value, 1)));
}

/** @type {(degrees: number, radius: number) => Point} */
function onRing(degrees, radius) {
  const angle = (degrees * Math.PI) / 180;
  return [MIDDLE + radius * Math.cos(angle), MIDDLE - radius * Math.sin(angle)];
}

/** What turns half the way round comes to itself: the other half is the same. @type {<T>(values: T[], angles: number[]) => [T[], number[]]} */
export function wholeTurn(values, angles) {
  const [step, last] = [angles[1] - angles[0], angles[angles.length - 1]];
  if (last + step > 270) return [values, angles];
  return [[...values, ...values], [...angles, ...angles.map((angle) => angle + 180)]];
}

/**
 * A ring: orientation, direction or hue.
 * @param {Curves} curves
 * @param {number[]} angles
 * @param {((angle: number) => string) | null} colourOf of the rim, where the angle stands for a colour
 * @returns {SVGElement[]}
 */
export function ring({ own, spread, control }, angles, colourOf = null) {
  const drawn = (/** @type {number[]} */ values) => ringPoints(...wholeTurn(values, angles));
  const parts = [svgElement("circle", { cx: MIDDLE, cy: MIDDLE, r: RADIUS, class: "axis" })];
  if (colourOf) parts.push(...rim(angles, colourOf));
  if (spread) parts.push(svgElement("polygon", { points: texts(drawn(sum(own, spread))), class: "spread" }));
  if (control) parts.push(svgElement("polygon", { points: texts(drawn(control)), class: "control" }));
  parts.push(svgElement("polygon", { points: texts(drawn(own)), class: "own" }));
  return parts;
}

/** @type {(angles: number[], colourOf: (angle: number) => string) => SVGElement[]} */
function rim(angles, colourOf) {
  const half = 180 / angles.length;
  return angles.map((angle) => {
    const [from, to] = [onRing(angle - half, RADIUS + 7), onRing(angle + half, RADIUS + 7)];
    return svgElement("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke: colourOf(angle), "stroke-width": 9 });
  });
}

const [LEFT, TOP, WIDE, HIGH] = [8, 12, SIDE - 16, 78];

/** The corners of a curve from left to right. @param {number[]} values 0 to 1 @returns {Point[]} */
export function linePoints(values) {
  const step = WIDE / Math.max(values.length - 1, 1);
  return values.map((value, i) => [LEFT + i * step, TOP + HIGH * (1 - Math.min(value, 1))]);
}

/**
 * A line: frequency or contrast.
 * @param {Curves} curves
 * @param {string[]} marks at both ends
 * @returns {SVGElement[]}
 */
export function line({ own, spread, control }, marks) {
  const base = TOP + HIGH;
  const parts = [svgElement("polyline", { points: `${LEFT},${TOP} ${LEFT},${base} ${LEFT + WIDE},${base}`, class: "axis" })];
  if (spread) {
    const band = [...linePoints(sum(own, spread)), ...linePoints(sum(own, spread, -1)).reverse()];
    parts.push(svgElement("polygon", { points: texts(band), class: "spread" }));
  }
  if (control) parts.push(svgElement("polyline", { points: texts(linePoints(control)), class: "control" }));
  parts.push(svgElement("polyline", { points: texts(linePoints(own)), class: "own" }));
  const ends = [[LEFT, "start"], [LEFT + WIDE, "end"]];
  return [...parts, ...marks.map((mark, i) => svgElement("text", { x: ends[i][0], y: base + 13, "text-anchor": ends[i][1] }, mark))];
}

/** @type {(points: Point[]) => string} */
const texts = (points) => points.map((point) => point.map((each) => each.toFixed(1)).join(",")).join(" ");

/** @type {(own: number[], spread: number[], sign?: number) => number[]} */
const sum = (own, spread, sign = 1) => own.map((value, i) => Math.max(value + sign * spread[i], 0));

/** The colour of a hue as the stimuli have it: red, green and blue always have the same mean. @param {number} degrees */
export function hueColour(degrees) {
  const levels = [0, 120, 240].map((start) => Math.round(127.5 * (1 + Math.cos(((degrees - start) * Math.PI) / 180))));
  return `rgb(${levels.join(" ")})`;
}
