// The curve of a value over the steps.

import { svgElement } from "../views/elements.js";

const [WIDTH, HEIGHT] = [160, 100];

/**
 * @param {number[]} values of the steps so far
 * @param {number} steps there will be
 * @returns {string} points of a line, "across,down"; zero, or the smallest value below it, is the lower edge
 */
export function points(values, steps) {
  const least = Math.min(0, ...values);
  const range = Math.max(...values) - least || 1;
  return values
    .map((value, i) => `${((WIDTH * i) / Math.max(steps, 1)).toFixed(1)},${(HEIGHT * (1 - (value - least) / range)).toFixed(1)}`)
    .join(" ");
}

/** @returns {{element: SVGElement, show: (values: number[], steps: number, words: string) => void}} */
export function createCurve() {
  const line = svgElement("polyline", {});
  const root = svgElement("svg", { viewBox: `-2 -4 ${WIDTH + 4} ${HEIGHT + 8}`, role: "img", class: "curve" }, line);
  return {
    element: root,
    show(values, steps, words) {
      line.setAttribute("points", points(values, steps));
      root.setAttribute("aria-label", words);
    },
  };
}
