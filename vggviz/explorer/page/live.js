// The reader's own picture: the network comes when it is asked for, and computes in a worker.

import { bitmapOf } from "./intake.js";
import { asRead } from "./resample.js";

export const YOURS = "yours";

/**
 * @param {{manifest: object, data: object, base: URL, tell: (news: object) => void,
 *   failed: (problem: Error) => void}} tools `tell` hears of progress, of each layer, of the time
 */
export function createLive({ manifest, data, base, tell, failed }) {
  const { live } = manifest;
  const [{ rows: size }] = manifest.pictures;
  const layers = Object.fromEntries(manifest.layers.map((layer) => [layer.name, layer]));
  const segmentOf = (name) => live.segments.findIndex((segment) => segment.layers.includes(name));
  let worker = null;
  let number = 0;
  let waiting = new Map(); // of the picture under way: layer -> its promise's ends

  const settle = (how, value) => {
    for (const wait of waiting.values()) wait[how](value);
  };

  const heard = ({ data: news }) => {
    if (news.type === "layer" && news.id === number) {
      const { planes, statistics, sheet } = news;
      const { rows, columns, channels } = layers[news.layer];
      picture().maximum[news.layer] = Math.max(...statistics.maximum);
      waiting.get(news.layer)?.resolve({ planes: { data: planes, rows, columns, channels }, statistics, sheet });
    }
    if (news.type === "failed") {
      const problem = new Error(news.message);
      settle("reject", problem);
      stop();
      failed(problem);
    }
    if (news.type !== "done" || news.id === number) tell(news);
  };

  const picture = () => manifest.pictures.find(({ id }) => id === YOURS);

  function stop() {
    worker?.terminate();
    worker = null;
  }

  return {
    size,
    bytes: live.segments.reduce((sum, { bytes }) => sum + bytes, 0),
    runtime: live.runtime, // bytes of what runs it, as a host packs them
    isOn: () => worker !== null,
    segmentOf,

    /** Fetch the network and make it ready. @param {{threads: number, gpu: boolean}} how */
    start({ threads, gpu }) {
      if (worker) return;
      worker = startWorker(new URL("live_worker.js", base));
      worker.onmessage = heard;
      worker.onerror = () => heard({ data: { type: "failed", message: "The network could not be started in this browser. What was shown stays." } });
      worker.postMessage({ type: "load", base: base.href, live, layers, threads, gpu });
    },

    /**
     * Compute a picture; its maps come as the promises that `data` gives.
     * @param {Uint8ClampedArray} levels RGB, size * size * 3
     * @param {{title: string, last?: string}} about `last`, the deepest layer that is wanted; all without it
     * @returns {Promise<void>} when all layers that are wanted are there
     */
    async show(levels, { title, last = null }) {
      settle("reject", Object.assign(new Error("Another picture was chosen."), { superseded: true }));
      number += 1;
      const mine = new Map(manifest.layers.map(({ name }) => [name, deferred()]));
      waiting = mine;
      const photograph = bitmapOf(levels, size);
      const input = asRead(levels, live);
      if (!picture()) {
        manifest.pictures.push({ id: YOURS, title, rows: size, columns: size, maximum: {} });
      }
      Object.assign(picture(), { title, maximum: {} });
      data.add(YOURS, {
        photograph: () => photograph,
        sheet: async (layer) => (await mine.get(layer).promise).sheet,
        statistics: async (layer) => (await mine.get(layer).promise).statistics,
        maps: async (layer) => (layer === "input" ? inputPlanes(input, size) : (await mine.get(layer).promise).planes),
      });
      const deepest = last ? segmentOf(last) : live.segments.length - 1;
      const shape = [1, size, size, live.offset.length];
      worker.postMessage({ type: "run", id: number, pixels: input, shape, last: deepest });
      const wanted = live.segments.slice(0, deepest + 1).flatMap((segment) => segment.layers);
      await Promise.all(wanted.map((name) => mine.get(name).promise));
    },
  };
}

/**
 * A worker under the page's own rules: one that is started from a file of its own would not have them, and might ask
 * another host.
 * @param {URL} script
 */
function startWorker(script) {
  const source = new Blob([`importScripts(${JSON.stringify(script.href)});`], { type: "text/javascript" });
  const address = URL.createObjectURL(source);
  const worker = new Worker(address);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return worker;
}

/** What the network reads, channels first. */
function inputPlanes(values, size) {
  const channels = values.length / (size * size);
  const data = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) data[(i % channels) * size * size + Math.floor(i / channels)] = values[i];
  return { data, rows: size, columns: size, channels };
}

/** A promise with its ends; that nobody may wait for it is no error. */
function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {});
  return made;
}

/**
 * What this machine offers: threads where the page is isolated, a graphics processor that is no imitation.
 * @returns {Promise<{threads: number, gpu: boolean}>}
 */
export async function machine() {
  const threads = globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1;
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  const imitation = !adapter || adapter.isFallbackAdapter || adapter.info?.isFallbackAdapter
    || /swiftshader|llvmpipe|software/i.test(`${adapter.info?.architecture} ${adapter.info?.description} ${adapter.info?.vendor}`);
  return { threads, gpu: !imitation };
}
