// The discrete Fourier transform of square images of any side, without a factor.

/** @typedef {{real: Float64Array, imaginary: Float64Array}} Complex */

/**
 * Sums over rows and columns of values * exp(sign * 2 pi i (k m + l n) / size).
 * @param {Float64Array} real (size, size)
 * @param {Float64Array} imaginary
 * @param {{size: number, sign: 1 | -1}} how
 * @returns {Complex}
 */
export function transformed(real, imaginary, { size, sign }) {
  const found = { real: real.slice(), imaginary: imaginary.slice() };
  const line = { real: new Float64Array(size), imaginary: new Float64Array(size) };
  const roots = rootsOf(size, sign);
  const sums = { real: new Float64Array(size), imaginary: new Float64Array(size) };
  for (const [step, stride] of [[size, 1], [1, size]]) {
    for (let i = 0; i < size; i++) {
      transform(found, line, { n: size, from: i * step, stride, to: 0, roots, sums });
      for (let k = 0; k < size; k++) {
        found.real[i * step + k * stride] = line.real[k];
        found.imaginary[i * step + k * stride] = line.imaginary[k];
      }
    }
  }
  return found;
}

/** @type {(n: number, sign: number) => Complex} the n-th roots of one */
function rootsOf(n, sign) {
  const angles = Float64Array.from({ length: n }, (_, k) => (sign * 2 * Math.PI * k) / n);
  return { real: angles.map(Math.cos), imaginary: angles.map(Math.sin) };
}

/**
 * Write the transform of n values, `stride` apart, one after the other to `to`.
 * @param {Complex} values
 * @param {Complex} found
 * @param {{n: number, from: number, stride: number, to: number, roots: Complex, sums: Complex}} how   `sums`, room for n
 */
function transform(values, found, { n, from, stride, to, roots, sums }) {
  if (n === 1) {
    found.real[to] = values.real[from];
    found.imaginary[to] = values.imaginary[from];
    return;
  }
  const parts = smallestFactor(n);
  const m = n / parts;
  for (let q = 0; q < parts; q++) {
    transform(values, found, { n: m, from: from + q * stride, stride: stride * parts, to: to + q * m, roots, sums });
  }
  const whole = roots.real.length;
  for (let k = 0; k < m; k++) combine(found, sums, { at: to + k, m, parts, turn: ((whole / n) * k) % whole, whole, roots });
}

/**
 * Combine the transforms of `parts` interleaved sequences at one frequency.
 * @param {Complex} found
 * @param {Complex} sums
 * @param {{at: number, m: number, parts: number, turn: number, whole: number, roots: Complex}} how
 */
function combine(found, sums, { at, m, parts, turn, whole, roots }) {
  const part = whole / parts;
  for (let j = 0; j < parts; j++) {
    let [real, imaginary] = [0, 0];
    for (let q = 0; q < parts; q++) {
      const root = (q * (turn + j * part)) % whole;
      const [a, b] = [found.real[at + q * m], found.imaginary[at + q * m]];
      real += a * roots.real[root] - b * roots.imaginary[root];
      imaginary += a * roots.imaginary[root] + b * roots.real[root];
    }
    [sums.real[j], sums.imaginary[j]] = [real, imaginary];
  }
  for (let j = 0; j < parts; j++) [found.real[at + j * m], found.imaginary[at + j * m]] = [sums.real[j], sums.imaginary[j]];
}

/** @param {number} n */
function smallestFactor(n) {
  for (let factor = 2; factor * factor <= n; factor++) if (n % factor === 0) return factor;
  return n;
}
