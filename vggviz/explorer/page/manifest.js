// Looking things up in the manifest, the one file that tells the page which network and pictures it shows.

/**
 * @typedef {[number, number]} Pair                     down, across
 * @typedef {{size: Pair, stride: Pair, padding: Pair}} Field    pixels; the first cell begins at -padding
 * @typedef {{size: Pair, stride: Pair, padding: Pair, activation: "relu" | "linear"}} Kernel
 * @typedef {{name: string, kind: string, rows: number, columns: number, channels: number, reads: ?string,
 *   signed: boolean, field: ?Field, kernel: ?Kernel, bytes?: {maps: number, kernels: number},
 *   sheet?: {columns: number, tile: Pair}, preferred?: boolean}} Layer
 * @typedef {{id: string, title: string, rows: number, columns: number,
 *   maximum: Object<string, number>}} Picture
 * @typedef {{version: number, provenance: string, pictures: Picture[], input: {channels: string[]},
 *   layers: Layer[]}} Manifest
 * @typedef {{maximum: number[], mean: number[], variance: number[], zeros: number[]}} Statistics
 */

/**
 * The layer of that name; "input" is what the network reads, as if it were a layer.
 * @param {Manifest} manifest
 * @param {string} name
 * @returns {Layer}
 */
export function layerNamed(manifest, name) {
  const layer = manifest.layers.find((each) => each.name === name);
  if (layer) return layer;
  if (name === "input") return inputLayer(manifest);
  throw new Error(`There is no layer “${name}” here; there are ${listed(manifest.layers, "name")}.`);
}

/**
 * @param {Manifest} manifest
 * @param {string} id
 * @returns {Picture}
 */
export function pictureNamed(manifest, id) {
  const picture = manifest.pictures.find((each) => each.id === id);
  if (picture) return picture;
  throw new Error(`There is no picture “${id}” here; there are ${listed(manifest.pictures, "id")}.`);
}

/**
 * The network's input as a layer: each cell sees its own pixel.
 * @param {Manifest} manifest
 * @returns {Layer}
 */
export function inputLayer(manifest) {
  const [{ rows, columns }] = manifest.pictures;
  return {
    name: "input",
    kind: "input",
    rows,
    columns,
    channels: manifest.input.channels.length,
    reads: null,
    signed: true,
    field: { size: [1, 1], stride: [1, 1], padding: [0, 0] },
    kernel: null,
  };
}

/** @type {(things: object[], key: string) => string} */
const listed = (things, key) => things.map((each) => each[key]).join(", ");
