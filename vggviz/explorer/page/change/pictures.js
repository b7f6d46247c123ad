// Pictures that were made, and what two of them differ by.

const MIDDLE = 128;

/**
 * A drawing again and again beside itself, which it fits: it was made on a canvas that goes on at its other side.
 * @type {(levels: Uint8ClampedArray, size: number, side: number) => Uint8ClampedArray}
 */
export function tiled(levels, size, side) {
  const found = new Uint8ClampedArray(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = 3 * ((y % size) * size + (x % size));
      for (let c = 0; c < 3; c++) found[3 * (y * side + x) + c] = levels[from + c];
    }
  }
  return found;
}

/**
 * What was changed, around grey, as many times as strong as there is room for.
 * @type {(changed: Uint8ClampedArray, levels: Uint8ClampedArray) => {levels: Uint8ClampedArray, times: number}}
 */
export function amplified(changed, levels) {
  const largest = changed.reduce((most, each, i) => Math.max(most, Math.abs(each - levels[i])), 0);
  const times = largest ? Math.max(1, Math.floor((MIDDLE - 1) / largest)) : 1;
  return { levels: changed.map((each, i) => MIDDLE + times * (each - levels[i])), times };
}

/**
 * What full colour stands for in a map: a few very large values are not to make all others invisible.
 * @param {ArrayLike<number>} values
 * @param {number} [share] of the values that are smaller
 * @returns {number}
 */
export function limitOf(values, share = 0.995) {
  const sizes = Float32Array.from(values, Math.abs).sort();
  return sizes[Math.ceil(share * (sizes.length - 1))] || sizes[sizes.length - 1];
}

/**
 * Spearman's rank correlation of the sizes of two maps' values: 1 if they are in the same order.
 * @type {(one: ArrayLike<number>, other: ArrayLike<number>) => number}
 */
export function sameOrder(one, other) {
  const [first, second] = [ranks(one), ranks(other)];
  const mean = (first.length - 1) / 2;
  let [product, ofFirst, ofSecond] = [0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [first[i] - mean, second[i] - mean];
    product += a * b;
    ofFirst += a * a;
    ofSecond += b * b;
  }
  return ofFirst > 0 && ofSecond > 0 ? product / Math.sqrt(ofFirst * ofSecond) : 0;
}

/** Equal sizes share the mean of their ranks. @type {(values: ArrayLike<number>) => Float64Array} */
function ranks(values) {
  const sizes = Float64Array.from(values, Math.abs);
  const order = Uint32Array.from(sizes.keys()).sort((a, b) => sizes[a] - sizes[b]);
  const found = new Float64Array(sizes.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && sizes[order[to]] === sizes[order[from]]) to += 1;
    for (let i = from; i < to; i++) found[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}
