// What is said of the network in the page: how much is loaded, how long it computed.

import { formattedBytes, withBytes } from "../arithmetic/number_format.js";
import { element } from "../views/elements.js";

/**
 * @import { DoneNews, News, ProgressNews } from "../live/messages.js"
 * @import { Live } from "../state/types.js"
 */

/** Milliseconds that a sentence stays. */
const READ = 6000;

/** From the browser's store: how much of it is of no concern. */
const LOADING = "Loading the network, which this browser has kept …";

const COMPUTING = "Computing your picture, block by block …";

/** News that is told. @type {readonly News["type"][]} */
const TOLD = ["progress", "loaded", "full", "done"];

export class NetworkStatus {
  #live;
  /** Whether nothing must be downloaded. */
  #isKept = false;
  /** What it computes on, in words. @type {(on: string) => string} */
  #describeDevice = (on) => on;
  bar = element("progress", { max: 1, value: 0, hidden: true, "aria-label": "Loading the network" });
  words = element("p", { id: "live-words", role: "status" });
  root = element("div", { id: "network-status", hidden: true }, this.words, this.bar);
  /** Hides what was said when it has been read. */
  #timer = 0;

  /** @param {Live} live */
  constructor(live) {
    this.#live = live;
  }

  /** @type {(describeDevice: (on: string) => string, isKept: boolean) => void} */
  begin(describeDevice, isKept) {
    this.root.hidden = false;
    this.#isKept = isKept;
    this.words.textContent = isKept ? LOADING : `${withBytes("Loading the runtime", this.#live.runtime)} …`;
    this.#describeDevice = describeDevice;
  }

  clear() {
    this.bar.hidden = true;
    this.root.hidden = true;
    this.words.textContent = "";
  }

  /** @param {News} news */
  show(news) {
    if (!TOLD.includes(news.type)) return; // it says nothing, and so leaves what is said, and for how long
    this.root.hidden = false;
    if (news.type === "progress") this.#showProgress(news);
    if (news.type === "loaded") {
      this.bar.hidden = true;
      if (!this.words.textContent?.startsWith("Comput")) this.words.textContent = "The network is ready.";
    }
    if (news.type === "full") {
      this.words.dataset.store = "full";
      this.words.textContent = "The browser’s store is full, so the network stays for this visit only.";
    }
    if (news.type === "done") this.#showDone(news);
    this.#stay(Boolean(this.bar.hidden));
  }

  /** A picture is given to the network, whose parts follow one another. */
  compute() {
    this.root.hidden = false;
    this.#stay(false);
    if (!this.bar.hidden) return; // the network is still being loaded, which is said
    this.words.textContent = COMPUTING;
    this.#showPart(0);
  }

  /** The picture's maps are there, perhaps at once: those of the picture before, which was the same. */
  settle() {
    if (this.words.textContent !== COMPUTING) return;
    this.words.textContent = "Your picture is computed.";
    this.bar.hidden = true;
    this.#stay(true);
  }

  /** Hide what is said when it has been read. @param {boolean} isOver */
  #stay(isOver) {
    clearTimeout(this.#timer);
    if (isOver) this.#timer = window.setTimeout(() => { this.root.hidden = true; }, READ);
  }

  /** @param {number} count of the network's parts that have computed */
  #showPart(count) {
    this.bar.hidden = count >= this.#live.segments.length;
    this.bar.max = this.#live.segments.length;
    this.bar.value = count;
  }

  /** With the runtime, which is there before: the button told both together. @param {ProgressNews} news */
  #showProgress({ loaded, total }) {
    this.bar.hidden = loaded >= total;
    this.bar.max = total;
    this.bar.value = loaded;
    const [there, all] = [loaded, total].map((bytes) => formattedBytes(bytes + this.#live.runtime));
    this.words.textContent = this.#isKept ? LOADING : `Loading the network: ${there} of ${all}`;
  }

  /** @param {DoneNews} news */
  #showDone({ segment, whole, milliseconds, on }) {
    const { segments } = this.#live;
    const last = segments[segment].layers.at(-1);
    const isAll = whole && segment === segments.length - 1;
    const until = isAll ? "All layers" : `Up to ${last}`;
    const took = `${until}: ${Math.round(milliseconds)} ms ${this.#describeDevice(on)}.`;
    this.words.textContent = whole ? `Computed in this page. ${took}` : `Computing your picture. ${took}`;
    this.#showPart(whole ? this.#live.segments.length : segment + 1);
    const { dataset } = this.words;
    dataset.pictures = String(Number(dataset.pictures ?? 0) + 1);
    dataset.milliseconds = String(milliseconds);
    dataset.segment = String(segment);
  }
}
