// Computes maps beside the page, so that the page stays responsive. A classic worker: LiteRT.js loads its
// WebAssembly with importScripts, which module workers do not have.

/**
 * @import { Layer, Off, Segment } from "../state/types.js"
 * @import { LoadRequest, News, RunRequest } from "./messages.js"
 * @import { Compiled, Values } from "./model.js"
 * @typedef {Segment & Compiled} Part
 * @typedef {{litert: any, model: typeof import("./model.js"), off: typeof import("./off.js"),
 *   loadSegment: typeof import("./segment.js").loadSegment,
 *   statistics: typeof import("../arithmetic/statistics.js"), thumbnails: typeof import("../arithmetic/thumbnails.js"),
 *   layers: Record<string, Layer>, segments: Segment[]}} Tools
 */

/** Of each segment; the last are there when all weights have come. @type {Promise<Part>[]} */
let parts = [];
/** Id of the newest run. */
let latest = 0;
/** When they are there, `parts` is filled. @type {Promise<Tools>} */
let prepared;
/**
 * What each segment read last, and what that came from, so that a change in a segment runs from there on.
 * @type {(Values & {key: string})[]}
 */
const kept = [];

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

/** WebAssembly may throw what is not an Error. @param {any} problem */
const fail = (problem) => send({ type: "failed", message: String(problem?.message ?? problem) });

/** @type {(request: LoadRequest) => Promise<Tools>} */
async function prepare({ base, live, layers, threads, gpu }) {
  const modules = await loadModules(base);
  const runtime = modules.model.loadRuntime(base, { threads, gpu });
  const report = reporter(live.segments);
  // One after the other: the first block is there soonest, and a broken connection loses one part only.
  /** @type {Promise<unknown>} */
  let before = runtime;
  parts = live.segments.map((segment, i) => {
    const part = before.then(async () => {
      const { litert, device } = await runtime;
      const file = await loadPart(modules, base, segment, report(i));
      return { ...segment, ...(await modules.model.compile(litert, file, device)) };
    });
    part.then(({ on }) => send({ type: "ready", segment: i, on }), () => {});
    before = part;
    return part;
  });
  return { ...modules, litert: (await runtime).litert, layers, segments: live.segments };
}

/** @type {(base: string) => Promise<Omit<Tools, "layers" | "segments" | "litert">>} */
async function loadModules(base) {
  const paths = [
    "live/model.js", "live/off.js", "live/segment.js", "arithmetic/statistics.js", "arithmetic/thumbnails.js",
  ];
  const [model, off, { loadSegment }, statistics, thumbnails] = await Promise.all(
    paths.map((path) => import(new URL(path, base).href)),
  );
  return { model, off, loadSegment, statistics, thumbnails };
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

/** @type {(tools: Pick<Tools, "loadSegment">, base: string, segment: Segment, report: (count: number) => void) => Promise<Uint8Array>} */
async function loadPart({ loadSegment }, base, segment, report) {
  const { file, kept: isKept } = await loadSegment(base, segment, report);
  if (!isKept) send({ type: "full" });
  return file;
}

/** @type {(request: RunRequest) => Promise<void>} */
async function run({ id, image, pixels, shape, first, last, off, only }) {
  const tools = await prepared;
  const keys = sources(tools, image, off);
  if (pixels) kept[0] = { key: keys[0], values: pixels, shape };
  let milliseconds = 0;
  let segment = first;
  // An earlier run may have been given up before it came here.
  while (segment > 0 && kept[segment]?.key !== keys[segment]) segment -= 1;
  for (; segment <= last; segment++) {
    const part = await parts[segment];
    if (id !== latest) return; // a newer image came
    const started = performance.now();
    const outputs = await computed(tools, part, kept[segment], off);
    milliseconds += performance.now() - started;
    part.layers.forEach((name, i) => (only?.includes(name) ?? true) && sendLayer(tools, id, tools.layers[name], outputs[i]));
    const { rows, columns, channels } = tools.layers[part.layers[part.layers.length - 1]];
    kept[segment + 1] = { key: keys[segment + 1], values: outputs[outputs.length - 1], shape: [1, rows, columns, channels] };
    if (id !== latest) return;
    const spent = performance.now() - started;
    send({ type: "done", id, segment, whole: segment === last, milliseconds, spent, on: part.on });
  }
}

/**
 * What the input of each segment comes from: the image, and what is switched off before.
 * @type {(tools: Tools, image: number, off: Off) => string[]}
 */
function sources({ segments, off: { key } }, image, off) {
  const keys = [String(image)];
  for (const { layers } of segments) keys.push(`${keys[keys.length - 1]}|${key(layers, off)}`);
  return keys;
}

/**
 * The maps of a segment's layers.
 * @type {(tools: Tools, part: Part, maps: Values, off: Off) => Promise<Float32Array[]>}
 */
async function computed({ litert, model, off: { gates }, layers }, part, maps, off) {
  const outputs = await model.run(litert, part, { ...gates(part, layers, off), [part.input]: maps });
  return part.outputs.map((name) => outputs[name]);
}

/** @type {(tools: Tools, id: number, layer: Layer, values: Float32Array) => void} */
function sendLayer({ statistics, thumbnails }, id, layer, values) {
  const planes = statistics.planar(values, layer);
  const found = statistics.statistics(planes, layer.channels);
  const sheet = thumbnails.sheet(planes, layer, found.maximum);
  const transfer = [planes.buffer, sheet.levels.buffer];
  send({ type: "layer", id, layer: layer.name, planes, statistics: found, sheet }, /** @type {ArrayBuffer[]} */ (transfer));
}
