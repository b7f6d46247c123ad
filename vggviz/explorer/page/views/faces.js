// What a channel looks like: the picture drawn for it, or the part of a photograph that excites it most.

import { box } from "../arithmetic/receptive_field.js";
import { Atlas, knownIn } from "../state/atlas.js";
import { LruCache } from "../state/lru_cache.js";
import { layerNamed } from "../state/manifest.js";

/**
 * @import { Files } from "../state/files.js"
 * @import { Known } from "../state/atlas.js"
 * @import { Box, Layer, Manifest, Tiles } from "../state/types.js"
 * @import { Face } from "./grid_head.js"
 * @typedef {{bitmap: ImageBitmap, box: Box}} Cut   a part of an image
 * @typedef {{id: string, value: number, box: Box}} Example   the part of a photograph that excites, and how much
 * @typedef {(channel: number) => Cut | null} Cutter
 */

/** Sheets are large: as many as a passport shows at one time. */
const SHEETS = 3;
const PHOTOGRAPHS = 24;

export class Faces {
  #manifest;
  #files;
  #sheets = new LruCache(SHEETS);
  #photographs = new LruCache(PHOTOGRAPHS);

  /** @param {{manifest: Manifest, files: Files}} tools */
  constructor({ manifest, files }) {
    this.#manifest = manifest;
    this.#files = files;
    this.atlas = new Atlas(files);
  }

  /** Whether the atlas tells of a layer. @param {string} layer */
  isCharted(layer) {
    return this.#manifest.atlas?.includes(layer) ?? false;
  }

  /** What cuts a layer's faces from their images, once those are there; null where it has none. @type {(layer: string, face: Face) => Promise<Cutter | null>} */
  async cutter(layer, face) {
    const found = layerNamed(this.#manifest, layer);
    if (face === "drawn" && found.drawings) return cutterOf(await this.sheet(`drawings/${layer}.webp`), found.drawings);
    return face === "crop" && found.examples ? this.#cropper(found) : null;
  }

  /** The face that a layer's channels have anyway. @param {string} layer */
  async anyCutter(layer) {
    return (await this.cutter(layer, "drawn")) ?? this.cutter(layer, "crop");
  }

  /** @type {(path: string) => Promise<ImageBitmap>} */
  sheet(path) {
    return this.#sheets.get(path, () => this.#files.image(path));
  }

  /** @type {(id: string) => Promise<ImageBitmap>} */
  photograph(id) {
    return this.#photographs.get(id, () => this.#files.image(`examples/${id}.webp`));
  }

  /** What excites each channel most, strongest first; nothing of where it is zero. @type {(layer: Layer) => Promise<(channel: number) => Example[]>} */
  async examples(layer) {
    const list = this.isCharted(layer.name) ? await this.#charted(layer) : await this.#listed(layer);
    return (channel) => list(channel).filter(({ value }) => layer.signed || value > 0);
  }

  /** @type {(layer: Layer) => Promise<Cutter>} */
  async #cropper(layer) {
    const examples = await this.examples(layer);
    const ids = Object.keys(this.#manifest.examples.titles);
    const bitmaps = Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await this.photograph(id)])));
    return (channel) => {
      const [first] = examples(channel);
      return first ? { bitmap: bitmaps[first.id], box: first.box } : null;
    };
  }

  /** @type {(layer: Layer) => Promise<(channel: number) => Example[]>} */
  async #listed({ name }) {
    /** @type {[string, number, ...Box][][]} */
    const all = await this.#files.json(`examples/${name}.json`);
    return (channel) => all[channel].map(([id, value, ...where]) => ({ id, value, box: where }));
  }

  /** @type {(layer: Layer) => Promise<(channel: number) => Example[]>} */
  async #charted(layer) {
    const [{ pictures }, arrays] = await Promise.all([this.atlas.about(), this.atlas.arrays(layer.name)]);
    const { side } = this.#manifest.examples;
    /** @type {(cell: [number, number]) => Box} */
    const boxOf = (cell) => box(layer, cell, { rows: side, columns: side }) ?? [0, 0, side, side];
    return (channel) => examplesOf(knownIn(arrays, channel), pictures, boxOf);
  }
}

/** @type {(known: Known, pictures: (string | null)[], boxOf: (cell: [number, number]) => Box) => Example[]} */
export function examplesOf(known, pictures, boxOf) {
  const [images, values, rows, columns] = ["images", "values", "rows", "columns"].map((name) => known(`example_${name}`) ?? []);
  return Array.from(images).flatMap((image, i) => {
    const id = pictures[image];
    return id ? [{ id, value: values[i], box: boxOf([rows[i], columns[i]]) }] : []; // −1 where there is none
  });
}

/** @type {(bitmap: ImageBitmap, tiles: Tiles) => Cutter} */
export function cutterOf(bitmap, { columns, tile: [high, wide] }) {
  return (channel) => {
    const [top, left] = [Math.floor(channel / columns) * high, (channel % columns) * wide];
    return { bitmap, box: [top, left, top + high, left + wide] };
  };
}
