// Where a class is seen: its class activation map over the grey photograph, and the numbers of its cells.

import { addingUp, fixed } from "../answer/adding_up.js";
import { classActivation, largestSize, overlay } from "../answer/class_activation.js";
import { whereAlternative, whereText } from "./answer_words.js";
import { element } from "./elements.js";

/**
 * @import { Finding } from "../answer/finding.js"
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Planes } from "../state/types.js"
 * @typedef {{pixels: Uint8ClampedArray<ArrayBuffer>, rows: number, columns: number, label: string, name: string}} Overlay
 *   pixels to lay over the grey photograph, the words for those who do not see them, and what it is called below it
 */

const DECIMALS = 2;

/** @param {Colours} colours */
export function createWhere(colours) {
  const words = element("p", {});
  const numbers = element("table", { class: "cells" });
  const details = element("details", {}, element("summary", {}, "The numbers of the cells"), numbers);
  const root = element("div", { class: "where", hidden: true }, words, details);
  return {
    element: root,
    hide: () => void (root.hidden = true),
    /** @type {(finding: Finding, index: number, planes: Planes) => Overlay} */
    show(finding, index, planes) {
      const cells = classActivation(planes, finding.classifier, index, finding.silenced);
      const whole = classActivation(planes, finding.classifier, index, []);
      root.hidden = false;
      const limit = Math.max(largestSize(whole), largestSize(cells));
      words.textContent = whereText(finding, index, { cells, limit });
      numbers.replaceChildren(...rowsOf(cells, planes.columns));
      return {
        pixels: overlay(cells, { limit, colours }),
        rows: planes.rows,
        columns: planes.columns,
        label: whereAlternative(finding, index, cells, planes.columns),
        name: finding.classifier.labels[index],
      };
    },
  };
}

/** The cells' numbers, rounded so that they add up to their sum as shown. @type {(cells: Float64Array, columns: number) => HTMLElement[]} */
function rowsOf(cells, columns) {
  const { parts } = addingUp(cells, DECIMALS);
  const rows = Array.from({ length: parts.length / columns }, (_, y) => parts.slice(y * columns, (y + 1) * columns));
  return rows.map((row) => element("tr", {}, ...row.map((part) => element("td", {}, fixed(part, DECIMALS)))));
}
