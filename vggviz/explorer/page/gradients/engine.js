// Maps and gradients of images of any size, with the forward files' weights.

import { compile, run } from "../live/model.js";
import { gates } from "../live/off.js";
import { backward } from "./backward.js";
import { filled, kernelIn, resized } from "./template.js";

/**
 * @import { Device } from "../live/messages.js"
 * @import { Compiled } from "../live/model.js"
 * @import { Layer, Live } from "../state/types.js"
 * @import { Maps, Step } from "./backward.js"
 * @import { Engine, GradientFiles } from "./types.js"
 * @typedef {{litert: any, device: Device, live: Live & {gradients: GradientFiles}, layers: Layer[], side: number,
 *   template: Uint8Array, files: Uint8Array[]}} Parts   `files`, of the segments; `side`, of the images they are for
 */

/** Compiled models of two sizes: one drawing is often followed by another of the same size. */
const SIZES = 2;

/** @implements {Engine} */
export class LiteRtEngine {
  #parts;
  #layers;
  /** Compiled models by size and name. @type {Map<number, Map<string, Promise<Compiled>>>} */
  #models = new Map();

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#layers = Object.fromEntries(parts.layers.map((layer) => [layer.name, layer]));
    /** @type {Step[]} */
    this.steps = parts.layers.map(({ name, kind, channels }) => ({ name, channels, kind: kind === "pooling" ? kind : "convolution" }));
    this.reading = parts.live;
    this.colours = parts.live.gradients.colours;
  }

  /** @type {Engine["sides"]} */
  sides(layer, size) {
    if (layer === "input") return { rows: size, columns: size };
    const index = this.steps.findIndex(({ name }) => name === layer);
    const pools = this.steps.slice(0, index + 1).filter(({ kind }) => kind === "pooling").length;
    return { rows: size >> pools, columns: size >> pools };
  }

  /** @type {Engine["forward"]} */
  async forward(values, size, last, off = {}) {
    const { litert, live, layers, device, files, side } = this.#parts;
    /** @type {Maps} */
    const maps = { input: values };
    let read = { values, shape: [1, size, size, live.offset.length] };
    for (const [i, segment] of live.segments.entries()) {
      const model = await this.#model(size, segment.parts[0].file, () => (
        compile(litert, resized(files[i], live.gradients.segments[i], { side, size }), device)
      ));
      const outputs = await run(litert, model, { ...gates(segment, this.#layers, off), [segment.input]: read });
      segment.layers.forEach((name, k) => { maps[name] = outputs[segment.outputs[k]]; });
      if (segment.layers.includes(last)) break;
      const end = segment.layers[segment.layers.length - 1];
      const { rows, columns } = this.sides(end, size);
      read = { values: maps[end], shape: [1, rows, columns, this.#layers[end].channels] };
    }
    if (!(last in maps)) throw new Error(`There is no layer “${last}” among ${layers.map(({ name }) => name).join(", ")}.`);
    return maps;
  }

  /** @type {Engine["backward"]} */
  backward(maps, cotangents, { size, ...how }) {
    return backward(this.steps, maps, cotangents, {
      ...how,
      sides: (layer) => this.sides(layer, size),
      convolve: (layer, gradient, sides) => this.#convolve(layer, gradient, { ...sides, size }),
    });
  }

  /** @type {(layer: string, gradient: Float32Array, size: {rows: number, columns: number, size: number}) => Promise<Float32Array>} */
  async #convolve(layer, gradient, { rows, columns, size }) {
    const { litert, live, template, files, device } = this.#parts;
    const place = live.gradients.kernels[layer];
    const model = await this.#model(size, layer, () => {
      const file = files[live.segments.findIndex(({ layers }) => layers.includes(layer))];
      const about = { kernel: kernelIn(file, place), shape: place.shape, rows, columns };
      return compile(litert, filled(template, live.gradients, about), device);
    });
    const { result } = await run(litert, model, { gradient: { values: gradient, shape: [1, rows, columns, place.shape[0]] } });
    return result;
  }

  /** A model of a size, made once; those of sizes long not used are given up. */
  #model(/** @type {number} */ size, /** @type {string} */ name, /** @type {() => Promise<Compiled>} */ make) {
    const models = this.#models.get(size) ?? new Map();
    this.#models.delete(size);
    this.#models.set(size, models); // the newest comes last
    for (const old of [...this.#models.keys()].slice(0, -SIZES)) this.#forget(old);
    const found = models.get(name);
    if (found) return found;
    const model = make();
    models.set(name, model);
    model.catch(() => models.delete(name)); // whoever asked is told; the next call tries again
    return model;
  }

  /** @param {number} size */
  #forget(size) {
    for (const model of this.#models.get(size)?.values() ?? []) model.then(({ compiled }) => compiled.delete(), () => {});
    this.#models.delete(size);
  }

  /** Give up all models. */
  delete() {
    for (const size of [...this.#models.keys()]) this.#forget(size);
  }
}
