// The classifier's files.

import { classifier } from "../answer/classifier.js";
import { gunzip } from "./gzip.js";
import { LruCache } from "./lru_cache.js";
import { layerNamed } from "./manifest.js";

/**
 * @import { Classifier } from "../answer/classifier.js"
 * @import { Files } from "./files.js"
 * @import { Manifest } from "./types.js"
 */

/** @typedef {() => Promise<Classifier | null>} GiveClassifier   null for a network whose answer cannot be computed here */

/**
 * A function that gives the classifier; it is loaded by the first call, and anew after one that failed.
 * @param {Manifest} manifest
 * @param {Files} files
 * @returns {GiveClassifier}
 */
export function classifierGiver(manifest, files) {
  const held = new LruCache(1);
  return () => held.get("classifier", () => load(manifest, files));
}

/** @type {(manifest: Manifest, files: Files) => Promise<Classifier | null>} */
async function load(manifest, files) {
  const { answer } = manifest;
  if (!answer) return null;
  const [packed, classes] = await Promise.all([
    files.bytes("classifier/kernel.gz"),
    files.json("classifier/classes.json"),
  ]);
  return classifier(answer, await gunzip(packed), classes, layerNamed(manifest, answer.layer).channels);
}
