// A large file, kept in the browser's cache; after a broken connection it is loaded from where it stopped.

import { chunks } from "./chunks.js";

/** @import { Live } from "./types.js" */

/** Name of the browser's cache that holds the weights. */
export const STORE = "explorer-weights";

/**
 * @param {string} address
 * @param {{bytes: number, sha256: string}} expected
 * @param {(loaded: number) => void} progress bytes that are there
 * @returns {Promise<{buffer: ArrayBuffer, kept: boolean}>} `kept` is false where the cache is full or closed
 * @throws {Error} one sentence; the next call goes on where it stopped
 */
export async function download(address, expected, progress) {
  const store = await openStore();
  const cached = await fromStore(store, address, expected);
  if (cached) {
    progress(expected.bytes);
    return { buffer: cached, kept: true };
  }
  const begun = `${address}?begun`;
  const before = new Uint8Array((await (await store?.match(begun))?.arrayBuffer()) ?? new ArrayBuffer(0));
  const parts = await fetchParts(address, { before, bytes: expected.bytes }, progress, (
    async (all) => store && keep(store, begun, new Blob(all))
  ));
  const buffer = await new Blob(parts).arrayBuffer();
  await store?.delete(begun);
  if (!(await isRight(buffer, expected))) throw new Error("The network came damaged and is not used. Ask for it again.");
  return { buffer, kept: store !== null && (await keep(store, address, buffer)) };
}

/** Whether this browser holds the whole network. @type {(live: Pick<Live, "segments">, base: URL) => Promise<boolean>} */
export async function isKept({ segments }, base) {
  const store = await openStore();
  if (!store) return false;
  const files = segments.flatMap(({ parts }) => parts.map(({ file }) => new URL(file, base).href));
  const found = await Promise.all(files.map((file) => store.match(file).catch(() => null)));
  return found.every(Boolean);
}

/**
 * The file as it was kept; one that is damaged is thrown away.
 * @type {(store: Cache | null, address: string, expected: {bytes: number, sha256: string}) => Promise<ArrayBuffer | null>}
 */
async function fromStore(store, address, expected) {
  const found = await store?.match(address);
  if (!found) return null;
  const buffer = await found.arrayBuffer();
  if (await isRight(buffer, expected)) return buffer;
  await store?.delete(address);
  return null;
}

/**
 * What is missing of a file, after what is there.
 * @param {string} address
 * @param {{before: Uint8Array<ArrayBuffer>, bytes: number}} file `bytes`, of the whole
 * @param {(loaded: number) => void} progress
 * @param {(parts: Uint8Array<ArrayBuffer>[]) => Promise<unknown>} save what has come when the connection breaks
 * @returns {Promise<Uint8Array<ArrayBuffer>[]>}
 */
async function fetchParts(address, { before, bytes }, progress, save) {
  const response = await request(address, before.length);
  // A server that knows no ranges sends the whole file again.
  const goesOn = response.status === 206 && response.headers.get("Content-Range")?.startsWith(`bytes ${before.length}-`);
  const parts = goesOn ? [before] : [];
  let loaded = goesOn ? before.length : 0;
  progress(loaded);
  try {
    for await (const part of chunks(response)) {
      parts.push(part);
      loaded += part.length;
      progress(loaded);
    }
    if (loaded < bytes) throw new Error("cut short"); // to Firefox, a connection that breaks off is the end of a file
  } catch {
    await save(parts);
    const there = (loaded / 1e6).toFixed(1);
    throw new Error(`The connection broke off after ${there} MB of the network. Ask for it again: it goes on from there.`);
  }
  return parts;
}

/** @type {(address: string, from: number) => Promise<Response>} */
async function request(address, from) {
  /** @type {Record<string, string>} */
  const headers = from ? { Range: `bytes=${from}-` } : {};
  const response = await fetch(address, { headers, cache: "no-store" }).catch(() => null);
  if (!response) throw new Error("The network could not be loaded: there is no connection. What was shown stays.");
  if (response.ok) return response;
  if (response.status === 416 && from) return request(address, 0); // what is there is not of this file
  throw new Error(`The network could not be loaded: the server answered ${response.status}. What was shown stays.`);
}

/** @returns {Promise<Cache | null>} null where there is none, as in a private window of some browsers */
const openStore = () => (globalThis.caches ? caches.open(STORE).catch(() => null) : Promise.resolve(null));

/** @type {(store: Cache, address: string, body: BodyInit) => Promise<boolean>} false if the store is full */
const keep = (store, address, body) => store.put(address, new Response(body)).then(() => true, () => false);

/** @type {(buffer: ArrayBuffer, expected: {bytes: number, sha256: string}) => Promise<boolean>} */
async function isRight(buffer, { bytes, sha256 }) {
  if (buffer.byteLength !== bytes) return false;
  if (!globalThis.crypto?.subtle) return true; // no sums on an address without https
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
