// The network in the page: it is loaded when a reader asks for it, and computes in a worker.

import { Superseded } from "../state/errors.js";
import { ComputedImage } from "./computed_image.js";
import { startWorker } from "./start_worker.js";
import { checkOff, firstChanged } from "./off.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Image, Live, Manifest, Off } from "../state/types.js"
 * @import { Device, DoneNews, News, RunRequest } from "./messages.js"
 * @typedef {{image: ComputedImage, off: Off, id: string, quiet: boolean}} Run
 * @typedef {{title: string, last: string | null, off?: Off, id?: string, quiet?: boolean,
 *   only?: string[] | null}} Wish   `last`, the deepest layer that is wanted, null for all; `only`, if those before are not;
 *   `off`, the channels that are switched off; `id`, under which name `data` has the maps; `quiet`, where it is not told
 *   when it is done
 * @typedef {{manifest: Manifest, live: Live, data: Data, base: URL, report: (news: News) => void,
 *   failed: (problem: Error) => void}} Tools   `report` is called with all that the worker sends
 */

/** The id of the reader's own image. */
export const OWN = "yours";

export class LiveNetwork {
  #tools;
  #layers;
  /** @type {Worker | null} */
  #worker = null;
  /** Counts the runs, so that messages about an older one are recognised. */
  #count = 0;
  /** Counts the images, so that the worker knows a new one. */
  #images = 0;
  /** @type {Run | null} */
  #run = null;
  /** Ends when the newest run does. @type {Promise<void>} */
  #running = Promise.resolve();
  /** Segments that ran. @type {Set<number>} */
  #warm = new Set();

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#layers = Object.fromEntries(tools.manifest.layers.map((layer) => [layer.name, layer]));
    /** Side of an image in pixels. */
    this.size = tools.manifest.pictures[0].rows;
    /** Of the network, packed. */
    this.bytes = tools.live.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    /** Milliseconds that each segment took last; NaN before it ran twice, for the first time it warms up. */
    this.spent = tools.live.segments.map(() => NaN);
  }

  isOn() {
    return this.#worker !== null;
  }

  /** The layers of all segments up to that of a layer; all layers for none. @param {string | null} last */
  layersUpTo(last) {
    const { segments } = this.#tools.live;
    return segments.slice(0, last ? this.segmentOf(last) + 1 : undefined).flatMap(({ layers }) => layers);
  }

  /** Which segment gives a layer. @param {string} layer */
  segmentOf(layer) {
    return this.#tools.live.segments.findIndex((segment) => segment.layers.includes(layer));
  }

  /** Load the network and make it ready. @param {Device} device */
  start({ threads, gpu }) {
    if (this.#worker) return;
    const { base, live } = this.#tools;
    this.#worker = startWorker(new URL("live/worker.js", base));
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    const message = "The network could not be started in this browser. What was shown stays.";
    this.#worker.onerror = () => this.#receive({ type: "failed", message });
    this.#worker.postMessage({ type: "load", base: base.href, live, layers: this.#layers, threads, gpu });
  }

  /**
   * Compute an image; its maps come as the promises that `data` gives. If only what is switched off has changed since
   * the last call, what lies before is taken over.
   * @param {Uint8ClampedArray} levels RGB, size * size * 3
   * @param {Wish} wish
   * @returns {Promise<void>} when all layers that are wanted are there
   */
  async show(levels, { title, last, off = {}, id = OWN, quiet = false, only = null }) {
    if (!this.#worker) throw new Error("The network is not there; load it again.");
    const { live: { segments }, data } = this.#tools;
    checkOff(segments, this.#layers, off);
    const { image, first, isNew } = this.#next(levels, off);
    this.#run?.image.fail(new Superseded("Another picture was chosen."));
    this.#count += 1;
    this.#run = { image, off, id, quiet };
    this.#enlist(id, title);
    data.add(id, image.provider());
    this.#post(isNew ? image.input() : null, { first, last: last ? this.segmentOf(last) : segments.length - 1, off, only });
    const complete = image.complete(only ?? this.layersUpTo(last));
    this.#running = complete.catch(() => {}); // whoever wants it is told
    await complete;
  }

  /** When all that it was asked for is computed, or given up. */
  async idle() {
    /** @type {Promise<void> | null} */
    let seen = null;
    while (seen !== this.#running) await (seen = this.#running);
  }

  /**
   * The image to compute, with what is known of it already, and the first segment that must be computed.
   * @type {(levels: Uint8ClampedArray, off: Off) => {image: ComputedImage, first: number, isNew: boolean}}
   */
  #next(levels, off) {
    const { live } = this.#tools;
    const layers = Object.keys(this.#layers);
    const before = this.#run?.image.shows(levels) ? this.#run : null;
    const image = new ComputedImage({ levels, size: this.size, layers }, live);
    const same = before ? live.segments.slice(0, firstChanged(live.segments, before.off, off)) : [];
    if (before) image.takeFrom(before.image, same.flatMap((segment) => segment.layers));
    const missing = live.segments.findIndex((segment) => !image.has(segment.layers));
    return { image, first: missing < 0 ? live.segments.length : missing, isNew: !before };
  }

  /** @type {(pixels: Float32Array | null, wish: Pick<RunRequest, "first" | "last" | "off" | "only">) => void} */
  #post(pixels, wish) {
    if (pixels) this.#images += 1;
    const shape = [1, this.size, this.size, this.#tools.live.offset.length];
    /** @type {RunRequest} */
    const request = { type: "run", id: this.#count, image: this.#images, pixels, shape, ...wish };
    this.#worker?.postMessage(request, pixels ? [/** @type {ArrayBuffer} */ (pixels.buffer)] : []);
  }

  /** Put a computed image into the manifest, or give it its new title. @type {(id: string, title: string) => void} */
  #enlist(id, title) {
    const { pictures } = this.#tools.manifest;
    const size = { rows: this.size, columns: this.size };
    if (!this.#listed(id)) pictures.push({ id, title, ...size, maximum: {}, hidden: id !== OWN });
    const maximum = this.#run?.image.maxima() ?? {};
    Object.assign(/** @type {Image} */ (this.#listed(id)), { title, maximum });
  }

  /** @param {string} id */
  #listed(id) {
    return this.#tools.manifest.pictures.find((picture) => picture.id === id);
  }

  /** @param {News} news */
  #receive(news) {
    if (news.type === "layer" && news.id === this.#count && this.#run) {
      this.#run.image.add(news, this.#layers[news.layer]);
      /** @type {Image} */ (this.#listed(this.#run.id)).maximum = this.#run.image.maxima();
    }
    if (news.type === "failed") this.#stop(new Error(news.message));
    if (news.type === "done") this.#keepTime(news);
    if (news.type !== "done" || (news.id === this.#count && !this.#run?.quiet)) this.#tools.report(news);
  }

  /** @param {DoneNews} news */
  #keepTime({ segment, spent }) {
    if (this.#warm.has(segment)) this.spent[segment] = spent;
    this.#warm.add(segment);
  }

  /** @param {Error} problem */
  #stop(problem) {
    this.#run?.image.fail(problem);
    this.#run = null; // the next worker knows nothing of it
    this.#warm.clear();
    this.#worker?.terminate();
    this.#worker = null;
    this.#tools.failed(problem);
  }
}
