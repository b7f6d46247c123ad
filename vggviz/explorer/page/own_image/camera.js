// A camera: a still, or a running view as fast as the machine goes.

import { asError, Superseded } from "../state/errors.js";
import { button, element } from "../views/elements.js";
import { fromVideo } from "./read_image.js";

/**
 * @import { ShowImage } from "./panel.js"
 * @typedef {{size: number, show: ShowImage, failed: (problem: Error) => void}} Tools
 */

/**
 * @param {Tools} tools
 * @returns {HTMLElement}
 */
export function createCamera(tools) {
  return new Camera(tools).root;
}

class Camera {
  #tools;
  #video = element("video", { playsinline: true, muted: true, hidden: true, "aria-label": "What the camera sees" });
  /** @type {MediaStream | null} */
  #stream = null;
  #running = false;
  #open = this.#button("camera", "Camera", () => this.#start());
  #still = this.#button("camera-still", "Take a still", () => this.#take());
  #run = this.#button("camera-run", "Running view", () => this.#toggle());
  #close = this.#button("camera-close", "Close the camera", () => this.#stop());
  root = element("div", { class: "tools" }, this.#open, this.#still, this.#run, this.#close, this.#video);

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#paint();
  }

  /** @type {(id: string, text: string, act: () => Promise<void>) => HTMLButtonElement} */
  #button(id, text, act) {
    return button({ id, onclick: () => act().catch((problem) => this.#fail(problem)) }, text);
  }

  /** @param {unknown} problem */
  #fail(problem) {
    this.#running = false;
    this.#paint();
    if (!(problem instanceof Superseded)) this.#tools.failed(asError(problem));
  }

  async #start() {
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (thrown) {
      const { message, name } = asError(thrown);
      throw new Error(`The camera could not be used (${message || name}); allow it in the browser, or choose a file.`);
    }
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    this.#paint();
  }

  async #take() {
    this.#running = false;
    this.#paint();
    await this.#show(false);
  }

  async #toggle() {
    this.#running = !this.#running;
    this.#paint();
    while (this.#running) {
      await this.#show(true);
      await new Promise(requestAnimationFrame);
    }
  }

  async #stop() {
    const last = this.#running && this.#stream ? this.#seen() : null;
    this.#running = false;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.#paint();
    // All layers of what was seen last.
    if (last) await this.#tools.show(last, { title: "camera", running: false });
  }

  /** @param {boolean} running */
  #show(running) {
    return this.#tools.show(this.#seen(), { title: "camera", running });
  }

  #seen() {
    return fromVideo(this.#video, this.#tools.size);
  }

  #paint() {
    const off = this.#stream === null;
    this.#open.hidden = !off || !navigator.mediaDevices;
    for (const each of [this.#still, this.#run, this.#close, this.#video]) each.hidden = off;
    this.#run.setAttribute("aria-pressed", String(this.#running));
  }
}
