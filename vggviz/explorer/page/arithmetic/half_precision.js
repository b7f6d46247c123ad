// Numbers as the files hold them: half or single precision.

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
 * `count` values in half or single precision, whichever the number of bytes fits.
 * @param {ArrayBuffer} buffer little-endian
 * @param {number} count
 * @returns {Float32Array | null} null if the bytes fit neither
 */
export function unpacked(buffer, count) {
  if (buffer.byteLength === 2 * count) return halves(buffer);
  return buffer.byteLength === 4 * count ? new Float32Array(buffer) : null;
}
