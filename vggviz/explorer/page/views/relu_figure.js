// The ReLU as a bent line, with the point of this sum on it.

import { formatted } from "../arithmetic/number_format.js";
import { element, svgElement as svg } from "./elements.js";

const [WIDE, HIGH, MIDDLE, BASE] = [240, 76, 120, 60];

/**
 * @param {number} sum
 * @param {number} value after the ReLU
 * @returns {HTMLElement}
 */
export function reluFigure(sum, value) {
  const reach = Math.max(Math.abs(sum), 1e-30);
  const x = MIDDLE + (sum / reach) * (MIDDLE - 24);
  const y = BASE - (value / reach) * (BASE - 12);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `The ReLU makes ${formatted(sum)} to ${formatted(value)}.` },
    svg("line", { class: "axis", x1: 0, y1: BASE, x2: WIDE, y2: BASE }),
    svg("line", { class: "axis", x1: MIDDLE, y1: 4, x2: MIDDLE, y2: HIGH - 10 }),
    svg("polyline", { class: "bend", points: `0,${BASE} ${MIDDLE},${BASE} ${WIDE - 24},12` }),
    svg("line", { class: "drop", x1: x, y1: BASE, x2: x, y2: y }),
    svg("circle", { class: "point", cx: x, cy: y, r: 5 }),
    svg("text", { x: 2, y: HIGH - 3 }, "the sum →"),
    svg("text", { x: MIDDLE + 4, y: 12 }, "after the ReLU"),
  );
  return element("figure", { class: "relu" }, drawing);
}
