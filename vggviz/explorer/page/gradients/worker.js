// Computes gradients beside the page. A classic worker: LiteRT.js loads its WebAssembly with importScripts.

/** @import { FromWorker } from "./types.js" */

/** @type {Promise<import("./service.js").Service>} */
let service;

self.onmessage = async ({ data }) => {
  if (data.type === "load") service = begin(data);
  else (await service.catch(() => null))?.receive(data);
};

/** @type {(message: FromWorker, transfer?: Transferable[]) => void} */
const send = (message, transfer = []) => self.postMessage(message, transfer);

/** @type {(request: import("./types.js").LoadMessage) => Promise<import("./service.js").Service>} */
async function begin(request) {
  try {
    const [{ Service }, { loadEngines }] = await Promise.all(
      ["gradients/service.js", "gradients/engines.js"].map((path) => import(new URL(path, request.base).href)),
    );
    const progress = (/** @type {number} */ loaded, /** @type {number} */ total) => send({ type: "progress", loaded, total });
    return new Service(await loadEngines(request, progress), send);
  } catch (problem) {
    // WebAssembly may throw what is not an Error.
    send({ type: "failed", id: null, message: String(/** @type {any} */ (problem)?.message ?? problem) });
    throw problem;
  }
}
