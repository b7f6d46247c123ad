// Loads what engines are made of; the forward files are in the browser's store if the network is loaded.

import { loadRuntime } from "../live/model.js";
import { loadSegment } from "../live/segment.js";
import { Files } from "../state/files.js";
import { LiteRtEngine } from "./engine.js";
import { uniform } from "./optimiser.js";
import { shuffled } from "./template.js";

/**
 * @import { EngineFor, LoadMessage } from "./types.js"
 * @import { Live, Progress } from "../state/types.js"
 */

const SEED = 1;

/**
 * @param {LoadMessage} request
 * @param {Progress} progress
 * @returns {Promise<EngineFor>} the network's engine, or one with some layers' weights in a random order
 */
export async function loadEngines({ base, live, layers, side, threads, gpu }, progress) {
  const [template, files, runtime] = await Promise.all([
    new Files(base).bytes(live.gradients.file), loadFiles(base, live, progress), loadRuntime(base, { threads, gpu }),
  ]);
  const parts = { ...runtime, live, layers, side, template: new Uint8Array(template), files };
  const trained = new LiteRtEngine(parts);
  /** @type {{names: string, engine: LiteRtEngine} | null} */
  let control = null;
  return (names) => {
    if (!names.length) return trained;
    if (control?.names !== String(names)) {
      control?.engine.delete();
      control = { names: String(names), engine: new LiteRtEngine({ ...parts, files: inDisorder(files, live, names) }) };
    }
    return control.engine;
  };
}

/** @type {(files: Uint8Array[], live: LoadMessage["live"], names: string[]) => Uint8Array[]} */
function inDisorder(files, { segments, gradients }, names) {
  const random = uniform(SEED);
  return files.map((file, i) => {
    const own = segments[i].layers.filter((name) => names.includes(name) && name in gradients.kernels);
    return shuffled(file, own.map((name) => gradients.kernels[name]), random);
  });
}

/** @type {(base: string, live: Live, progress: Progress) => Promise<Uint8Array[]>} */
async function loadFiles(base, { segments }, progress) {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  const files = [];
  for (const segment of segments) {
    const sum = before;
    const { file } = await loadSegment(base, segment, (loaded) => progress(sum + loaded, total));
    files.push(file);
    before += segment.bytes;
  }
  return files;
}
