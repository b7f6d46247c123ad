// Files of the explorer's own folder. An error is one sentence; what failed is loaded again the next time.

import { chunks } from "./chunks.js";

/** @import { Progress } from "./types.js" */

/** Levels as they are in the file: no colour profile, no alpha mixed in. @type {ImageBitmapOptions} */
const PLAIN = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

export class Files {
  #base;
  /** @type {Map<string, Promise<any>>} */
  #kept = new Map();

  /** @param {string | URL} base address of the folder */
  constructor(base) {
    this.#base = base;
  }

  /** @type {(path: string) => string} */
  address(path) {
    return new URL(path, this.#base).href;
  }

  /**
   * Small, so it is kept.
   * @param {string} path
   * @returns {Promise<any>}
   */
  json(path) {
    let found = this.#kept.get(path);
    if (!found) {
      found = this.#fetch(path).then((response) => response.json());
      found.catch(() => this.#kept.delete(path));
      this.#kept.set(path, found);
    }
    return found;
  }

  /**
   * Images and numbers are large: the caller keeps what was made of them.
   * @param {string} path
   * @returns {Promise<ImageBitmap>}
   */
  async image(path) {
    const response = await this.#fetch(path);
    return createImageBitmap(await response.blob(), PLAIN);
  }

  /**
   * @param {string} path
   * @param {Progress} [progress]
   * @returns {Promise<ArrayBuffer>}
   */
  async bytes(path, progress) {
    return read(await this.#fetch(path), path, progress);
  }

  /** @type {(path: string) => Promise<Response>} */
  async #fetch(path) {
    const response = await fetch(this.address(path)).catch(() => null);
    if (!response) throw new Error(`“${path}” could not be loaded: there is no connection. What was shown stays.`);
    if (response.ok) return response;
    throw new Error(`“${path}” could not be loaded: the server answered ${response.status}. What was shown stays.`);
  }
}

/** @type {(response: Response, name: string, progress?: Progress) => Promise<ArrayBuffer>} */
async function read(response, name, progress) {
  const total = Number(response.headers.get("Content-Length")) || 0;
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let loaded = 0;
  try {
    for await (const part of chunks(response)) {
      parts.push(part);
      loaded += part.length;
      progress?.(loaded, total);
    }
  } catch {
    throw new Error(`“${name}” was cut off after ${loaded} bytes. Choose it again to load it anew.`);
  }
  return new Blob(parts).arrayBuffer();
}
