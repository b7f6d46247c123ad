// A large file, kept in the browser's cache; what a broken connection has brought is not asked for again.

const STORE = "explorer-weights";

/**
 * @param {string} address
 * @param {{bytes: number, sha256: string}} expected
 * @param {(loaded: number) => void} progress bytes that are there
 * @returns {Promise<{buffer: ArrayBuffer, kept: boolean}>} `kept` is false where the cache is full or closed
 * @throws {Error} one sentence; asked again, it goes on where it stopped
 */
export async function download(address, { bytes, sha256 }, progress) {
  const store = await openStore();
  const whole = await store?.match(address);
  if (whole) {
    const buffer = await whole.arrayBuffer();
    if (await isRight(buffer, bytes, sha256)) {
      progress(bytes);
      return { buffer, kept: true };
    }
    await store.delete(address);
  }
  const begun = `${address}?begun`;
  const before = new Uint8Array((await (await store?.match(begun))?.arrayBuffer()) ?? 0);
  const parts = await fetchParts(address, before, progress, (all) => store && keep(store, begun, new Blob(all)));
  const buffer = await new Blob(parts).arrayBuffer();
  await store?.delete(begun);
  if (!(await isRight(buffer, bytes, sha256))) {
    throw new Error("The network came damaged and is not used. Ask for it again.");
  }
  return { buffer, kept: Boolean(store) && (await keep(store, address, buffer)) };
}

/** @returns {Promise<Uint8Array[]>} */
async function fetchParts(address, before, progress, save) {
  const headers = before.length ? { Range: `bytes=${before.length}-` } : {};
  const response = await fetch(address, { headers, cache: "no-store" }).catch(() => null);
  if (!response) throw new Error("The network could not be loaded: there is no connection. What was shown stays.");
  if (!response.ok) {
    throw new Error(`The network could not be loaded: the server answered ${response.status}. What was shown stays.`);
  }
  // A server that knows no ranges sends the whole file again.
  const goesOn = response.status === 206 && response.headers.get("Content-Range")?.startsWith(`bytes ${before.length}-`);
  const parts = goesOn ? [before] : [];
  let loaded = goesOn ? before.length : 0;
  progress(loaded);
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return parts;
      parts.push(value);
      loaded += value.length;
      progress(loaded);
    }
  } catch {
    await save(parts);
    const there = (loaded / 1e6).toFixed(1);
    throw new Error(`The connection broke off after ${there} MB of the network. Ask for it again: it goes on from there.`);
  }
}

/** @returns {Promise<?Cache>} null where there is none, as in a private window of some browsers */
const openStore = () => (globalThis.caches ? caches.open(STORE).catch(() => null) : Promise.resolve(null));

/** @type {(store: Cache, address: string, body: BodyInit) => Promise<boolean>} false if the store is full */
const keep = (store, address, body) => store.put(address, new Response(body)).then(() => true, () => false);

/** @type {(buffer: ArrayBuffer, bytes: number, sha256: string) => Promise<boolean>} */
async function isRight(buffer, bytes, sha256) {
  if (buffer.byteLength !== bytes) return false;
  if (!globalThis.crypto?.subtle) return true; // no sums on an address without https
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
