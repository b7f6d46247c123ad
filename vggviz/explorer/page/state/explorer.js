// Holds the state, loads the data that it needs, and passes both to the views.

import { strongestChannel } from "../arithmetic/channel_order.js";
import { sheetValuesAt, valuesAt } from "../arithmetic/place.js";
import { namesChannel, read, stepBetween } from "./address.js";
import { asError, Superseded } from "./errors.js";
import { layerNamed } from "./manifest.js";
import { after, begin } from "./state.js";

/**
 * @import { Lack } from "../live/lacking.js"
 * @import { Data } from "./data.js"
 * @import { Action, Kernels, Layer, LoadedImage, Manifest, Pair, Planes, Progress, Shown, State, Step, Views } from "./types.js"
 * @typedef {Omit<LoadedImage, "planes" | "here">} LoadedPart
 * @typedef {{layer: string, images: LoadedPart[], beside: LoadedPart | null, preferred: [string, number][][] | null}} Loaded
 * @typedef {{idOf: (state: State, layer: string) => string, isSigned: (id: string) => boolean,
 *   isStale: (state: State) => boolean, isOld: (state: State) => boolean, lack: (id: string, layer: string) => Lack | null,
 *   follow: (state: State) => void}} Sources   the id under which the data has what a state shows of a layer: another one
 *   than the picture's where channels are off; whether more is painted than is computed, of the answer and of the maps; and why maps cannot come
 */

/** @type {Sources} */
const PLAIN = { idOf: ({ picture }) => picture, isSigned: () => false, isStale: () => false, isOld: () => false, lack: () => null, follow() {} };

/** Maps of more bytes are loaded only once a reader, or an address, asks for something in the layer. */
const LIGHT = 60_000;

/** Actions that ask for exact maps. */
const ASKING = ["channel", "cell", "move", "layer", "go", "view", "compare"];

export class Explorer {
  #views;
  #sources;
  /** @type {State} */
  #state;
  /** What the last whole view was made of. @type {Loaded | null} */
  #loaded = null;
  /** A cell under the mouse, not chosen. @type {Pair | null} */
  #pointed = null;
  /** Whether exact maps are wanted. */
  #asked = false;
  /** Whether the channel is to be the strongest at the place. */
  #automatic = true;
  #frozen = false;
  /** Of maps and sheets, the values at the place that was last asked for. @type {WeakMap<object, {cell: Pair, values: Float32Array}>} */
  #here = new WeakMap();
  /** @type {Progress} */
  #progress = (loaded, total) => this.#views.progress(loaded, total);

  /** @param {{manifest: Manifest, data: Data, views: Views, sources?: Sources}} tools */
  constructor({ manifest, data, views, sources = PLAIN }) {
    this.manifest = manifest;
    this.data = data;
    this.#views = views;
    this.#sources = sources;
    this.#state = begin(manifest);
  }

  /** @returns {State} */
  state() {
    return this.#state;
  }

  /**
   * Show what an address names: what it asks for is loaded unasked.
   * @param {string} hash
   * @param {Step} [step]
   */
  visit(hash, step = "replace") {
    const next = read(hash, this.manifest);
    this.#automatic = !namesChannel(hash);
    this.#asked ||= namesChannel(hash) || next.cell !== null;
    return this.go(next, step);
  }

  /**
   * @param {Action} action
   * @param {Step} [step] what it does to the browser's history, where that is not the usual
   * @returns {Promise<void>} when the new state is shown
   */
  dispatch(action, step) {
    const before = this.#state;
    const next = after(before, action, this.manifest);
    const named = action.type === "channel" || (action.type === "go" && "channel" in action.value);
    if (named) this.#automatic = false;
    else if (next.layer !== before.layer) this.#automatic = true;
    if (ASKING.includes(action.type)) this.#asked = true;
    if (action.type === "move" || action.type === "cell") this.#pointed = null; // what is chosen is shown, wherever the mouse rests
    if (next !== before) return this.go(next, step ?? stepBetween(before, next));
    this.#update();
    return Promise.resolve();
  }

