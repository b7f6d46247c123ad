// Large maps that are not stored for a picture: the network computes them, once a reader has loaded it.

import { levelsOf } from "../state/bitmaps.js";
import { imageNamed } from "../state/manifest.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Manifest, Planes, Provider } from "../state/types.js"
 * @import { Door } from "./switching.js"
 * @typedef {{words: string, door: Door | null}} Lack   what is not there, in a sentence, and how it would come
 */

/** Pictures whose maps are held: one, and another one beside it. */
const HELD = 2;

export class Lacking {
  #manifest;
  #data;
  /** @type {Door | null} */
  #door = null;
  /** @type {Map<string, Promise<Provider>>} */
  #held = new Map();
  #count = 0;

  /** @param {{manifest: Manifest, data: Data}} tools */
  constructor({ manifest, data }) {
    this.#manifest = manifest;
    this.#data = data;
    data.compute(this);
  }

  /** From now on there is a network that can be loaded, or there is none. @param {Door | null} door */
  use(door) {
    this.#door = door;
  }

  /** Why a layer's maps of an image cannot come now. @type {(image: string, layer: string) => Lack | null} */
  missing(image, layer) {
    const { lacking, title } = imageNamed(this.#manifest, image);
    if (!lacking?.includes(layer) || this.#held.has(image) || this.#door?.network.isOn()) return null;
    const words = `The large maps of “${title}” are not stored here`;
    if (!this.#door) return { words: `${words}, and this browser cannot compute them: you see thumbnails.`, door: null };
    return { words: `${words}, so you see thumbnails until the network is loaded.`, door: this.#door };
  }

  /** @type {(image: string, layer: string) => Promise<Planes>} */
  async maps(image, layer) {
    const lack = this.missing(image, layer);
    if (lack) throw new Error(lack.words);
    return (await (this.#held.get(image) ?? this.#begin(image))).maps(layer);
  }

  /** When none is under way. */
  async settled() {
    await Promise.allSettled(this.#held.values());
  }

  /** All of an image at once: the network computes them in one pass. @param {string} image */
  #begin(image) {
    const found = this.#computed(image);
    this.#held.set(image, found);
    found.catch(() => this.#held.delete(image));
    for (const old of [...this.#held.keys()].slice(0, -HELD)) this.#held.delete(old);
    return found;
  }

  /** @type {(image: string) => Promise<Provider>} */
  async #computed(image) {
    const { network } = /** @type {Door} */ (this.#door);
    const levels = levelsOf(await this.#data.photograph(image));
    const { title, lacking: only = [] } = imageNamed(this.#manifest, image);
    const id = `=${this.#count++ % HELD}`; // no picture of the explorer has such a name
    await network.idle();
    await network.show(levels, { title, last: only[only.length - 1], only, id, quiet: true });
    return /** @type {Provider} */ (this.#data.provider(id));
  }
}
