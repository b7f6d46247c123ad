// Runs what the page asks for, one step after the other, so that it can be paused and stopped between two steps.

import { asError } from "../state/errors.js";
import { drawing } from "./drawing.js";
import { fool } from "./fool.js";
import { gradCam } from "./grad_cam.js";
import { saliency } from "./saliency.js";
import { style } from "./style.js";

/**
 * @import { ControlMessage, EngineFor, FromWorker, StartMessage } from "./types.js"
 * @typedef {{paused: boolean, stopped: boolean, wake: () => void}} Task
 */

/** @type {Record<string, (engine: any, settings: any) => AsyncGenerator<import("./types.js").News>>} */
const KINDS = { drawing, fool, grad_cam: gradCam, saliency, style };

export class Service {
  #engineFor;
  #send;
  /** Those under way. @type {Map<number, Task>} */
  #tasks = new Map();

  /**
   * @param {EngineFor} engineFor
   * @param {(message: FromWorker) => void} send
   */
  constructor(engineFor, send) {
    this.#engineFor = engineFor;
    this.#send = send;
  }

  /** @param {StartMessage | ControlMessage} message */
  async receive(message) {
    if (message.type === "start") {
      await this.#run(message);
      return;
    }
    const task = this.#tasks.get(message.id);
    if (!task) return;
    task.stopped ||= message.type === "stop";
    task.paused = message.type === "pause";
    task.wake();
  }

  /** @param {StartMessage} message */
  async #run({ id, kind, settings, shuffled = [] }) {
    const task = { paused: false, stopped: false, wake: () => {} };
    this.#tasks.set(id, task);
    try {
      let started = performance.now();
      for await (const news of KINDS[kind](this.#engineFor(shuffled), settings)) {
        if (task.stopped) break;
        this.#send({ type: "news", id, ...news, milliseconds: performance.now() - started });
        await this.#turn(task);
        if (task.stopped) break;
        started = performance.now();
      }
      this.#send({ type: "done", id });
    } catch (problem) {
      this.#send({ type: "failed", id, message: asError(problem).message });
    }
    this.#tasks.delete(id);
  }

  /** Let messages come in; while it is paused, wait. @param {Task} task */
  async #turn(task) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (task.paused && !task.stopped) await new Promise((resolve) => { task.wake = () => resolve(null); });
  }
}
