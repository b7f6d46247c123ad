// The network in the page: it is loaded when a reader asks for it, and computes in a worker.

import { Superseded } from "../state/errors.js";
import { ComputedImage } from "./computed_image.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Image, Live, Manifest } from "../state/types.js"
 * @import { Device, News } from "./messages.js"
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
  /** Counts the images, so that messages about an older one are recognised. */
  #count = 0;
  /** @type {ComputedImage | null} */
  #image = null;

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#layers = Object.fromEntries(tools.manifest.layers.map((layer) => [layer.name, layer]));
    /** Side of an image in pixels. */
    this.size = tools.manifest.pictures[0].rows;
    /** Of the network, packed. */
    this.bytes = tools.live.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  isOn() {
    return this.#worker !== null;
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
   * Compute an image; its maps come as the promises that `data` gives.
   * @param {Uint8ClampedArray} levels RGB, size * size * 3
   * @param {{title: string, last: string | null}} about `last`, the deepest layer that is wanted; null for all
   * @returns {Promise<void>} when all layers that are wanted are there
   */
  async show(levels, { title, last }) {
    if (!this.#worker) throw new Error("The network is not there; load it again.");
    const { live, data } = this.#tools;
    this.#image?.fail(new Superseded("Another picture was chosen."));
    this.#count += 1;
    const image = new ComputedImage(levels, this.size, live, Object.keys(this.#layers));
    this.#image = image;
    this.#enlist(title);
    data.add(OWN, image.provider());
    const deepest = last ? this.segmentOf(last) : live.segments.length - 1;
    const shape = [1, this.size, this.size, live.offset.length];
    this.#worker.postMessage({ type: "run", id: this.#count, pixels: image.input, shape, last: deepest });
    await image.complete(live.segments.slice(0, deepest + 1).flatMap(({ layers }) => layers));
  }

  /** Put the reader's image into the manifest, or give it its new title. @param {string} title */
  #enlist(title) {
    const { pictures } = this.#tools.manifest;
    if (!this.#listed()) pictures.push({ id: OWN, title, rows: this.size, columns: this.size, maximum: {} });
    Object.assign(/** @type {Image} */ (this.#listed()), { title, maximum: {} });
  }

  #listed() {
    return this.#tools.manifest.pictures.find(({ id }) => id === OWN);
  }

  /** @param {News} news */
  #receive(news) {
    if (news.type === "layer" && news.id === this.#count) {
      /** @type {Image} */ (this.#listed()).maximum[news.layer] = Math.max(...news.statistics.maximum);
      this.#image?.add(news, this.#layers[news.layer]);
    }
    if (news.type === "failed") this.#stop(new Error(news.message));
    if (news.type !== "done" || news.id === this.#count) this.#tools.report(news);
  }

  /** @param {Error} problem */
  #stop(problem) {
    this.#image?.fail(problem);
    this.#worker?.terminate();
    this.#worker = null;
    this.#tools.failed(problem);
  }
}

/**
 * A worker under the page's own rules: one that is started from a file of its own would not have them, and might
 * connect to another host.
 * @param {URL} script
 */
function startWorker(script) {
  const source = new Blob([`importScripts(${JSON.stringify(script.href)});`], { type: "text/javascript" });
  const address = URL.createObjectURL(source);
  const worker = new Worker(address);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return worker;
}
