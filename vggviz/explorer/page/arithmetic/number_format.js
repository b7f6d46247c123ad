// Numbers and sizes, written for people.

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

/**
 * @param {number} bytes
 * @returns {string} in MB or kB
 */
export function formattedBytes(bytes) {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

/** What a button says that may download. @type {(words: string, bytes: number) => string} `bytes`, 0 where they are there */
export const withBytes = (words, bytes) => (bytes ? `${words} (${formattedBytes(bytes)})` : words);

/** "1 channel", "1,024 channels". @type {(count: number, word: string) => string} */
export const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** Two decimals: a cosine, a correlation. @type {(value: number) => string} */
export const hundredths = (value) => value.toFixed(2).replace("-", "−");

/** @type {(rounded: number, size: number) => string} both without sign */
function digits(rounded, size) {
  if (rounded >= 1000 && rounded < 1e9) return Math.round(size).toLocaleString("en");
  if (rounded === 0 || (rounded >= 1e-4 && rounded < 1000)) return String(rounded);
  return rounded.toExponential().replace("e+", "e");
}
