// Whole numbers as they are counted from 0.

/**
 * @param {string} text
 * @returns {number} NaN if it is none
 */
export const whole = (text) => (/^\d+$/.test(text) ? Number(text) : NaN);

/**
 * @param {unknown} value
 * @param {number} count
 * @returns {boolean} whether it is a number below the count
 */
export const isBelow = (value, count) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count;
