// The photograph and the map of one picture: beside each other, or the map over the photograph.

import { copy, draw, element } from "./elements.js";

/**
 * @typedef {{title: string, photograph: ?ImageBitmap, map: {pixels: Uint8ClampedArray, rows: number,
 *   columns: number, dead: boolean}, box: ?[number, number, number, number], cell: ?[number, number],
 *   layer: object, picture: {rows: number, columns: number}, over: boolean, name: string}} Shown
 */

/**
 * @param {{point: (cell: ?[number, number]) => void, choose: (cell: [number, number]) => void,
 *   move: (rows: number, columns: number) => void, clear: () => void}} on what a reader does in the map
 */
export function createStage(on) {
  const photograph = element("canvas", { role: "img" });
  const seen = element("div", { class: "marker", hidden: true });
  const overlay = element("canvas", { class: "map over", hidden: true, "aria-hidden": "true" });
  const left = element("div", { class: "stage" }, photograph, overlay, seen);
  const map = element("canvas", { class: "map", "aria-hidden": "true" });
  const cursor = element("div", { class: "marker", hidden: true });
  const right = element("div", { class: "stage", tabindex: 0, role: "application" }, map, cursor);
  const captions = [element("figcaption"), element("figcaption")];
  const figures = [
    element("figure", {}, left, captions[0]),
    element("figure", {}, right, captions[1]),
  ];
  let size = [1, 1];

  // Over the photograph the map is pointed at there; its own stage keeps the keyboard.
  for (const stage of [left, right]) {
    const cellAt = (event) => {
      const area = stage.getBoundingClientRect();
      return [
        within(((event.clientY - area.top) / area.height) * size[0], size[0]),
        within(((event.clientX - area.left) / area.width) * size[1], size[1]),
      ];
    };
    const takes = () => stage === right || !overlay.hidden;
    stage.addEventListener("pointermove", (event) => {
      if (!takes()) return;
      if (event.pointerType === "mouse") on.point(cellAt(event));
      else on.choose(cellAt(event));
    });
    stage.addEventListener("pointerleave", () => on.point(null));
    stage.addEventListener("pointerdown", (event) => takes() && on.choose(cellAt(event)));
    stage.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const step = MOVES[event.key];
      if (step) on.move(step[0] * (event.shiftKey ? 10 : 1), step[1] * (event.shiftKey ? 10 : 1));
      else if (event.key === "Escape") on.clear();
      else return;
      event.preventDefault();
    });
  }

  return {
    figures,
    /** @param {Shown} shown */
    show({ title, photograph: bitmap, map: shown, box, cell, layer, picture, over, name }) {
      size = [layer.rows, layer.columns];
      for (const stage of [left, right]) stage.style.aspectRatio = `${picture.columns} / ${picture.rows}`;
      if (bitmap && photograph.bitmap !== bitmap) copy(photograph, bitmap);
      photograph.bitmap = bitmap;
      photograph.setAttribute("aria-label", `The picture ${title}`);
      for (const canvas of [map, overlay]) draw(canvas, shown.pixels, shown.rows, shown.columns);
      overlay.hidden = !over;
      left.classList.toggle("dead", false);
      right.classList.toggle("dead", shown.dead);
      right.setAttribute("aria-label", `Map of ${name} for ${title}. Arrow keys go from cell to cell.`);
      for (const stage of [left]) {
        if (over) stage.setAttribute("tabindex", "0");
        else stage.removeAttribute("tabindex");
      }
      left.setAttribute("role", over ? "application" : "presentation");
      left.setAttribute("aria-label", `Map of ${name} over ${title}. Arrow keys go from cell to cell.`);
      figures[1].hidden = over;
      captions[0].textContent = over ? `${title}, under the map of ${name}` : title;
      captions[1].textContent = shown.dead ? `${name}: dead for this picture` : name;
      place(cursor, cell && [cell[0], cell[1], cell[0] + 1, cell[1] + 1], layer);
      place(seen, box && box[0] < box[2] && box[1] < box[3] ? box : null, picture);
    },
  };
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @type {(place: number, count: number) => number} */
const within = (place, count) => Math.min(Math.max(Math.floor(place), 0), count - 1);

/** @type {(marker: HTMLElement, box: ?number[], whole: {rows: number, columns: number}) => void} */
function place(marker, box, { rows, columns }) {
  marker.hidden = !box;
  if (!box) return;
  const [top, left, bottom, right] = box;
  marker.style.top = `${(100 * top) / rows}%`;
  marker.style.left = `${(100 * left) / columns}%`;
  marker.style.height = `${(100 * (bottom - top)) / rows}%`;
  marker.style.width = `${(100 * (right - left)) / columns}%`;
}
