// The panel for the reader's own image: chosen, dropped, pasted, from the camera, or an empty one to paint on.

import { formattedBytes, withBytes } from "../arithmetic/number_format.js";
import { describeDevice, device } from "../live/device.js";
import { gains, isolate, wantedFor } from "../live/isolation.js";
import { LiveNetwork, OWN } from "../live/network.js";
import { isKept } from "../state/download.js";
import { asError, Superseded } from "../state/errors.js";
import { imageNamed } from "../state/manifest.js";
import { settleOwn } from "../views/arrange.js";
import { button, byId, element } from "../views/elements.js";
import { say, showProgress } from "../views/messages.js";
import { createCamera } from "./camera.js";
import { listenForFiles } from "./given_files.js";
import { ImageKeeper } from "./kept_image.js";
import { NetworkStatus } from "./network_status.js";
import { fromFile } from "./read_image.js";

/**
 * @import { Door } from "../live/switching.js"
 * @import { News } from "../live/messages.js"
 * @import { Explorer } from "../state/explorer.js"
 * @import { Live } from "../state/types.js"
 * @import { Preview } from "../views/page.js"
 * @typedef {{explorer: Explorer, base: URL, failed: (problem: Error) => void, paint: () => void,
 *   preview: (preview: Preview | null) => void}} Tools   `paint` takes the brush; `preview` shows a picture whose maps
 *   are still to come, or no longer
 * @typedef {(levels: Uint8ClampedArray, about: {title: string, running: boolean}) => Promise<void>} ShowImage
 *   `running` while a camera gives one image after the other
 * @typedef {(levels: Uint8ClampedArray, title: string) => Promise<void>} Keep
 */

const PRIVATE = ["Choose, take or draw one", " (or drop or paste one)", ": its maps are computed on this device, and it is sent " +
  "nowhere. The network reads squares: of other shapes the middle is taken."];
/** What the network is loaded for; `INSTEAD`, for a picture that an address asked for. */
const [PICTURE, PAINTING, CHOSEN, INSTEAD] = ["picture", "painting", "chosen", "instead"];
/** @param {string} title of the picture that is shown instead */
const elsewhereText = (title) =>
  "This view was of somebody’s own picture, which this browser has not. Choose yours: the same place opens. " +
  `Until then it shows “${title}”.`;
/** @param {string} title of the picture that is shown instead */
const keptText = (title) =>
  `This view is of your own picture, which this browser has kept. Until it is computed you see “${title}”.`;

/**
 * @param {HTMLElement} root
 * @param {Tools} tools
 * @returns {{recall: () => Promise<void>, door: () => Door | null, open: () => void, keep: Keep,
 *   isKept: () => Promise<boolean>}} `recall` is called where an address asks for the reader's own image, `open` where it asks
 *   for the panel; `keep` takes a picture that was made; `isKept`, whether this browser holds the whole network
 */
export function createOwnImage(root, tools) {
  const { live } = tools.explorer.manifest;
  if (!live || typeof WebAssembly !== "object" || typeof Worker !== "function") {
    const recall = async () => say("This view was of somebody’s own picture, which this page cannot compute.");
    return { recall, door: () => null, open: () => {}, keep: async () => {}, isKept: async () => false };
  }
  byId("own").hidden = false;
  const panel = new OwnImagePanel(root, tools, live);
  return {
    recall: () => panel.recall(),
    door: () => panel.door(),
    open: () => panel.open(),
    keep: (levels, title) => panel.keep(levels, title),
    isKept: () => panel.isKept(),
  };
}

