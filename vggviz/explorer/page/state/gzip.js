// Unpacking gzip.

/**
 * Some servers unpack gzip themselves: such bytes are returned as they are.
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} packed
 * @returns {Promise<ArrayBuffer>}
 * @throws {Error} the file is cut short or damaged
 */
export async function gunzip(packed) {
  const bytes = new Uint8Array(packed);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return bytes.buffer;
  try {
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(unpacked).arrayBuffer();
  } catch (problem) {
    throw new Error("The file is cut short or damaged, so it cannot be unpacked.", { cause: problem });
  }
}
