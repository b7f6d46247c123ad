// Computes maps beside the page, so that it stays quick. A classic worker: LiteRT.js loads its WebAssembly with
// importScripts, which module workers do not have.

let parts = []; // of each segment: a promise of the compiled model
let latest = 0;
let tools = null;
let prepared = null; // a promise that tools and parts are there, the parts perhaps still on their way

self.onmessage = ({ data }) => {
  if (data.type === "load") {
    prepared = prepare(data);
    prepared.then(() => Promise.all(parts)).then(() => self.postMessage({ type: "loaded" })).catch(tell);
  }
  if (data.type === "run") {
    latest = data.id;
    run(data).catch(tell);
  }
};

const tell = (problem) => self.postMessage({ type: "failed", message: problem.message });

async function prepare({ base, live, layers, threads, gpu }) {
  const [litert, { download }, { gunzip }, summary] = await Promise.all(
    ["live/litert.js", "download.js", "numbers.js", "summary.js"].map((path) => import(new URL(path, base))),
  );
  tools = { litert, summary, layers };
  const loaded = live.segments.map(() => 0);
  const total = live.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const report = (place) => (count) => {
    loaded[place] = count;
    self.postMessage({ type: "progress", loaded: loaded.reduce((sum, each) => sum + each, 0), total });
  };
  const several = threads > 1 && (await offers(litert, "threads")) && (await offers(litert, "relaxedSimd"));
  const wasm = new URL("live/wasm/", base);
  // Left to itself, LiteRT.js looks for its parts beside this worker.
  self.Module = { locateFile: (file) => new URL(file, wasm).href };
  if (several) self.Module.mainScriptUrlOrBlob = new URL("litert_wasm_threaded_internal.js", wasm).href;
  const runtime = litert.loadLiteRt(wasm.href, { threads: several });
  // One after the other: the first block is there soonest, and a broken connection loses one part only.
  let before = runtime;
  parts = live.segments.map((segment, place) => {
    const part = before.then(async () => {
      const { buffer, kept } = await download(new URL(segment.file, base).href, segment, report(place));
      if (!kept) self.postMessage({ type: "full" });
      const model = new Uint8Array(await gunzip(buffer));
      const compiled = await compile(model, gpu, several ? threads : 1);
      self.postMessage({ type: "ready", segment: place, on: compiled.on });
      return { ...segment, ...compiled };
    });
    before = part;
    return part;
  });
}

/** @type {(litert: object, feature: string) => Promise<boolean>} */
const offers = (litert, feature) => litert.supportsFeature(feature).catch(() => false);

/** On the graphics processor where it does the whole part, else on the processor. */
async function compile(model, gpu, threads) {
  if (gpu) {
    try {
      const compiled = await tools.litert.loadAndCompile(model, { accelerator: "webgpu" });
      if (compiled.isFullyAccelerated !== false) return { compiled, on: "webgpu" };
      compiled.delete();
    } catch {
      // The adapter cannot do it; the processor can.
    }
  }
  const how = { accelerator: "wasm", ...(threads > 1 && { cpuOptions: { numThreads: threads } }) };
  return { compiled: await tools.litert.loadAndCompile(model, how), on: "wasm" };
}

/** @param {{id: number, pixels: Float32Array, shape: number[], last: number}} asked `last` segment that is wanted */
async function run({ id, pixels, shape, last }) {
  await prepared;
  const { Tensor } = tools.litert;
  let milliseconds = 0;
  let values = pixels;
  let size = shape;
  for (let place = 0; place <= last; place++) {
    const { compiled, layers, on } = await parts[place];
    if (id !== latest) return; // a newer picture came
    const started = performance.now();
    let input = new Tensor(values, size);
    if (on === "webgpu") input = await input.moveTo("webgpu");
    const outputs = await compiled.run([input]);
    const given = [];
    for (const output of inOrder(outputs, compiled)) {
      const here = on === "webgpu" ? await output.moveTo("wasm") : output;
      given.push(here.toTypedArray()); // a copy, which outlives the tensor
      here.delete();
    }
    input.delete();
    milliseconds += performance.now() - started;
    layers.forEach((name, number) => send(id, tools.layers[name], given[number]));
    values = given.at(-1);
    const { rows, columns, channels } = tools.layers[layers.at(-1)];
    size = [1, rows, columns, channels];
    if (id !== latest) return;
    self.postMessage({ type: "done", id, segment: place, whole: place === last, milliseconds, on });
  }
}

/** The converter may order its outputs otherwise; their names end in their number. */
function inOrder(outputs, compiled) {
  const number = ({ name }) => Number(name.match(/(\d+)$/)?.[1] ?? 0);
  const details = compiled.getOutputDetails();
  return outputs.map((output, place) => [number(details[place]), output]).sort(([a], [b]) => a - b).map(([, output]) => output);
}

function send(id, layer, values) {
  const { planar, statistics, sheet } = tools.summary;
  const planes = planar(values, layer);
  const found = statistics(planes, layer.channels);
  const small = sheet(planes, layer, found.maximum);
  const message = { type: "layer", id, layer: layer.name, planes, statistics: found, sheet: small };
  self.postMessage(message, [planes.buffer, small.levels.buffer]);
}