class OwnImagePanel {
  #root;
  #tools;
  #live;
  #network;
  #status;
  #keeper;
  #opener;
  #panel;
  /** Whether this browser is known to hold the whole network. */
  #isKept = false;
  #keptWords = element("p", { class: "quiet" });
  #forget = button({ id: "forget", onclick: () => this.#forgetImage() }, "Forget my picture");
  #kept = element("div", { id: "kept", hidden: true }, this.#keptWords, this.#forget);
  /** The address of what is shown as long as the reader's own picture, which was asked for, is not there. */
  #standIn = "";

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   * @param {Live} live
   */
  constructor(root, tools, live) {
    const { manifest, data } = tools.explorer;
    this.#root = root;
    this.#tools = tools;
    this.#live = live;
    this.#keeper = new ImageKeeper(tools.base.href);
    this.#status = new NetworkStatus(live);
    this.#network = new LiveNetwork({
      manifest, live, data,
      base: tools.base,
      report: (news) => this.#report(news),
      failed: (problem) => this.#lose(problem),
    });
    this.#opener = this.#createOpener();
    this.#panel = this.#createPanel();
    const close = button({ class: "plain close", "aria-label": "Close", popovertarget: root.id }, "×");
    const [choose, drop, use] = PRIVATE;
    const words = element("p", { class: "quiet" }, choose, element("span", { class: "by-keys" }, drop), use);
    const title = element("h2", {}, "Your own picture");
    root.append(close, title, this.#kept, words, this.#panel, this.#opener);
    byId("messages").prepend(this.#status.root);
    listenForFiles((file) => this.#take(file));
    this.isKept();
    this.#keeper.kept().then((image) => this.#tellKept(image?.title ?? null));
    const purpose = wantedFor();
    if (purpose) this.#goOn(purpose).catch(tools.failed);
  }

  /** After the page was loaded again, with what it was loaded again for. @param {string} purpose */
  async #goOn(purpose) {
    await this.#startForAll();
    showProgress("");
    if (purpose === PICTURE) this.open();
    if (purpose === PAINTING) this.#tools.paint();
    if (purpose === INSTEAD) this.#standIn = location.hash;
    const chosen = purpose === CHOSEN || purpose === INSTEAD ? await this.#keeper.kept() : null;
    if (chosen) await this.keep(chosen.levels, chosen.title);
  }

  /** Whether this browser holds the whole network. It is asked each time, as the gradients load it too. */
  async isKept() {
    this.#isKept ||= await isKept(this.#live, this.#tools.base);
    this.#opener.textContent = this.#openingWords();
    return this.#isKept;
  }

  #openingWords() {
    if (this.#isKept) return "Load the network now";
    const [network, runtime] = [this.#network.bytes, this.#live.runtime].map(formattedBytes);
    return `Load the network (${network}) and its runtime (${runtime}) now`;
  }

  /** That are still to be downloaded. */
  #bytes() {
    return this.#isKept ? 0 : this.#network.bytes + this.#live.runtime;
  }

  /** @param {News} news */
  #report(news) {
    this.#status.show(news);
    if (news.type === "loaded") this.isKept();
  }

  /** Open the panel, for a reader who comes for their own picture. */
  open() {
    this.#root.showPopover?.();
  }

  /** @type {Keep} */
  async keep(levels, title) {
    try {
      await this.#show(levels, { title, running: false });
    } catch (problem) {
      if (!(problem instanceof Superseded)) throw problem;
    }
  }

  /** Show the image that was kept, or ask for one. */
  async recall() {
    const image = await this.#keeper.kept();
    const { explorer } = this.#tools;
    const { title } = imageNamed(explorer.manifest, explorer.state().picture);
    this.#standIn = location.hash;
    if (!image) return say(elsewhereText(title), [{ words: "Choose a picture", act: () => this.open() }]);
    const show = () => this.#show(image.levels, { title: image.title, running: false }).catch((problem) => this.#fail(problem));
    if (await this.isKept()) return show();
    say(keptText(title), [{ words: withBytes("Compute it", this.#bytes()), act: show }, { words: "Forget it", act: () => this.#forgetImage() }]);
  }

  /**
   * The way to the network for other parts of the page.
   * @returns {Door}
   */
  door() {
    const bytes = () => this.#bytes();
    return {
      network: this.#network,
      get bytes() {
        return bytes();
      },
      open: async (purpose = "channels off") => {
        if (!(await isolate(purpose))) await this.#startForAll();
      },
    };
  }

  #createOpener() {
    const open = async () => {
      if (!(await isolate(PICTURE))) this.#startForAll().catch(this.#tools.failed);
    };
    return button({ id: "live", title: "Else it is loaded with the first picture", onclick: open }, this.#openingWords());
  }

  #createPanel() {
    const { failed } = this.#tools;
    const { size } = this.#network;
    const input = element("input", { type: "file", id: "file", accept: "image/*", onchange: () => {
      if (input.files?.[0]) this.#take(input.files[0]);
      input.value = "";
    } });
    /** @type {ShowImage} */
    const show = (levels, about) => this.#show(levels, about);
    return element(
      "div",
      {},
      element("div", { class: "tools" }, element("label", { class: "file" }, "Choose a picture ", input)),
      createCamera({ size, show, failed }),
      button({ id: "empty", onclick: () => this.#showEmpty() }, "An empty picture to paint on"),
    );
  }

  /** With what waits for the network on the picture that is shown. */
  async #startForAll() {
    await this.#start();
    await this.#tools.explorer.refresh();
  }

  async #start() {
    if (this.#network.isOn()) return;
    const [found, isAtHand] = await Promise.all([device(), this.isKept()]);
    if (this.#network.isOn()) return; // asked for twice
    this.#status.begin((on) => describeDevice(on, found.threads), isAtHand);
    this.#network.start(found);
    this.#opener.hidden = true;
  }

  /** @type {ShowImage} */
  async #show(levels, { title, running }) {
    await this.#start();
    const { explorer } = this.#tools;
    const computed = this.#network.show(levels, { title, last: running ? explorer.state().layer : null });
    if (!running) await this.#preview();
    if (explorer.state().picture === OWN) explorer.refresh();
    else {
      const step = this.#isStandIn() ? "replace" : undefined;
      explorer.dispatch({ type: "picture", value: OWN }, step); // the layer and the place stay
    }
    this.#standIn = "";
    await computed;
    this.#status.settle();
    await explorer.refresh();
    if (!running) await this.#keep(levels, title);
  }

  /** Whether what is shown was never asked for: then no step of Back leads to it. */
  #isStandIn() {
    return this.#standIn !== "" && this.#standIn === location.hash;
  }

  /** The picture is seen at once; its maps and its answer come as they are computed. */
  async #preview() {
    this.#status.compute();
    const photograph = await this.#tools.explorer.data.photograph(OWN);
    this.#tools.preview({ picture: OWN, photograph });
  }

  /** @type {(levels: Uint8ClampedArray, title: string) => Promise<void>} */
  async #keep(levels, title) {
    settleOwn();
    const isKept = await this.#keeper.keep({ levels, title });
    this.#tellKept(isKept ? title : null);
  }

  /** Where it is chosen, that one is kept, and how to forget it. @param {string | null} title */
  #tellKept(title) {
    this.#kept.hidden = title === null;
    this.#keptWords.textContent = `This browser keeps “${title}” for your next visit, and nothing of pictures before it.`;
  }

  /** What is shown stays until the reader goes elsewhere. */
  async #forgetImage() {
    await this.#keeper.forget();
    this.#tellKept(null);
    say("Your picture is forgotten: this browser keeps nothing of it after this visit.");
  }

  /** White, with the brush in hand. */
  async #showEmpty() {
    const { size } = this.#network;
    this.#root.hidePopover?.();
    try {
      await this.#show(new Uint8ClampedArray(size * size * 3).fill(255), { title: "empty picture", running: false });
      this.#tools.paint();
    } catch (problem) {
      this.#fail(problem);
    }
  }

  /** @param {File} file */
  async #take(file) {
    try {
      const levels = await fromFile(file, this.#network.size);
      this.#root.hidePopover?.();
      const title = file.name || "pasted picture";
      if (!(await this.#startsAnew(levels, title))) await this.#show(levels, { title, running: false });
    } catch (problem) {
      this.#fail(problem);
    }
  }

  /** Whether the page is about to be loaded again for the network: the picture is kept until then. @type {(levels: Uint8ClampedArray, title: string) => Promise<boolean>} */
  async #startsAnew(levels, title) {
    if (this.#network.isOn() || !gains()) return false;
    await this.#keeper.keep({ levels, title });
    return isolate(this.#isStandIn() ? INSTEAD : CHOSEN);
  }

  /** @param {unknown} problem */
  #fail(problem) {
    this.#tools.preview(null);
    if (!(problem instanceof Superseded)) this.#tools.failed(asError(problem));
  }

  /** The network failed; it can be loaded again. @param {Error} problem */
  async #lose(problem) {
    const { explorer, failed } = this.#tools;
    this.#status.clear();
    this.#tools.preview(null);
    this.#opener.hidden = false;
    const { pictures } = explorer.manifest;
    if (explorer.state().picture === OWN) await explorer.dispatch({ type: "picture", value: pictures[0].id });
    failed(problem);
  }
}
