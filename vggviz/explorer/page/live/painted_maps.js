// The maps of a painted picture, as far as the network has computed them: they replace those before layer by layer.

import { LatestWins, unlessStopped } from "../paint/latest_wins.js";
import { Superseded } from "../state/errors.js";
import { imageNamed, layerNamed } from "../state/manifest.js";
import { differenceImage } from "./changed_image.js";
import { addHidden } from "./hidden_image.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Manifest, Off, Provider, State } from "../state/types.js"
 * @import { Network } from "./switching.js"
 * @typedef {{key: string, picture: string, levels: Uint8ClampedArray, off: Off, whole: boolean, at: number}} Wish   `key`
 *   of the picture, `whole`, all layers, `at`, when it looked so
 * @typedef {{state: () => State, refresh: () => Promise<void>, again: () => void}} Explorer
 * @typedef {{manifest: Manifest, data: Data, network: Network, explorer: Explorer, shown: (wish: Wish) => void,
 *   failed: (problem: Error) => void}} Tools
 *   `shown` is called when the maps of a wish are seen
 */

/** The id of the painted picture. */
export const PAINTED = "painted";
/** The id of what its maps differ by from those before. */
export const PAINTED_CHANGE = "painted-change";
/** The id under which the network computes it; layers are taken over when they are complete. */
const RUN = "painting";

export class PaintedMaps {
  #tools;
  /** Which picture the layers are of. */
  #key = "";
  /** Where the maps of each layer come from that was computed. @type {Map<string, Provider>} */
  #layers = new Map();
  /** @type {LatestWins<Wish>} */
  #runs;

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#runs = new LatestWins({ run: (wish, signal) => this.#run(wish, signal), failed: tools.failed });
  }

  isBusy() {
    return this.#runs.isBusy();
  }

  /** Whether a layer's maps have been computed. @type {(key: string, layer: string) => boolean} */
  has(key, layer) {
    return key === this.#key && this.#layers.has(layer);
  }

  /** @param {Wish} wish */
  ask(wish) {
    this.#runs.ask(wish, { mayStop: wish.whole });
  }

  /** Nothing is painted any more. */
  forget() {
    this.#runs.drop();
    this.#layers.clear();
    this.#key = "";
  }

  /** @type {(wish: Wish, signal: AbortSignal) => Promise<void>} */
  async #run(wish, signal) {
    const { levels, picture, whole, off } = wish;
    const { data, manifest, network, explorer } = this.#tools;
    await unlessStopped(data.settled(picture), signal); // the network computes one image at a time
    const { layer } = explorer.state();
    const upTo = network.segmentOf(layer) < 0 ? null : layer;
    const { title } = imageNamed(manifest, picture);
    const [every, only] = [network.layersUpTo(null), whole || !upTo ? null : withInput(manifest, upTo)];
    const all = network.show(levels, { title, last: whole ? null : upTo, only, off, id: RUN, quiet: true });
    all.catch(() => {}); // who waits for a layer is told
    const provider = data.provider(RUN);
    const first = only ?? network.layersUpTo(upTo);
    await unlessStopped(Promise.race([all, complete(provider, first)]), signal);
    await this.#take({ ...wish, whole: first.length === every.length }, first, provider);
    if (!whole || first.length === every.length) return;
    await unlessStopped(all, signal);
    await this.#take(wish, every, provider);
  }

  /** Show layers that are complete. @type {(wish: Wish, layers: string[], provider: Provider | null) => Promise<void>} */
  async #take(wish, layers, provider) {
    if (!provider) throw new Superseded("The network is gone.");
    const { data, manifest, explorer } = this.#tools;
    const { picture, key } = wish;
    if (key !== this.#key) this.#layers.clear();
    this.#key = key;
    for (const layer of ["input", ...layers]) this.#layers.set(layer, provider);
    addHidden({ manifest, data }, { id: PAINTED, picture, provider: this.#provider(provider), words: ", painted" });
    const change = differenceImage(data, [picture, PAINTED], manifest);
    addHidden({ manifest, data }, { id: PAINTED_CHANGE, picture, provider: change, words: ", painted" });
    const { layer, shows } = explorer.state();
    // At hand, so that no thumbnail is seen between.
    if (this.has(key, layer)) await data.maps(shows === "change" ? PAINTED_CHANGE : PAINTED, layer);
    await explorer.refresh();
    this.#tools.shown(wish);
  }

  /** Each layer's newest maps. @type {(newest: Provider) => Provider} */
  #provider(newest) {
    const layers = new Map(this.#layers);
    const of = (/** @type {string} */ layer) => /** @type {Provider} */ (layers.get(layer) ?? newest);
    return {
      photograph: () => newest.photograph(),
      sheet: (layer) => of(layer).sheet(layer),
      statistics: (layer) => of(layer).statistics(layer),
      maps: (layer) => of(layer).maps(layer),
    };
  }
}

/** A layer, and what it reads, for the arithmetic. @type {(manifest: Manifest, layer: string) => string[]} */
function withInput(manifest, layer) {
  const { reads } = layerNamed(manifest, layer);
  return manifest.layers.map(({ name }) => name).filter((name) => name === layer || name === reads);
}

/** @type {(provider: Provider | null, layers: string[]) => Promise<unknown>} */
const complete = (provider, layers) => Promise.all(layers.map((layer) => provider?.statistics(layer)));
