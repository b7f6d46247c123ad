// A model of LiteRT.js: loaded in a worker, run with inputs and outputs by their names.

import { Files } from "../state/files.js";
import { gunzip } from "../state/gzip.js";

/**
 * @import { Device } from "./messages.js"
 * @typedef {{values: Float32Array, shape: number[]}} Values
 * @typedef {{compiled: any, on: "webgpu" | "wasm"}} Compiled   a model of LiteRT.js, and where it computes
 */

/**
 * LiteRT.js, ready in this worker. Threads only where all that they need is there.
 * @param {string} base address of the page's folder
 * @param {Device} device
 * @returns {Promise<{litert: any, device: Device}>}
 */
export async function loadRuntime(base, { threads, gpu }) {
  const litert = await import(new URL("live/litert.js", base).href);
  /** @type {(feature: string) => Promise<boolean>} */
  const offers = (feature) => litert.supportsFeature(feature).catch(() => false);
  const relaxed = await offers("relaxedSimd");
  const several = threads > 1 && relaxed && (await offers("threads"));
  const name = `litert_wasm_${several ? "threaded_" : relaxed ? "" : "compat_"}internal`; // the one that loadLiteRt chooses
  const packed = await new Files(base).bytes(`live/wasm/${name}.wasm.gz`);
  const wasm = new URL("live/wasm/", base);
  const module = {
    // Unpacked here, as not every host compresses what it sends.
    wasmBinary: await gunzip(packed),
    ...(several && { mainScriptUrlOrBlob: new URL(`${name}.js`, wasm).href }),
  };
  Object.assign(globalThis, { Module: module });
  await litert.loadLiteRt(wasm.href, { threads: several });
  return { litert, device: { gpu, threads: several ? threads : 1 } };
}

/**
 * On the graphics processor where it does the whole model, else on the processor.
 * @type {(litert: any, model: Uint8Array, device: Device) => Promise<Compiled>}
 */
export async function compile(litert, model, { gpu, threads }) {
  if (gpu) {
    try {
      const compiled = await litert.loadAndCompile(model, { accelerator: "webgpu" });
      if (compiled.isFullyAccelerated !== false) return { compiled, on: "webgpu" };
      compiled.delete();
    } catch {
      // The adapter cannot do it; the processor can.
    }
  }
  const how = { accelerator: "wasm", ...(threads > 1 && { cpuOptions: { numThreads: threads } }) };
  return { compiled: await litert.loadAndCompile(model, how), on: "wasm" };
}

/**
 * The outputs, each a copy that outlives the model's tensors.
 * @type {(litert: any, model: Compiled, inputs: Record<string, Values>) => Promise<Record<string, Float32Array>>}
 */
export async function run({ Tensor }, { compiled, on }, inputs) {
  const given = compiled.getInputDetails().map((/** @type {{name: string}} */ { name }) => {
    if (!inputs[name]) throw new Error(`The model needs an input “${name}”.`);
    return new Tensor(inputs[name].values, inputs[name].shape);
  });
  /** @type {any[]} */
  const outputs = await compiled.run(given);
  /** @type {Record<string, Float32Array>} */
  const found = {};
  for (const [i, { name }] of compiled.getOutputDetails().entries()) {
    const here = on === "webgpu" ? await outputs[i].moveTo("wasm") : outputs[i];
    found[name] = here.toTypedArray();
    here.delete();
  }
  for (const tensor of given) tensor.delete();
  return found;
}
