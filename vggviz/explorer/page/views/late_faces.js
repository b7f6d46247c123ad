// The channels' faces before any is wanted.

import { LruCache } from "../state/lru_cache.js";

/**
 * @import { Files } from "../state/files.js"
 * @import { Manifest } from "../state/types.js"
 * @import { Faces } from "./faces.js"
 * @typedef {() => Promise<Faces>} GiveFaces
 */

/** They are loaded by the first call, and anew after one that failed. @type {(tools: {manifest: Manifest, files: Files}) => GiveFaces} */
export function facesGiver(tools) {
  const held = new LruCache(1);
  return () => held.get("faces", async () => new (await import("./faces.js")).Faces(tools));
}
