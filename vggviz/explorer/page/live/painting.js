// Painting on the shown picture: the strokes on it, and the network that follows them.

import { hidingColour } from "../paint/hiding.js";
import { sumOf } from "../paint/kept_strokes.js";
import { isSlow } from "../paint/pace.js";
import { PaintedPicture } from "../paint/painted_picture.js";
import { bitmapOf, levelsOf } from "../state/bitmaps.js";
import { asError, Superseded } from "../state/errors.js";
import { offered } from "../state/manifest.js";
import { OWN } from "./network.js";
import { gated } from "./off.js";
import { PAINTED, PAINTED_CHANGE, PaintedMaps } from "./painted_maps.js";

/**
 * @import { KeptStrokes } from "../paint/kept_strokes.js"
 * @import { Colour, Pen, Pieces, Stroke } from "../paint/strokes.js"
 * @import { Data } from "../state/data.js"
 * @import { Live, Manifest, Pair, State } from "../state/types.js"
 * @import { Explorer, Wish } from "./painted_maps.js"
 * @import { Door } from "./switching.js"
 * @typedef {{manifest: Manifest, data: Data, kept: KeptStrokes, door: Door, explorer: Explorer,
 *   failed: (problem: Error) => void}} Tools
 * @typedef {{behind: number | null, whole: number | null, isWhole: boolean}} Measured   milliseconds from the pen to the
 *   maps of the chosen layer, and from the end of a stroke to those of all; null where that would count the loading too
 * @typedef {{key: string, picture: string, original: Uint8ClampedArray, painted: PaintedPicture}} Open   the shown picture
 */

/** @type {Measured} */
const NOTHING = { behind: null, whole: null, isWhole: false };

export class Painting {
  #tools;
  #maps;
  /** @type {Open | null} */
  #open = null;
  /** Which picture is being made ready, or is. */
  #key = "";
  /** What the maps were last asked for with. */
  #off = "";
  /** @type {(() => void)[]} */
  #listeners = [];
  /** The picture as it was last asked for. @type {{key: string, bitmap: ImageBitmap} | null} */
  #bitmap = null;
  /** Pictures that were copied from, or may be. @type {Pieces} */
  #pieces = {};
  /** What was shown last. @type {Measured} */
  #seen = NOTHING;
  /** Whether more was painted than was computed. */
  #isStale = false;

  /** @param {Tools} tools */
  constructor(tools) {
    const { door: { network }, ...rest } = tools;
    this.#tools = tools;
    this.#maps = new PaintedMaps({ ...rest, network, shown: (wish) => this.#measure(wish) });
    this.follow(tools.explorer.state());
  }

  /** Call something whenever what is painted or computed changes. @param {() => void} listener */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /** What the views show. @type {(state: State) => {picture: PaintedPicture | null, isOn: boolean, isBusy: boolean, isSlow: boolean} & Measured} */
  seen(state) {
    const { network } = this.#tools.door;
    return {
      picture: this.#on(state),
      isOn: network.isOn(),
      isBusy: this.#maps.isBusy(),
      isSlow: isSlow(network.spent),
      ...this.#seen,
    };
  }

  /** The network's size, and how it is loaded. */
  door() {
    return this.#tools.door;
  }

