// A part of the network, put together from its files: most of it is the kernels, which the page also shows.

import { download } from "../state/download.js";
import { gunzip } from "../state/gzip.js";

/** @import { Segment } from "../state/types.js" */

/**
 * @param {string} base address of the page's folder
 * @param {Segment} segment
 * @param {(loaded: number) => void} progress bytes that are there
 * @returns {Promise<{file: Uint8Array, kept: boolean}>} `kept` is false where the browser's store is full or closed
 * @throws {Error} one sentence; the next call goes on where it stopped
 */
export async function loadSegment(base, { parts }, progress) {
  let file = new Uint8Array();
  let isKept = true;
  let before = 0;
  // One after the other: a broken connection loses one part only.
  for (const part of parts) {
    const sum = before;
    const { buffer, kept } = await download(new URL(part.file, base).href, part, (loaded) => progress(sum + loaded));
    const content = new Uint8Array(await gunzip(buffer));
    if (file.length) file.set(content, part.place);
    else file = content; // the first is as long as the whole, with zeros where the others go
    isKept &&= kept;
    before += part.bytes;
  }
  return { file, kept: isKept };
}
