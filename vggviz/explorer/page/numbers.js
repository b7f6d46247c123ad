// Numbers: unpacked from files, and written for people.

/**
 * Unpack gzip. Some servers unpack it themselves: such bytes pass as they are.
 * @param {ArrayBuffer | Uint8Array} packed
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

/**
 * @param {ArrayBuffer} buffer little-endian float16
 * @returns {Float32Array}
 */
export function halves(buffer) {
  if (typeof Float16Array === "function") return new Float32Array(new Float16Array(buffer));
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => half(bits));
  const lookUp = table;
  return Float32Array.from(new Uint16Array(buffer), (bits) => lookUp[bits]);
}

/** The float32 of each float16, made when first needed. @type {Float32Array | undefined} */
let table;

/**
 * @param {number} bits of one float16, 0 to 65535
 * @returns {number}
 */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * @param {ArrayBuffer} buffer little-endian float32
 * @returns {Float32Array}
 */
export function floats(buffer) {
  return new Float32Array(buffer);
}

/**
 * Three significant digits, or all whole ones: 41.2, 0.00312, 1,234, 1.2e−7, −5.
 * @param {number} value
 * @returns {string}
 */
export function formatted(value) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "−infinite";
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  return (rounded < 0 ? "−" : "") + digits(size, Math.abs(value)).replace("-", "−");
}

/** @type {(rounded: number, size: number) => string} both without sign */
function digits(rounded, size) {
  if (rounded >= 1000 && rounded < 1e9) return Math.round(size).toLocaleString("en");
  if (rounded === 0 || (rounded >= 1e-4 && rounded < 1000)) return String(rounded);
  return rounded.toExponential().replace("e+", "e");
}