  /** @param {Pick<State, "picture">} state */
  isPainted(state) {
    return Boolean(this.#on(state)?.isPainted());
  }

  /** Whether the network follows what is painted on the picture. @param {Pick<State, "picture">} state */
  covers(state) {
    return this.isPainted(state) && this.#tools.door.network.isOn();
  }

  /** Whether a layer's maps are those of the painted picture. @type {(state: Pick<State, "picture">, layer: string) => boolean} */
  isChanged(state, layer) {
    return this.covers(state) && this.#maps.has(this.#key, layer);
  }

  /** Whether the last layer is not yet that of what is painted. @param {Pick<State, "picture">} state */
  isStale(state) {
    if (!this.isPainted(state)) return false;
    const { layers } = this.#tools.manifest;
    return !this.isChanged(state, layers[layers.length - 1].name) || !this.#seen.isWhole;
  }

  /** @type {(state: Pick<State, "picture" | "shows">, layer: string) => string} */
  idOf({ picture, shows }, layer) {
    if (shows === "before" || !this.isChanged({ picture }, layer)) return picture;
    return shows === "change" ? PAINTED_CHANGE : PAINTED;
  }

  /** @param {string} id */
  isSigned(id) {
    return id === PAINTED_CHANGE;
  }

  /** The painted picture as a bitmap, where its maps are not computed; null where they are, or nothing is painted. @param {State} state */
  photograph(state) {
    const painted = this.#on(state);
    if (!painted?.isPainted() || painted.isPainting() || state.shows === "before" || this.covers(state)) return null;
    const { levels, size } = painted;
    const key = String(sumOf(levels));
    if (this.#bitmap?.key !== key) this.#bitmap = { key, bitmap: bitmapOf(levels, size) };
    return this.#bitmap.bitmap;
  }

  /** Make the picture of a state ready, with the strokes that are on it. @param {State} state */
  follow(state) {
    const key = this.#keyOf(state);
    if (key !== this.#key) {
      this.#key = key;
      this.#maps.forget();
      this.#openPicture(state.picture, key).catch((problem) => this.#fail(problem, key));
    } else if (this.covers(state) && this.#off !== JSON.stringify(state.off)) this.#ask({ whole: true });
  }

  /** The colour that hides, on this picture. @returns {Colour | null} */
  hiding() {
    const live = /** @type {Live} */ (this.#tools.manifest.live);
    return this.#open && hidingColour(live, this.#open.original);
  }

  /** Pictures that may be copied from: those that are stored, so that strokes can be painted again. */
  others() {
    return offered(this.#tools.manifest).filter(({ id }) => id !== OWN);
  }

  /** @param {string} id of a picture @returns {Promise<ImageBitmap>} */
  thumbnail(id) {
    return this.#tools.data.thumbnail(id);
  }

  /** Make a picture ready to be copied from. @param {string} id */
  async prepare(id) {
    this.#pieces[id] ??= levelsOf(await this.#tools.data.photograph(id));
    this.#tell();
  }

  /** @type {(pen: Pen, point: Pair) => void} */
  begin(pen, point) {
    if (pen.from !== undefined && !this.#pieces[pen.from]) return; // on its way
    this.#seen = NOTHING;
    this.#open?.painted.begin(pen, point);
    this.#follow();
  }

  /** @param {Pair[]} points */
  extend(points) {
    points.forEach((point) => this.#open?.painted.extend(point));
    this.#follow();
  }

  end() {
    this.#open?.painted.end();
    this.#settle();
  }

  /** Without the last stroke, or without any. @param {"last" | "all"} which */
  undo(which) {
    if (which === "last") this.#open?.painted.undo();
    else this.#open?.painted.clear();
    this.#seen = NOTHING;
    this.#settle();
  }

  /** While the pen moves. */
  #follow() {
    const { network } = this.#tools.door;
    if (network.isOn() && !isSlow(network.spent)) this.#ask({ whole: false });
    this.#tell();
  }

  /** After a stroke. */
  #settle() {
    if (!this.#open) return;
    const { picture, original, painted } = this.#open;
    const { kept, door, explorer } = this.#tools;
    kept.keep(picture, original, painted.strokes());
    this.#off = ""; // where the network is not there yet, it is asked for later
    if (door.network.isOn()) {
      if (painted.isPainted()) this.#ask({ whole: true });
      else this.#maps.forget();
    }
    if (!painted.isPainted() || !door.network.isOn()) explorer.refresh();
    this.#tell();
  }

  /** @param {{whole: boolean}} how */
  #ask({ whole }) {
    if (!this.#open) return;
    const { manifest, door, explorer } = this.#tools;
    const live = /** @type {Live} */ (manifest.live);
    const { key, picture, painted } = this.#open;
    const { off } = explorer.state();
    this.#off = JSON.stringify(off);
    const isLoaded = door.network.spent.every((each) => each > 0);
    const at = isLoaded ? performance.now() : NaN;
    this.#maps.ask({ key, picture, levels: painted.levels.slice(), off: gated(live.segments, off), whole, at });
  }

  /** @param {Wish} wish */
  #measure({ whole, at }) {
    const past = Number.isNaN(at) ? null : performance.now() - at;
    this.#seen = { behind: past, whole: whole ? past : null, isWhole: whole };
    setTimeout(() => this.#tell()); // after the run has ended
  }

  /** @type {(picture: string, key: string) => Promise<void>} */
  async #openPicture(picture, key) {
    const { data, kept, door } = this.#tools;
    const bitmap = await data.photograph(picture);
    if (key !== this.#key) return;
    const original = levelsOf(bitmap);
    const strokes = await this.#ready(kept.on(picture, original));
    if (key !== this.#key) return;
    const painted = new PaintedPicture(original, bitmap.width, strokes, this.#pieces);
    this.#open = { key, picture, original, painted };
    this.#seen = NOTHING;
    this.#tell();
    if (painted.isPainted() && door.network.isOn()) this.#ask({ whole: true });
  }

  /** What failed is told, and made ready again when the state is shown the next time. @type {(problem: unknown, key: string) => void} */
  #fail(problem, key) {
    if (key !== this.#key) return;
    this.#key = "";
    if (!(problem instanceof Superseded)) this.#tools.failed(asError(problem));
  }

  /** Strokes, but for those that copy from a picture that is not there. @param {Stroke[]} strokes */
  async #ready(strokes) {
    const ids = new Set(strokes.flatMap(({ from }) => from ?? []));
    await Promise.all([...ids].map((id) => this.prepare(id).catch(() => {})));
    return strokes.filter(({ from }) => from === undefined || this.#pieces[from]);
  }

  /** What is painted on a state's picture, null until it is ready. @type {(state: Pick<State, "picture">) => PaintedPicture | null} */
  #on(state) {
    return this.#open?.key === this.#keyOf(state) ? this.#open.painted : null;
  }

  /** @param {Pick<State, "picture">} state */
  #keyOf({ picture }) {
    return JSON.stringify([picture, this.#tools.data.version(picture)]);
  }

  #tell() {
    const isStale = this.isStale(this.#tools.explorer.state());
    if (isStale !== this.#isStale) this.#tools.explorer.again();
    this.#isStale = isStale;
    for (const listener of this.#listeners) listener();
  }
}
