// The panel for the reader's own image: chosen, dropped, pasted, from the camera or drawn.

import { formattedBytes } from "../arithmetic/number_format.js";
import { describeDevice, device } from "../live/device.js";
import { isolate, isWanted } from "../live/isolation.js";
import { LiveNetwork, OWN } from "../live/network.js";
import { asError, Superseded } from "../state/errors.js";
import { button, byId, element } from "../views/elements.js";
import { createCamera } from "./camera.js";
import { createDrawing } from "./drawing.js";
import { listenForFiles } from "./given_files.js";
import { NetworkStatus } from "./network_status.js";
import { fromFile } from "./read_image.js";

/**
 * @import { Explorer } from "../state/explorer.js"
 * @import { Live } from "../state/types.js"
 * @typedef {{explorer: Explorer, base: URL, failed: (problem: Error) => void}} Tools
 * @typedef {(levels: Uint8ClampedArray, about: {title: string, running: boolean}) => Promise<void>} ShowImage
 *   `running` while a camera gives one image after the other
 */

/**
 * @param {HTMLElement} root
 * @param {Tools} tools
 */
export function createOwnImage(root, tools) {
  const { live } = tools.explorer.manifest;
  if (!live || typeof WebAssembly !== "object" || typeof Worker !== "function") {
    return; // without a network there is nothing to offer
  }
  byId("own").hidden = false;
  new OwnImagePanel(root, tools, live);
}

class OwnImagePanel {
  #tools;
  #live;
  #network;
  #status;
  #opener;
  #panel;

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   * @param {Live} live
   */
  constructor(root, tools, live) {
    const { manifest, data } = tools.explorer;
    this.#tools = tools;
    this.#live = live;
    this.#status = new NetworkStatus(live);
    this.#network = new LiveNetwork({
      manifest, live, data,
      base: tools.base,
      report: (news) => this.#status.show(news),
      failed: (problem) => this.#lose(problem),
    });
    this.#opener = this.#createOpener();
    this.#panel = this.#createPanel();
    const close = button({ class: "plain close", "aria-label": "Close", popovertarget: root.id }, "×");
    root.append(close, element("h2", {}, "Your own picture"), this.#opener, this.#panel);
    byId("messages").prepend(this.#status.root);
    listenForFiles((file) => this.#take(file));
    if (isWanted()) this.#start().catch(tools.failed);
  }

  #createOpener() {
    const sizes = [this.#network.bytes, this.#live.runtime].map(formattedBytes);
    const open = async () => {
      if (!(await isolate())) this.#start().catch(this.#tools.failed);
    };
    const words = `Load the network (${sizes[0]}) and its runtime (${sizes[1]})`;
    return button({ id: "live", onclick: open }, words);
  }

  #createPanel() {
    const { explorer, failed } = this.#tools;
    const { size } = this.#network;
    const input = element("input", { type: "file", id: "file", accept: "image/*", onchange: () => {
      if (input.files?.[0]) this.#take(input.files[0]);
      input.value = "";
    } });
    /** @type {ShowImage} */
    const show = (levels, about) => this.#show(levels, about);
    return element(
      "div",
      { hidden: true },
      element("p", { class: "quiet" }, "Choose, drop or paste a picture. It is computed in this page and sent nowhere."),
      element("div", { class: "tools" }, element("label", { class: "file" }, "Choose a picture ", input)),
      createCamera({ size, show, failed }),
      createDrawing({ size, begin: () => explorer.photograph(), show, failed }),
    );
  }

  async #start() {
    if (this.#network.isOn()) return;
    const found = await device();
    this.#status.begin((on) => describeDevice(on, found.threads));
    this.#network.start(found);
    this.#panel.hidden = false;
    this.#opener.hidden = true;
  }

  /** @type {ShowImage} */
  async #show(levels, { title, running }) {
    await this.#start();
    const { explorer } = this.#tools;
    const { layer, picture } = explorer.state();
    const computed = this.#network.show(levels, { title, last: running ? layer : null });
    // What has come is shown at once: the first block, if the chosen layer's weights are still on their way.
    const deep = this.#network.segmentOf(layer);
    if (!this.#status.isReady(deep) && deep > 0 && !running) {
      explorer.dispatch({ type: "layer", value: this.#live.segments[0].layers[0] });
    }
    if (picture !== OWN) explorer.dispatch({ type: "picture", value: OWN });
    else explorer.refresh();
    await computed;
    await explorer.refresh();
  }

  /** @param {File} file */
  async #take(file) {
    try {
      await this.#show(await fromFile(file, this.#network.size), { title: file.name || "pasted picture", running: false });
    } catch (problem) {
      if (!(problem instanceof Superseded)) this.#tools.failed(asError(problem));
    }
  }

  /** The network failed; it can be loaded again. @param {Error} problem */
  async #lose(problem) {
    const { explorer, failed } = this.#tools;
    this.#status.clear();
    this.#opener.hidden = false;
    const { pictures } = explorer.manifest;
    if (explorer.state().picture === OWN) await explorer.dispatch({ type: "picture", value: pictures[0].id });
    failed(problem);
  }
}
