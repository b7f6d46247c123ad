// One cell: where its place lies in the other layers, and how its number came about.

import { agrees, explain, kernelOf, patch, taps } from "./arithmetic.js";
import { paint } from "./colour.js";
import { draw, element, size } from "./elements.js";
import { samePlace, window as under } from "./geometry.js";
import { inputLayer, layerNamed } from "./manifest.js";
import { formatted } from "./numbers.js";
import { at } from "./planes.js";
import { explainWords } from "./words.js";

/**
 * @param {HTMLElement} root
 * @param {{manifest: object, colours: object, dispatch: (action: object) => void,
 *   ask: () => void}} tools `ask` is called when a reader wants the arithmetic
 */
export function createCell(root, { manifest, colours, dispatch, ask }) {
  const places = element("div", { class: "places" });
  const how = element("div");
  root.replaceChildren(
    element("h3", {}, "How this number comes about"),
    how,
    element("details", {}, element("summary", {}, "The same place in every other layer"), places),
  );

  const button = element("button", { type: "button", id: "explain", onclick: ask }, "Show the arithmetic");
  const note = element("span", { class: "quiet" });
  const question = element("p", {}, button, " ", note);

  const stepTo = (layer, channel, cell) => {
    dispatch({ type: "layer", value: layer });
    dispatch({ type: "channel", value: channel });
    dispatch({ type: "cell", value: cell });
  };

  return {
    /** @param {{state: object, layer: object, inputs: ?object, kernels: ?object, value: ?number}} given */
    show({ state, layer, inputs, kernels, value, asked }) {
      root.hidden = !state.cell;
      if (!state.cell) return;
      places.replaceChildren(...placesOf(manifest, layer, state, dispatch));
      const needed = layer.kernel ? layer.bytes.kernels : 0;
      if (!layer.kernel && !layer.pool) {
        how.replaceChildren(element("p", {}, `The arithmetic of ${layer.name} cannot be shown here.`));
      } else if (!asked) {
        note.textContent = needed ? `Loads the kernels of ${layer.name} (${size(needed)}) and the maps it reads.` : "";
        // Put there once: a button that is made anew loses the keyboard's focus.
        if (!how.contains(button)) how.replaceChildren(question);
      } else if (!inputs || (layer.kernel && !kernels) || value === null) {
        how.replaceChildren(element("p", {}, "Loading the numbers …"));
      } else if (layer.kernel) {
        how.replaceChildren(...convolution({ state, layer, inputs, kernels, value, manifest, colours, stepTo }));
      } else {
        how.replaceChildren(...pooling({ state, layer, inputs, value, stepTo }));
      }
    },
  };
}

/** @returns {Node[]} */
function placesOf(manifest, layer, state, dispatch) {
  return manifest.layers
    .filter(({ name }) => name !== layer.name)
    .map((other) => {
      const [row, column] = samePlace(layer, other, state.cell);
      const go = () => dispatch({ type: "layer", value: other.name });
      return element("button", { type: "button", onclick: go }, `${other.name}: row ${row}, column ${column}`);
    });
}

