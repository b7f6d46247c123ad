// Computes maps beside the page, so that the page stays responsive. A classic worker: LiteRT.js loads its
// WebAssembly with importScripts, which module workers do not have.

/**
 * @import { Layer, Segment } from "../state/types.js"
 * @import { Device, LoadRequest, News, RunRequest } from "./messages.js"
 * @typedef {{compiled: any, on: "webgpu" | "wasm"}} Compiled   a model of LiteRT.js, and where it computes
 * @typedef {Segment & Compiled} Part
 * @typedef {{litert: any, download: typeof import("./download.js").download,
 *   gunzip: typeof import("../state/gzip.js").gunzip, statistics: typeof import("../arithmetic/statistics.js"), thumbnails: typeof import("../arithmetic/thumbnails.js"),
 *   layers: Record<string, Layer>}} Tools
 */

/** Of each segment; the last are there when all weights have come. @type {Promise<Part>[]} */
let parts = [];
/** Id of the newest image. */
let latest = 0;
/** When they are there, `parts` is filled. @type {Promise<Tools>} */
let prepared;

self.onmessage = ({ data }) => {
  if (data.type === "load") {
    prepared = prepare(data);
    prepared.then(() => Promise.all(parts)).then(() => send({ type: "loaded" })).catch(fail);
  }
  if (data.type === "run") {
    latest = data.id;
    run(data).catch(fail);
  }
};

/** @type {(news: News, transfer?: Transferable[]) => void} */
const send = (news, transfer = []) => self.postMessage(news, transfer);

/** @param {Error} problem */
const fail = (problem) => send({ type: "failed", message: problem.message });

/** @type {(request: LoadRequest) => Promise<Tools>} */
async function prepare({ base, live, layers, threads, gpu }) {
  const tools = { ...(await loadModules(base)), layers };
  const several = threads > 1 && (await offers(tools.litert, "threads")) && (await offers(tools.litert, "relaxedSimd"));
  const runtime = loadRuntime(tools.litert, base, several);
  const report = reporter(live.segments);
  const device = { gpu, threads: several ? threads : 1 };
  // One after the other: the first block is there soonest, and a broken connection loses one part only.
  /** @type {Promise<unknown>} */
  let before = runtime;
  parts = live.segments.map((segment, i) => {
    const part = before.then(() => loadPart(tools, base, segment, report(i), device));
    part.then(({ on }) => send({ type: "ready", segment: i, on }), () => {});
    before = part;
    return part;
  });
  return tools;
}

/** @type {(base: string) => Promise<Omit<Tools, "layers">>} */
async function loadModules(base) {
  const paths = [
    "live/litert.js", "live/download.js", "state/gzip.js", "arithmetic/statistics.js", "arithmetic/thumbnails.js",
  ];
  const [litert, { download }, { gunzip }, statistics, thumbnails] = await Promise.all(
    paths.map((path) => import(new URL(path, base).href)),
  );
  return { litert, download, gunzip, statistics, thumbnails };
}

/** @type {(litert: any, feature: string) => Promise<boolean>} */
const offers = (litert, feature) => litert.supportsFeature(feature).catch(() => false);

/** @type {(litert: any, base: string, threads: boolean) => Promise<unknown>} */
function loadRuntime(litert, base, threads) {
  const wasm = new URL("live/wasm/", base);
  const module = {
    // Without this, LiteRT.js looks for its parts beside this worker.
    locateFile: (/** @type {string} */ file) => new URL(file, wasm).href,
    ...(threads && { mainScriptUrlOrBlob: new URL("litert_wasm_threaded_internal.js", wasm).href }),
  };
  Object.assign(self, { Module: module });
  return litert.loadLiteRt(wasm.href, { threads });
}

/**
 * A function that reports how much of all segments is loaded.
 * @type {(segments: Segment[]) => (i: number) => (count: number) => void}
 */
function reporter(segments) {
  const loaded = segments.map(() => 0);
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  return (i) => (count) => {
    loaded[i] = count;
    send({ type: "progress", loaded: loaded.reduce((sum, each) => sum + each, 0), total });
  };
}

/**
 * @type {(tools: Tools, base: string, segment: Segment, report: (count: number) => void, device: Device) => Promise<Part>}
 */
async function loadPart({ litert, download, gunzip }, base, segment, report, device) {
  const { buffer, kept } = await download(new URL(segment.file, base).href, segment, report);
  if (!kept) send({ type: "full" });
  const model = new Uint8Array(await gunzip(buffer));
  return { ...segment, ...(await compile(litert, model, device)) };
}

/**
 * On the graphics processor where it does the whole part, else on the processor.
 * @type {(litert: any, model: Uint8Array, device: Device) => Promise<Compiled>}
 */
async function compile(litert, model, { gpu, threads }) {
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

/** @type {(request: RunRequest) => Promise<void>} */
async function run({ id, pixels, shape, last }) {
  const tools = await prepared;
  let milliseconds = 0;
  let [values, size] = [pixels, shape];
  for (let segment = 0; segment <= last; segment++) {
    const part = await parts[segment];
    if (id !== latest) return; // a newer image came
    const started = performance.now();
    const outputs = await computed(tools.litert, part, values, size);
    milliseconds += performance.now() - started;
    part.layers.forEach((name, i) => sendLayer(tools, id, tools.layers[name], outputs[i]));
    const { rows, columns, channels } = tools.layers[part.layers[part.layers.length - 1]];
    [values, size] = [outputs[outputs.length - 1], [1, rows, columns, channels]];
    if (id !== latest) return;
    send({ type: "done", id, segment, whole: segment === last, milliseconds, on: part.on });
  }
}

/**
 * The maps of a segment's layers.
 * @type {(litert: any, part: Part, values: Float32Array, shape: number[]) => Promise<Float32Array[]>}
 */
async function computed({ Tensor }, { compiled, on }, values, shape) {
  let input = new Tensor(values, shape);
  if (on === "webgpu") input = await input.moveTo("webgpu");
  const maps = [];
  for (const output of inOrder(await compiled.run([input]), compiled)) {
    const here = on === "webgpu" ? await output.moveTo("wasm") : output;
    maps.push(here.toTypedArray()); // a copy, which outlives the tensor
    here.delete();
  }
  input.delete();
  return maps;
}

/**
 * The converter may order its outputs otherwise; their names end in their index.
 * @type {(outputs: any[], compiled: any) => any[]}
 */
function inOrder(outputs, compiled) {
  /** @type {(detail: {name: string}) => number} */
  const index = ({ name }) => Number(name.match(/(\d+)$/)?.[1] ?? 0);
  /** @type {{name: string}[]} */
  const details = compiled.getOutputDetails();
  return outputs
    .map((output, i) => ({ index: index(details[i]), output }))
    .sort((one, other) => one.index - other.index)
    .map(({ output }) => output);
}

/** @type {(tools: Tools, id: number, layer: Layer, values: Float32Array) => void} */
function sendLayer({ statistics, thumbnails }, id, layer, values) {
  const planes = statistics.planar(values, layer);
  const found = statistics.statistics(planes, layer.channels);
  const sheet = thumbnails.sheet(planes, layer, found.maximum);
  const transfer = [planes.buffer, sheet.levels.buffer];
  send({ type: "layer", id, layer: layer.name, planes, statistics: found, sheet }, /** @type {ArrayBuffer[]} */ (transfer));
}
