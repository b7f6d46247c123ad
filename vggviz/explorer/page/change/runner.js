// One computation at a time: the next one stops the one before, and waits until that has come to rest.

/**
 * @import { GradientNetwork, Listener, Task } from "../gradients/network.js"
 * @import { AllSettings, Kind } from "../gradients/types.js"
 * @typedef {{task: Task | null, end: (isWhole: boolean) => void, paused: boolean}} Run
 */

export class Runner {
  #network;
  /** @type {Run | null} */
  #run = null;
  /** When the one before has come to rest. @type {Promise<unknown>} */
  #rest = Promise.resolve();

  /** @param {Pick<GradientNetwork, "start">} network */
  constructor(network) {
    this.#network = network;
  }

  /**
   * @template {Kind} K
   * @param {K} kind
   * @param {AllSettings[K]} settings
   * @param {Listener} listener
   * @returns {Promise<boolean>} whether it came to its end; false as soon as it is stopped
   */
  run(kind, settings, listener) {
    this.stop();
    return new Promise((resolve, reject) => {
      /** @type {Run} */
      const run = { task: null, end: resolve, paused: false };
      this.#run = run;
      this.#rest = this.#rest.then(() => this.#begin(run, () => this.#network.start(kind, settings, this.#only(run, listener)))).then(
        () => this.#leave(run, () => resolve(true)),
        (problem) => this.#leave(run, () => reject(problem)),
      );
    });
  }

  /** @type {(run: Run, start: () => Task) => Promise<void> | undefined} */
  #begin(run, start) {
    if (this.#run !== run) return undefined; // stopped before it began
    run.task = start();
    if (run.paused) run.task.pause();
    return run.task.done;
  }

  /** What comes after it was stopped is not told. @type {(run: Run, listener: Listener) => Listener} */
  #only(run, { news, progress, shuffled }) {
    return {
      shuffled,
      news: (each) => this.#run === run && news(each),
      progress: (loaded, total) => this.#run === run && progress?.(loaded, total),
    };
  }

  /** @type {(run: Run, tell: () => void) => void} */
  #leave(run, tell) {
    if (this.#run === run) this.#run = null;
    tell(); // to no effect if it was stopped
  }

  /** @param {boolean} on */
  pause(on) {
    const run = this.#run;
    if (!run) return;
    run.paused = on;
    if (on) run.task?.pause();
    else run.task?.go();
  }

  stop() {
    const run = this.#run;
    this.#run = null;
    run?.task?.stop();
    run?.end(false);
  }
}
