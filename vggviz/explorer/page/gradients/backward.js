// Gradients through a chain of convolutions with a ReLU and of 2 x 2 pools, from numbers about its layers' outputs.

/**
 * @typedef {{name: string, kind: "convolution" | "pooling", channels: number}} Step
 * @typedef {Record<string, Float32Array>} Maps   of each layer, rows by columns by channels; "input" is what the network
 *   reads
 * @typedef {"plain" | "guided"} Rule   of the ReLU: "guided" lets through only what is positive
 * @typedef {(layer: string, gradient: Float32Array, sides: {rows: number, columns: number}) => Promise<Float32Array>}
 *   Convolve   the gradient with respect to a convolution's input
 * @typedef {{sides: (layer: string) => {rows: number, columns: number}, convolve: Convolve, rule?: Rule,
 *   wanted?: string[], open?: string[]}} How   `wanted`, the layers whose gradients are returned; `open`, layers whose ReLU
 *   lets all through, as for a channel that is zero everywhere
 */

/**
 * The gradient of a sum over layers of (cotangent * maps).
 * @param {Step[]} steps the chain, from its first layer on
 * @param {Maps} maps
 * @param {Maps} cotangents of some layers
 * @param {How} how
 * @returns {Promise<Maps>} of the wanted layers, by default of the input alone
 */
export async function backward(steps, maps, cotangents, how) {
  const { wanted = ["input"], sides, convolve } = how;
  /** @type {Maps} */
  const found = {};
  /** @type {Float32Array | null} */
  let gradient = null;
  for (let i = steps.length - 1; i >= 0; i--) {
    const { name, kind, channels } = steps[i];
    gradient = added(gradient, cotangents[name]);
    if (!gradient) continue;
    if (wanted.includes(name)) found[name] = gradient;
    const before = i ? steps[i - 1].name : "input";
    if (!wanted.some((each) => each === "input" || steps.findIndex((step) => step.name === each) < i)) break;
    gradient = kind === "pooling"
      ? unpooled(gradient, maps[before], { ...sides(before), channels })
      : await convolve(name, how.open?.includes(name) ? gradient : masked(gradient, maps[name], how.rule), sides(name));
  }
  if (gradient && wanted.includes("input")) found.input = gradient;
  return found;
}

/** @type {(gradient: Float32Array | null, more: Float32Array | undefined) => Float32Array | null} */
function added(gradient, more) {
  if (!gradient || !more) return gradient ?? more ?? null;
  return gradient.map((value, i) => value + more[i]);
}

/**
 * Through a ReLU.
 * @param {Float32Array} gradient
 * @param {Float32Array} maps its output
 * @param {Rule} [rule]
 */
function masked(gradient, maps, rule = "plain") {
  const found = new Float32Array(gradient.length);
  const guided = rule === "guided";
  for (let i = 0; i < found.length; i++) if (maps[i] > 0 && !(guided && gradient[i] < 0)) found[i] = gradient[i];
  return found;
}

/**
 * Through a pool that takes the maximum of 2 x 2 cells: to the first cell that has it.
 * @param {Float32Array} gradient
 * @param {Float32Array} maps its input
 * @param {{rows: number, columns: number, channels: number}} size of its input; a last odd row or column is not read
 */
function unpooled(gradient, maps, { rows, columns, channels }) {
  const found = new Float32Array(maps.length);
  const [down, across] = [columns * channels, channels];
  const corners = [0, across, down, down + across];
  let from = 0;
  for (let y = 0; y + 1 < rows; y += 2) {
    for (let x = 0; x + 1 < columns; x += 2) {
      for (let c = 0; c < channels; c++, from++) {
        const first = y * down + x * across + c;
        let best = first;
        for (let k = 1; k < 4; k++) if (maps[first + corners[k]] > maps[best]) best = first + corners[k];
        found[best] = gradient[from];
      }
    }
  }
  return found;
}
