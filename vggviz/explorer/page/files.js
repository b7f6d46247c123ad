// Files of the explorer's own folder, asked for once. What fails is said in one sentence, and can be asked again.

/**
 * @param {string | URL} base address of the folder
 */
export function createFiles(base) {
  const kept = new Map();

  /** @type {(path: string, read: (response: Response) => Promise<any>) => Promise<any>} */
  const once = (path, read) => {
    if (!kept.has(path)) {
      const found = ask(new URL(path, base), path).then(read);
      found.catch(() => kept.delete(path));
      kept.set(path, found);
    }
    return kept.get(path);
  };

  return {
    json: (path) => once(path, (response) => response.json()),
    // Levels as they stand in the file: no colour profile, no alpha mixed in.
    image: (path) =>
      ask(new URL(path, base), path).then(async (response) => createImageBitmap(await response.blob(), PLAIN)),
    // Pictures and numbers are large: who asks keeps what was made of them.
    bytes: (path, progress) => ask(new URL(path, base), path).then((response) => read(response, path, progress)),
  };
}

const PLAIN = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

/**
 * @param {URL} address
 * @param {string} name what a reader is told
 * @returns {Promise<Response>}
 */
async function ask(address, name) {
  const response = await fetch(address).catch(() => null);
  if (!response) throw new Error(`“${name}” could not be loaded: there is no connection. What was shown stays.`);
  if (response.ok) return response;
  throw new Error(`“${name}” could not be loaded: the server answered ${response.status}. What was shown stays.`);
}

/**
 * @param {Response} response
 * @param {string} name
 * @param {((loaded: number, total: number) => void) | undefined} progress
 * @returns {Promise<ArrayBuffer>}
 */
async function read(response, name, progress) {
  const total = Number(response.headers.get("Content-Length")) || 0;
  const parts = [];
  let loaded = 0;
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      loaded += value.length;
      progress?.(loaded, total);
    }
  } catch {
    throw new Error(`“${name}” was cut off after ${loaded} bytes. Choose it again to load it anew.`);
  }
  return new Blob(parts).arrayBuffer();
}
