// Rounding that keeps sums: what is shown adds up as shown.

/** Decimals at most. */
const MOST = 4;

/**
 * Parts of a sum, rounded so that they add up to the rounded sum: each is off by less than one unit of its last digit.
 * @param {ArrayLike<number>} values
 * @param {number} decimals
 * @returns {{parts: number[], total: number}}
 */
export function addingUp(values, decimals) {
  const unit = 10 ** decimals;
  let [sum, told] = [0, 0];
  const parts = Array.from(values, (value) => {
    sum += value;
    const part = Math.round(sum * unit) - told;
    told += part;
    return part / unit;
  });
  return { parts, total: told / unit };
}

/**
 * A few parts of a sum with as few decimals, one at least, as it takes for each to be rounded rightly and to add up.
 * @param {number[]} values
 * @returns {string[]} the parts, then the sum; a minus sign where negative
 */
export function addingUpText(values) {
  for (let decimals = 1; ; decimals++) {
    const { parts, total } = addingUp(values, decimals);
    const isRight = parts.every((part, i) => Math.abs(part - values[i]) <= 0.5 * 10 ** -decimals + 1e-12);
    if (isRight || decimals === MOST) return [...parts, total].map((part) => fixed(part, decimals));
  }
}

/**
 * @param {number} value
 * @param {number} decimals
 * @returns {string} with a minus sign, and never −0
 */
export function fixed(value, decimals) {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
