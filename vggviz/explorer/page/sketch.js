// A picture drawn on the page: with mouse, finger or pen, or with the arrow keys and the space bar.

import { element } from "./elements.js";
import { fit } from "./resample.js";

/**
 * @param {{size: number, begin: () => ?ImageBitmap, show: (levels: Uint8ClampedArray, about: object) => Promise<void>,
 *   failed: (problem: Error) => void}} tools `begin` is the photograph that is shown now
 * @returns {HTMLElement}
 */
export function createSketch({ size, begin, show, failed }) {
  const canvas = element("canvas", {
    width: size, height: size, tabindex: 0, role: "application", id: "sketch",
    "aria-label": "Draw here. Arrow keys move the brush, the space bar paints.",
  });
  const colour = element("input", { type: "color", value: "#000000", "aria-label": "Colour of the brush" });
  const width = element("input", { type: "range", min: 2, max: 40, value: 8, "aria-label": "Width of the brush" });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let place = [size / 2, size / 2];
  let drawing = false;

  const levels = () => fit(size, size, size, (top, bottom, left, right) =>
    context.getImageData(left, top, right - left, bottom - top).data);
  const compute = () => show(levels(), { title: "drawing", running: false }).catch((problem) => {
    if (!problem.superseded) failed(problem);
  });
  const line = (to) => {
    Object.assign(context, { strokeStyle: colour.value, lineWidth: Number(width.value), lineCap: "round" });
    context.beginPath();
    context.moveTo(...place);
    context.lineTo(to[0] + 0.01, to[1]);
    context.stroke();
    place = to;
  };
  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return [((event.clientX - area.left) / area.width) * size, ((event.clientY - area.top) / area.height) * size];
  };
  const clear = () => {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, size, size);
  };
  clear();

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawing = true;
    place = at(event);
    line(place);
  });
  canvas.addEventListener("pointermove", (event) => drawing && line(at(event)));
  canvas.addEventListener("pointerup", () => {
    drawing = false;
    compute();
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [0, -8], ArrowDown: [0, 8], ArrowLeft: [-8, 0], ArrowRight: [8, 0] }[event.key];
    if (step) {
      const to = step.map((by, axis) => Math.min(Math.max(place[axis] + by, 0), size));
      if (event.shiftKey) line(to);
      else place = to;
    } else if (event.key === " ") {
      line(place);
      compute();
    } else return;
    event.preventDefault();
  });

  const button = (text, act) => element("button", { type: "button", onclick: act }, text);
  return element(
    "details",
    { class: "sketch" },
    element("summary", {}, "Draw"),
    element("div", { class: "tools" },
      canvas,
      element("label", {}, "Colour", colour),
      element("label", {}, "Width", width),
      button("Draw on the picture shown", () => {
        const bitmap = begin();
        if (bitmap) context.drawImage(bitmap, 0, 0, size, size);
      }),
      button("Begin anew", () => {
        clear();
        compute();
      }),
    ),
  );
}
