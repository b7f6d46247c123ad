// Looking things up in the manifest, the file that lists the network and the images of the page.

/** @import { Image, Layer, Manifest } from "./types.js" */

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
  throw new Error(`There is no layer “${name}” here; there are ${manifest.layers.map((each) => each.name).join(", ")}.`);
}

/**
 * @param {Manifest} manifest
 * @param {string} id
 * @returns {Image}
 */
export function imageNamed(manifest, id) {
  const image = manifest.pictures.find((each) => each.id === id);
  if (image) return image;
  throw new Error(`There is no picture “${id}” here; there are ${manifest.pictures.map((each) => each.id).join(", ")}.`);
}

/**
 * The images that a reader may choose.
 * @param {Manifest} manifest
 * @returns {Image[]}
 */
export function offered({ pictures }) {
  return pictures.filter(({ hidden }) => !hidden);
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
    bytes: { maps: 0, kernels: 0 },
    sheet: { columns: 1, tile: [rows, columns] },
    field: { size: [1, 1], stride: [1, 1], padding: [0, 0] },
    kernel: null,
    pool: null,
    preferred: false,
    examples: false,
    drawings: null,
  };
}

/**
 * The layer that a kernel or a pool slides over.
 * @param {Manifest} manifest
 * @param {Layer} layer
 * @returns {Layer}
 * @throws {Error} it reads several
 */
export function layerBefore(manifest, { name, reads }) {
  if (reads === null) throw new Error(`${name} reads several layers, so its arithmetic cannot be shown.`);
  return layerNamed(manifest, reads);
}

/**
 * How many layers a number goes through from a layer down to the one that reads the pixels.
 * @param {Manifest} manifest
 * @param {Layer} layer
 * @returns {number | null} null if one on the way reads several layers, or has no arithmetic to be shown
 */
export function stepsToPixels(manifest, layer) {
  let [steps, at] = [0, layer];
  while (at.reads !== "input") {
    if (at.reads === null || !(at.kernel ?? at.pool)) return null;
    at = layerNamed(manifest, at.reads);
    steps += 1;
  }
  return at.kernel ?? at.pool ? steps : null;
}

/**
 * How many channels the network's convolutions have.
 * @param {Manifest} manifest
 * @returns {number}
 */
export function channelCount({ layers }) {
  return layers.filter(({ kind }) => kind === "convolution").reduce((sum, { channels }) => sum + channels, 0);
}
