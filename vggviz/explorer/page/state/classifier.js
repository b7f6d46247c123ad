// The classifier's files.

import { classifier } from "../answer/classifier.js";
import { gunzip } from "./gzip.js";
import { layerNamed } from "./manifest.js";

/**
 * @import { Classifier } from "../answer/classifier.js"
 * @import { Files } from "./files.js"
 * @import { Manifest } from "./types.js"
 */

/**
 * @param {Manifest} manifest
 * @param {Files} files
 * @returns {Promise<Classifier | null>} null for a network whose answer cannot be computed here
 */
export async function loadClassifier(manifest, files) {
  const { answer } = manifest;
  if (!answer) return null;
  const [packed, classes] = await Promise.all([
    files.bytes("classifier/kernel.gz"),
    files.json("classifier/classes.json"),
  ]);
  return classifier(answer, await gunzip(packed), classes, layerNamed(manifest, answer.layer).channels);
}