/** @returns {Node[]} */
function convolution({ state, layer, inputs, kernels, value, manifest, colours, stepTo }) {
  const patchValues = patch(inputs, layer, state.cell);
  const kernel = kernelOf(kernels.weights, layer, state.channel);
  const bias = kernels.bias[state.channel];
  const { activation } = layer.kernel;
  const channels = inputs.channels;
  const explained = explain({ patch: patchValues, kernel, bias, activation, channels });
  const names = layer.reads === "input" ? manifest.input.channels : null;
  const limits = [largest(patchValues), largest(kernel)];
  const middle = stepCell(layer, state.cell, layerOf(manifest, layer.reads));
  const rows = explained.products.map(({ channel, sum }) => {
    const name = names?.[channel] ?? `channel ${channel}`;
    const step = names
      ? element("span", {}, name)
      : element(
          "button",
          { type: "button", title: `To ${name} of ${layer.reads}`, onclick: () => stepTo(layer.reads, channel, middle) },
          name,
        );
    return element(
      "tr",
      {},
      element("td", {}, step),
      element("td", {}, tapsCanvas(taps(patchValues, channels, channel), layer, limits[0], colours, "what lies there")),
      element("td", {}, tapsCanvas(taps(kernel, channels, channel), layer, limits[1], colours, "kernel")),
      element("td", {}, formatted(sum)),
    );
  });
  const line = (name, number, kind = "") =>
    element("tr", { class: kind }, element("th", { scope: "row", colspan: 3 }, name), element("td", {}, formatted(number)));
  if (explained.others) {
    const others = explained.others === 1 ? "the one other channel" : `the other ${explained.others} channels`;
    rows.push(line(others, explained.remainder));
  }
  rows.push(line("bias", explained.bias), line("sum", explained.sum, "sum"));
  if (activation === "relu") rows.push(line("after ReLU: the larger of the sum and 0", explained.value, "sum"));
  rows.push(line("the number in the map", value));
  const head = ["reads", "patch", "kernel", "products, added"].map((text) => element("th", { scope: "col" }, text));
  const maximum = manifest.pictures.find(({ id }) => id === state.picture).maximum[layer.name];
  const close = agrees(explained.value, value, maximum);
  return [
    element("p", {}, explainWords(explained, names, activation)),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "The sum, part by part" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
    ),
    element(
      "p",
      { class: close ? "quiet" : "problem", id: "agreement" },
      close
        ? `They agree: within a thousandth of the layer’s largest value, ${formatted(maximum)}.`
        : `They differ by ${formatted(explained.value - value)}, more than rounding explains.`,
    ),
  ];
}

/** @returns {Node[]} */
function pooling({ state, layer, inputs, value, stepTo }) {
  const [top, left, bottom, right] = under({ kernel: layer.pool }, state.cell);
  const cells = [];
  for (let row = Math.max(top, 0); row < Math.min(bottom, inputs.rows); row++) {
    for (let column = Math.max(left, 0); column < Math.min(right, inputs.columns); column++) {
      cells.push({ cell: [row, column], value: at(inputs, state.channel, [row, column]) });
    }
  }
  const best = cells.reduce((one, other) => (other.value > one.value ? other : one), cells[0]);
  const rows = cells.map(({ cell, value }) =>
    element(
      "tr",
      { class: layer.pool.takes === "maximum" && cell === best.cell ? "sum" : "" },
      element("td", {}, element(
        "button",
        { type: "button", onclick: () => (layer.reads === "input" ? null : stepTo(layer.reads, state.channel, cell)) },
        `row ${cell[0]}, column ${cell[1]}`,
      )),
      element("td", {}, formatted(value)),
    ),
  );
  const takes = layer.pool.takes === "maximum" ? "the largest" : "the mean";
  return [
    element("p", {}, `Of these ${cells.length} cells of ${layer.reads}, ${takes} is taken: ${formatted(value)}.`),
    element("table", {}, element("tbody", {}, ...rows)),
  ];
}

/** The cell in the middle of a kernel, kept inside the map. */
function stepCell(layer, cell, before) {
  const [top, left, bottom, right] = under(layer, cell);
  const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
  return [inside((top + bottom - 1) >> 1, before.rows), inside((left + right - 1) >> 1, before.columns)];
}

/** @type {(manifest: object, name: string) => object} */
const layerOf = (manifest, name) => (name === "input" ? inputLayer(manifest) : layerNamed(manifest, name));

/** A few numbers as squares, with their values in words. */
function tapsCanvas(values, layer, limit, colours, what) {
  const [rows, columns] = layer.kernel.size;
  const canvas = element("canvas", {
    role: "img",
    "aria-label": `${what}: ${Array.from(values, formatted).join(", ")}`,
    title: Array.from({ length: rows }, (_, row) =>
      Array.from(values.subarray(row * columns, (row + 1) * columns), formatted).join("  "),
    ).join("\n"),
  });
  draw(canvas, paint(values, { limit, signed: true, colours }), rows, columns);
  return canvas;
}

/** @type {(values: Float32Array) => number} */
const largest = (values) => values.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
