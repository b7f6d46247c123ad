// What is computed when channels are switched off: by the network, or without it where only what the answer reads is off.

import { deeper } from "../answer/classifier.js";
import { levelsOf } from "../state/bitmaps.js";
import { Superseded } from "../state/errors.js";
import { imageNamed } from "../state/manifest.js";
import { differenceImage, silencedImage } from "./changed_image.js";
import { addHidden } from "./hidden_image.js";
import { gated, hasGates } from "./off.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Manifest, Provider, State } from "../state/types.js"
 * @import { LiveNetwork } from "./network.js"
 * @typedef {Pick<LiveNetwork, "show" | "isOn" | "idle" | "segmentOf" | "layersUpTo" | "spent">} Network
 * @typedef {{network: Network, open: (purpose?: string) => Promise<void>, bytes: number}} Door   to the network;
 *   `open` loads it, `bytes` of which must be downloaded for that
 * @typedef {Pick<State, "picture" | "off" | "shows">} Wanted
 */

/** Ids of the shown image with channels switched off, of what its maps differ by from those before, and of the network's run. */
const [SWITCHED, DIFFERENCE, RUN] = ["switched", "difference", "changed"];

export class Switching {
  #manifest;
  #data;
  /** @type {Door | null} */
  #door = null;
  /** Picture and channels off that the changed maps are of. */
  #key = "";
  /** Layers with changed maps. @type {string[]} */
  #changed = [];

  /** @param {{manifest: Manifest, data: Data}} tools */
  constructor({ manifest, data }) {
    this.#manifest = manifest;
    this.#data = data;
  }

  /** From now on there is a network that can be loaded, or there is none. @param {Door | null} door */
  use(door) {
    this.#door = door;
  }

  /**
   * The layer whose channels are switched for those of a layer: itself, or what the answer's layer is pooled from.
   * @param {string} layer
   * @returns {string | null} null if they cannot be switched
   */
  switchOf(layer) {
    const { answer, live } = this.#manifest;
    if (answer?.off.includes(layer)) return answer.off[answer.off.length - 1];
    return this.#door && live && hasGates(live.segments, layer) ? layer : null;
  }

  /**
   * The layers with channels off that only the network can follow, as long as it is not there.
   * @param {Wanted} state
   * @returns {{layers: string[], door: Door | null} | null}
   */
  missing({ off }) {
    const layers = this.#deep(off);
    return layers.length && !this.#door?.network.isOn() ? { layers, door: this.#door } : null;
  }

  /** Whether a layer's maps are other ones than with all channels on. @type {(state: Wanted, layer: string) => boolean} */
  isChanged(state, layer) {
    return this.#keyOf(state) === this.#key && this.#changed.includes(layer);
  }

  /** The id of the image that a state shows of a layer. @type {(state: Wanted, layer: string) => string} */
  idOf(state, layer) {
    if (state.shows === "before" || !this.isChanged(state, layer)) return state.picture;
    return state.shows === "change" ? DIFFERENCE : SWITCHED;
  }

  /** @param {string} id */
  isSigned(id) {
    return id === DIFFERENCE;
  }

  /** Begin to compute what a state needs. @param {Wanted} state */
  follow(state) {
    const key = this.#keyOf(state);
    if (key === this.#key) return;
    const { picture, off } = state;
    const isPossible = Object.keys(off).length > 0 && !this.missing(state);
    this.#key = isPossible ? key : "";
    if (!isPossible) return;
    this.#add(SWITCHED, picture, this.#deep(off).length ? this.#computed(state) : this.#silenced(state));
    this.#add(DIFFERENCE, picture, differenceImage(this.#data, [picture, SWITCHED], this.#manifest));
  }

  /** What was computed is not to be used. */
  forget() {
    this.#key = "";
  }

  /** @type {(id: string, picture: string, provider: Provider) => void} */
  #add(id, picture, provider) {
    addHidden({ manifest: this.#manifest, data: this.#data }, { id, picture, provider });
  }

  /** Layers with channels off that only the network can follow. @param {State["off"]} off */
  #deep(off) {
    return deeper(this.#manifest.answer ?? { off: [] }, off);
  }

  /** @param {Wanted} state */
  #keyOf({ picture, off }) {
    return JSON.stringify([picture, this.#data.version(picture), off]);
  }

  /** Without the network: channels of what the answer reads. @type {(state: Wanted) => Provider} */
  #silenced({ picture, off }) {
    const layers = this.#manifest.answer?.off ?? []; // from the last one back
    const channels = (/** @type {string} */ layer) =>
      layers.includes(layer) ? layers.slice(layers.indexOf(layer)).flatMap((each) => off[each] ?? []) : [];
    this.#changed = layers.filter((layer) => channels(layer).length > 0);
    return silencedImage(this.#data, picture, { manifest: this.#manifest, channels });
  }

  /** By the network, from the first layer on that has channels off. @type {(state: Wanted) => Provider} */
  #computed(state) {
    const names = this.#manifest.layers.map(({ name }) => name);
    this.#changed = names.slice(names.findIndex((name) => Object.hasOwn(state.off, name)));
    const started = this.#start(state);
    started.catch(() => {}); // who waits for a layer is told
    const data = this.#data;
    return {
      photograph: () => data.photograph(state.picture),
      maps: (layer) => started.then(() => data.maps(RUN, layer)),
      statistics: (layer) => started.then(() => data.statistics(RUN, layer)),
      sheet: (layer) => started.then(() => data.sheet(RUN, layer)),
    };
  }

  /** @param {Wanted} state */
  async #start({ picture, off }) {
    const { live } = this.#manifest;
    const key = this.#key;
    await this.#data.settled(picture); // the network computes one image at a time
    const levels = levelsOf(await this.#data.photograph(picture));
    if (key !== this.#key || !this.#door) throw new Superseded("Other channels were switched off.");
    const { title } = imageNamed(this.#manifest, picture);
    this.#door.network.show(levels, { title, last: null, off: gated(live?.segments ?? [], off), id: RUN }).catch(() => {});
  }
}
