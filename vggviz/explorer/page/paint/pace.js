// Whether the maps follow the pen, or come when it is lifted; and how far behind they are, in words.

/** Milliseconds that the first part of the network, and the whole, may take for the maps to follow the pen. */
const [FIRST, ALL] = [400, 3000];

/**
 * @param {readonly number[]} spent milliseconds that each part of the network took last; NaN where it is not known
 * @returns {boolean} what is not known is tried
 */
export function isSlow(spent) {
  return spent[0] > FIRST || spent.reduce((sum, each) => sum + (each || 0), 0) > ALL;
}

/**
 * @param {number} milliseconds
 * @returns {string} "0.4 s"
 */
export function seconds(milliseconds) {
  return `${(Math.max(milliseconds, 50) / 1000).toFixed(1)} s`;
}

/**
 * @param {{isBusy: boolean, isPainting: boolean, isSlow: boolean, behind: number | null, whole: number | null}} found
 *   milliseconds: `behind`, of the map last shown, after the pen was there; `whole`, of all layers after the last stroke
 * @returns {string}
 */
export function paceText({ isBusy, isPainting, isSlow, behind, whole }) {
  if (isSlow && isPainting) return "slow here: follows when you lift";
  if (isPainting) return behind === null ? "follows …" : `${seconds(behind)} behind`;
  if (isBusy) return behind === null ? "computing …" : `${seconds(behind)} behind; the answer comes`;
  if (whole === null) return "";
  return isSlow ? `computed in ${seconds(whole)}: slow here, so after each stroke` : `all computed, ${seconds(whole)} after the stroke`;
}
