// What this machine offers for computing.

/**
 * Whether this browser computes on one thread, whatever the machine has. In Firefox (153) models of several threads often
 * wait for ever: a thread is a worker that a worker starts, and now and then such a worker never begins.
 * @type {(agent?: string) => boolean}
 */
export const hasOneThread = (agent = navigator.userAgent) => agent.includes("Firefox/");

/** @import { Device } from "./messages.js" */

/**
 * Threads where the page is isolated, and a graphics processor where a real one is there, not a software one.
 * @returns {Promise<Device>}
 */
export async function device() {
  const threads = globalThis.crossOriginIsolated && !hasOneThread() ? Math.min(navigator.hardwareConcurrency || 1, 8) : 1;
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return { threads, gpu: Boolean(adapter) && !isSoftware(adapter) };
}

/** @type {(adapter: any) => boolean} some browsers have `isFallbackAdapter` at the adapter, some in its info */
function isSoftware({ isFallbackAdapter, info }) {
  if (isFallbackAdapter || info?.isFallbackAdapter) return true;
  return /swiftshader|llvmpipe|software/i.test(`${info?.architecture} ${info?.description} ${info?.vendor}`);
}

/**
 * @param {string} on "webgpu" or "wasm"
 * @param {number} threads
 * @returns {string}
 */
export function describeDevice(on, threads) {
  if (on === "webgpu") return "on the graphics processor";
  return threads > 1 ? `on ${threads} threads` : "on one thread";
}