  /** @param {Pair | null} cell under the mouse */
  point(cell) {
    if (String(cell) === String(this.#pointed)) return;
    this.#pointed = cell;
    this.#asked ||= cell !== null;
    this.#update();
  }

  /** Keep the order of the channels as it is, while something is painted or computed again and again. @param {boolean} on */
  freeze(on) {
    if (on === this.#frozen) return;
    this.#frozen = on;
    this.#update();
  }

  /** Load what is shown again: an image of that name has changed. */
  refresh() {
    return this.go({ ...this.#state }, "replace");
  }

  /** Show what is at hand again: more, or less, of what is painted has been computed. */
  again() {
    this.#update();
  }

  /**
   * Load what a state needs, then show it whole; of two that are under way the later one counts.
   * @param {State} next
   * @param {Step} step
   */
  async go(next, step) {
    const before = this.#state;
    if (before.layer !== next.layer) this.#pointed = null;
    this.#enter(next, step);
    this.#sources.follow(next);
    try {
      const loaded = await this.#load(next);
      if (this.#state !== next) return;
      this.#loaded = loaded;
      this.#views.succeed();
      this.#update();
    } catch (problem) {
      if (this.#state !== next || problem instanceof Superseded) return; // what is newer shows itself
      this.#views.fail(asError(problem));
      if (this.#loaded) this.#enter(before, "replace"); // the last view stays, and so does its address
    }
  }

  /** @type {(state: State, step: Step) => void} */
  #enter(state, step) {
    this.#state = state;
    this.#views.navigate(state, step);
  }

  /** Files that are there already cost nothing. @type {(state: State) => Promise<Loaded>} */
  async #load(state) {
    const { picture, compare, layer } = state;
    const id = this.#sources.idOf(state, layer);
    const ids = compare ? [id, compare] : [id];
    const [preferred, beside, ...images] = await Promise.all([
      this.data.preferred(layer),
      id === picture || this.#sources.isSigned(id) ? null : this.#loadImage(picture, layer),
      ...ids.map((each) => this.#loadImage(each, layer)),
    ]);
    return { layer, images, beside, preferred };
  }

  /** @type {(id: string, layer: string) => Promise<LoadedPart>} */
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
    if (this.#loaded?.layer !== this.#state.layer) return; // the layer is on its way, and shows itself then
    this.#choose(this.#loaded);
    const shown = this.#shown(this.#loaded);
    this.#views.show(shown);
    if (this.#explains()) this.#fetchArithmetic(shown);
    this.#fetchMaps(shown);
  }

  /** Choose the strongest channel at the place, for good once its value is exact. @param {Loaded} loaded */
  #choose({ images }) {
    if (!this.#automatic) return;
    const layer = layerNamed(this.manifest, this.#state.layer);
    const { here, planes, statistics } = this.#complete(images[0], layer);
    this.#automatic = this.#state.cell !== null && !planes;
    const channel = strongestChannel(statistics, here);
    if (channel !== this.#state.channel) this.#enter({ ...this.#state, channel }, "replace");
  }

  /** @type {(image: LoadedPart, layer: Layer) => LoadedImage} */
  #complete(image, layer) {
    const { cell } = this.#state;
    const planes = this.data.mapsAtHand(image.id, layer.name);
    return { ...image, planes, here: cell && this.#valuesAt(image, planes, layer, cell) };
  }

  /** The same object as long as it is the same: the mouse asks at each move. @type {(image: LoadedPart, planes: Planes | null, layer: Layer, cell: Pair) => Float32Array} */
  #valuesAt({ sheet, statistics }, planes, layer, cell) {
    const from = planes ?? sheet;
    const held = this.#here.get(from);
    if (held && String(held.cell) === String(cell)) return held.values;
    const values = planes ? valuesAt(planes, cell) : sheetValuesAt(sheet, layer, cell, statistics);
    this.#here.set(from, { cell, values });
    return values;
  }

  /** @type {(loaded: Loaded) => Shown} */
  #shown({ images, beside, preferred }) {
    const state = this.#state;
    const found = layerNamed(this.manifest, state.layer);
    const layer = this.#sources.isSigned(images[0].id) ? { ...found, signed: true, isChange: true } : found;
    const explains = this.#explains() && layer.reads !== null;
    return {
      state,
      layer,
      images: images.map((image) => this.#complete(image, layer)),
      preferred: preferred?.[state.channel] ?? [],
      cell: this.#pointed ?? state.cell,
      pointing: this.#pointed !== null,
      frozen: this.#frozen,
      stale: this.#sources.isStale(state),
      old: this.#sources.isOld(state),
      asked: this.#asked,
      beside,
      lack: this.#lack(images, layer),
      inputs: explains && layer.reads ? this.data.mapsAtHand(this.#sources.idOf(state, layer.reads), layer.reads) : null,
      kernels: explains && layer.kernel ? this.data.kernelsAtHand(layer.name) : null,
    };
  }

  /** Why maps that are wanted cannot come. @type {(images: LoadedPart[], layer: Layer) => Lack | null} */
  #lack(images, layer) {
    const wanted = images.filter(({ id }) => this.#wantsMaps(id, layer)).map(({ id }) => this.#sources.lack(id, layer.name));
    const { reads } = layer;
    const below = this.#explains() && reads ? this.#sources.lack(this.#sources.idOf(this.#state, reads), reads) : null;
    return wanted.find(Boolean) ?? below;
  }

  /**
   * Whether exact maps are wanted: they cost nothing where they are light, or computed in the page.
   * @type {(id: string, layer: Layer) => boolean}
   */
  #wantsMaps(id, { bytes }) {
    return this.#asked || bytes.maps <= LIGHT || this.data.isComputed(id);
  }

  /** Whether the arithmetic of a cell is wanted and can be shown. */
  #explains() {
    const { kernel, pool } = layerNamed(this.manifest, this.#state.layer);
    return this.#state.view === "cell" && this.#state.cell !== null && (kernel ?? pool) !== null;
  }

  /** @param {Shown} shown */
  #fetchArithmetic({ state, layer, inputs, kernels }) {
    if (layer.reads === null || this.#sources.lack(this.#sources.idOf(state, layer.reads), layer.reads) || (inputs && (kernels || !layer.kernel))) return;
    /** @type {Promise<Planes | Kernels>[]} */
    const needed = [this.data.maps(this.#sources.idOf(state, layer.reads), layer.reads, this.#progress)];
    if (layer.kernel) needed.push(this.data.kernels(layer.name, this.#progress));
    this.#await(needed);
  }

  /** @param {Shown} shown */
  #fetchMaps({ layer, images }) {
    const missing = images.filter(
      ({ id, planes }) => !planes && this.#wantsMaps(id, layer) && !this.#sources.lack(id, layer.name),
    );
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
      (problem) => problem instanceof Superseded || this.#views.fail(problem),
    );
  }
}
