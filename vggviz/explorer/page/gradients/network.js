// Gradients in the page: they are computed in a worker, which is started when the first is asked for.

import { device } from "../live/device.js";
import { startWorker } from "../live/start_worker.js";

/**
 * @import { Manifest } from "../state/types.js"
 * @import { AllSettings, FromWorker, Kind, NewsMessage } from "./types.js"
 * @typedef {{news: (news: NewsMessage) => void, progress?: (loaded: number, total: number) => void, shuffled?: string[]}}
 *   Listener   `shuffled`, layers whose weights are put in a random order, as a control
 * @typedef {{pause: () => void, go: () => void, stop: () => void, done: Promise<void>}} Task   `done`, when it came to its
 *   end or was stopped; it fails with what went wrong
 * @typedef {{listener: Listener, resolve: () => void, reject: (problem: Error) => void, paused: boolean}} Running
 */

export class GradientNetwork {
  #manifest;
  #base;
  /** @type {Promise<Worker> | null} */
  #worker = null;
  #count = 0;
  /** @type {Map<number, Running>} */
  #running = new Map();

  /** @param {{manifest: Manifest, base: URL}} tools */
  constructor({ manifest, base }) {
    this.#manifest = manifest;
    this.#base = base;
    document.addEventListener("visibilitychange", () => this.#followPage());
  }

  /**
   * @template {Kind} K
   * @param {K} kind
   * @param {AllSettings[K]} settings
   * @param {Listener} listener
   * @returns {Task} it also waits while the page is hidden
   */
  start(kind, settings, listener) {
    const id = ++this.#count;
    /** @type {Promise<void>} */
    const done = new Promise((resolve, reject) => this.#running.set(id, { listener, resolve, reject, paused: false }));
    this.#post({ type: "start", id, kind, settings, shuffled: listener.shuffled ?? [] });
    if (document.hidden) this.#post({ type: "pause", id });
    const pause = (/** @type {boolean} */ paused) => {
      const task = this.#running.get(id);
      if (task) task.paused = paused;
      this.#post({ type: paused || document.hidden ? "pause" : "go", id });
    };
    return { pause: () => pause(true), go: () => pause(false), stop: () => this.#post({ type: "stop", id }), done };
  }

  #followPage() {
    for (const [id, { paused }] of this.#running) this.#post({ type: paused || document.hidden ? "pause" : "go", id });
  }

  /** @param {import("./types.js").ToWorker} message */
  #post(message) {
    this.#worker ??= this.#open();
    this.#worker.then((worker) => worker.postMessage(message)).catch((problem) => this.#lose(problem));
  }

  async #open() {
    const { live, layers, pictures } = this.#manifest;
    const worker = startWorker(new URL("gradients/worker.js", this.#base));
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = () => this.#lose(new Error("Gradients could not be started in this browser."));
    const about = { base: this.#base.href, live, layers, side: pictures[0].rows, ...(await device()) };
    worker.postMessage({ type: "load", ...about });
    return worker;
  }

  /** @param {FromWorker} message */
  #receive(message) {
    if (message.type === "progress") {
      for (const { listener } of this.#running.values()) listener.progress?.(message.loaded, message.total);
    } else if (message.id === null) this.#lose(new Error(message.message));
    else this.#tell(message, this.#running.get(message.id));
  }

  /** @type {(message: Exclude<FromWorker, {type: "progress"} | {id: null}>, task: Running | undefined) => void} */
  #tell(message, task) {
    if (!task) return;
    if (message.type === "news") {
      task.listener.news(message);
      return;
    }
    this.#running.delete(message.id);
    if (message.type === "failed") task.reject(new Error(message.message));
    else task.resolve();
  }

  /** The worker is of no use any more; the next call starts another. @param {Error} problem */
  #lose(problem) {
    this.#worker?.then((worker) => worker.terminate(), () => {});
    this.#worker = null;
    for (const { reject } of this.#running.values()) reject(problem);
    this.#running.clear();
  }
}
