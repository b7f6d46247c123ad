// Holds the state, loads the data that it needs, and passes both to the views.

import { layerNamed } from "./manifest.js";
import { asError, Superseded } from "./errors.js";
import { after, begin } from "./state.js";

/**
 * @import { Data } from "./data.js"
 * @import { Action, Kernels, LoadedImage, Manifest, Pair, Planes, Progress, Shown, State, Views } from "./types.js"
 */

/** The maps of a layer are large, so they are loaded only once one of these actions was taken. */
const NEED_MAPS = ["channel", "cell", "move", "layer"];

/** @typedef {{images: Omit<LoadedImage, "planes">[], preferred: [string, number][][] | null}} Loaded */

export class Explorer {
  #views;
  /** @type {State} */
  #state;
  /** What the last whole view was made of. @type {Loaded | null} */
  #loaded = null;
  /** A cell under the mouse, not chosen. @type {Pair | null} */
  #pointed = null;
  #needs = { maps: false, arithmetic: false };
  /** @type {Progress} */
  #progress = (loaded, total) => this.#views.progress(loaded, total);

  /** @param {{manifest: Manifest, data: Data, views: Views}} tools */
  constructor({ manifest, data, views }) {
    this.manifest = manifest;
    this.data = data;
    this.#views = views;
    this.#state = begin(manifest);
  }

  /** @returns {State} */
  state() {
    return this.#state;
  }

  /** The chosen image as it is shown, null before anything is. @returns {ImageBitmap | null} */
  photograph() {
    return this.#loaded?.images[0].photograph ?? null;
  }

  /**
   * @param {Action} action
   * @returns {Promise<void>} when the new state is shown
   */
  dispatch(action) {
    const next = after(this.#state, action, this.manifest);
    if (NEED_MAPS.includes(action.type)) this.#needs = { ...this.#needs, maps: true };
    if (next !== this.#state) return this.go(next);
    if (this.#needs.maps) this.#update();
    return Promise.resolve();
  }

  /** Show the arithmetic of the chosen cell. */
  explain() {
    if (!this.#state.cell) return;
    this.#needs = { maps: true, arithmetic: true };
    this.#update();
  }

  /** @param {Pair | null} cell under the mouse */
  point(cell) {
    if (String(cell) === String(this.#pointed)) return;
    this.#pointed = cell;
    if (cell) this.#needs = { ...this.#needs, maps: true };
    this.#update();
  }

  /** Load what is shown again: an image of that name has changed. */
  refresh() {
    return this.go({ ...this.#state });
  }

  /**
   * Load what a state needs, then show it whole; of two that are under way the later one counts.
   * @param {State} next
   */
  async go(next) {
    const before = this.#state;
    if (before.layer !== next.layer) this.#pointed = null;
    this.#enter(next);
    try {
      const loaded = await this.#load(next);
      if (this.#state !== next) return;
      this.#loaded = loaded;
      this.#views.succeed();
      this.#update();
    } catch (problem) {
      if (this.#state !== next || problem instanceof Superseded) return; // what is newer shows itself
      this.#views.fail(asError(problem));
      if (this.#loaded) this.#enter(before); // the last view stays, and so does its address
    }
  }

  /** @param {State} state */
  #enter(state) {
    this.#state = state;
    this.#views.navigate(state);
  }

  /** Files that are there already cost nothing. @type {(state: State) => Promise<Loaded>} */
  async #load({ picture, compare, layer }) {
    const ids = compare ? [picture, compare] : [picture];
    const [preferred, ...images] = await Promise.all([
      this.data.preferred(layer),
      ...ids.map((id) => this.#loadImage(id, layer)),
    ]);
    return { images, preferred };
  }

  /** @type {(id: string, layer: string) => Promise<Loaded["images"][0]>} */
  async #loadImage(id, layer) {
    const [photograph, sheet, statistics] = await Promise.all([
      this.data.photograph(id),
      this.data.sheet(id, layer),
      this.data.statistics(id, layer),
    ]);
    return { id, photograph, sheet, statistics };
  }

  /** Show what is at hand now; what is still to come calls this again. */
  #update() {
    if (!this.#loaded) return;
    const shown = this.#shown(this.#loaded);
    this.#views.show(shown);
    if (this.#explains()) this.#fetchArithmetic(shown);
    if (this.#needs.maps) this.#fetchMaps(shown);
  }

  /** @type {(loaded: Loaded) => Shown} */
  #shown({ images, preferred }) {
    const state = this.#state;
    const layer = layerNamed(this.manifest, state.layer);
    const explains = this.#explains() && layer.reads !== null;
    return {
      state,
      layer,
      images: images.map((image) => ({ ...image, planes: this.data.mapsAtHand(image.id, layer.name) })),
      preferred: preferred?.[state.channel] ?? [],
      cell: this.#pointed ?? state.cell,
      needs: this.#needs,
      inputs: explains && layer.reads ? this.data.mapsAtHand(state.picture, layer.reads) : null,
      kernels: explains && layer.kernel ? this.data.kernelsAtHand(layer.name) : null,
    };
  }

  /** Whether the arithmetic of a cell is wanted and can be shown. */
  #explains() {
    const { kernel, pool } = layerNamed(this.manifest, this.#state.layer);
    return this.#needs.arithmetic && this.#state.cell !== null && (kernel ?? pool) !== null;
  }

  /** @param {Shown} shown */
  #fetchArithmetic({ state, layer, inputs, kernels }) {
    if (layer.reads === null || (inputs && (kernels || !layer.kernel))) return;
    /** @type {Promise<Planes | Kernels>[]} */
    const needed = [this.data.maps(state.picture, layer.reads, this.#progress)];
    if (layer.kernel) needed.push(this.data.kernels(layer.name, this.#progress));
    this.#await(needed);
  }

  /** @param {Shown} shown */
  #fetchMaps({ layer, images }) {
    const missing = images.filter(({ planes }) => !planes);
    if (!missing.length) return;
    this.#await(missing.map(({ id }) => this.data.maps(id, layer.name, this.#progress)));
  }

  /** Show again when large files have come, if their layer is still shown. @param {Promise<unknown>[]} files */
  #await(files) {
    const { layer } = this.#state;
    Promise.all(files).then(
      () => {
        this.#views.loaded();
        if (this.#state.layer === layer) this.#update();
      },
      (problem) => this.#views.fail(problem),
    );
  }
}
