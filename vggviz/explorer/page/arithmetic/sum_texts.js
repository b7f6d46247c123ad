// The numbers of a cell's sum as they are written: with as many decimals each, and so that they add up as written.

import { formatted } from "./number_format.js";

/**
 * @import { Explained } from "./convolution.js"
 * @typedef {{products: string[], others: string, bias: string, sum: string, first: (count: number) => string,
 *   write: (value: number) => string}} SumTexts   `first`, what all but the first products make, without the bias; `write`,
 *   another number as these are written
 */

/** Decimals that may be added until rounded parts add up to the rounded sum. */
const MORE = 3;

/** Significant digits of the largest number, or more. */
const DIGITS = 4;

/**
 * Products and bias are rounded rightly, and the sum is; what is left is the others'.
 * @param {Explained} explained
 * @returns {SumTexts}
 */
export function sumTexts(explained) {
  const { products, others, bias, sum } = explained;
  const sizes = [...products.map((product) => Math.abs(product.sum)), Math.abs(bias), Math.abs(sum)];
  const largest = Math.max(...sizes);
  if (!Number.isFinite(largest) || largest === 0) return plain(explained);
  const least = Math.max(DIGITS - 1 - Math.floor(Math.log10(largest)), 1);
  let decimals = least;
  const rounded = () => unitsOf(explained, decimals);
  while (!others && rounded().left !== 0 && decimals < least + MORE) decimals += 1;
  const { parts, left, ofBias, total } = rounded();
  if (!others) parts[0] += left;
  const write = (/** @type {number} */ units) => written(units / 10 ** decimals, decimals);
  return {
    products: parts.map(write),
    others: write(left),
    bias: write(ofBias),
    sum: write(total),
    first: (count) => write(total - ofBias - add(parts.slice(0, count))),
    write: (value) => written(value, decimals),
  };
}

/** In units of the last decimal. @type {(explained: Explained, decimals: number) => {parts: number[], ofBias: number, total: number, left: number}} */
function unitsOf({ products, bias, sum }, decimals) {
  const units = (/** @type {number} */ value) => Math.round(value * 10 ** decimals);
  const parts = products.map((product) => units(product.sum));
  const [ofBias, total] = [units(bias), units(sum)];
  return { parts, ofBias, total, left: total - ofBias - add(parts) };
}

/** Where nothing can be rounded alike. @type {(explained: Explained) => SumTexts} */
function plain({ products, remainder, bias, sum }) {
  const sums = products.map((product) => product.sum);
  return {
    products: sums.map(formatted),
    others: formatted(remainder),
    bias: formatted(bias),
    sum: formatted(sum),
    first: (count) => formatted(add(sums.slice(count)) + remainder),
    write: formatted,
  };
}

/** @type {(value: number, decimals: number) => string} with a minus sign, and never −0 */
function written(value, decimals) {
  const text = Math.abs(value).toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** @type {(values: number[]) => number} */
const add = (values) => values.reduce((sum, value) => sum + value, 0);
