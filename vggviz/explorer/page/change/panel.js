// The tab "Change": what gradients do to a picture, computed in the page. One part is open, and computes, at a time.

import { hasOneThread } from "../live/device.js";
import { isolate, wantedFor } from "../live/isolation.js";
import { asError } from "../state/errors.js";
import { button, element } from "../views/elements.js";
import { DrawingPart } from "./drawing_part.js";
import { FoolPart } from "./fool_part.js";
import { MapsPart } from "./maps_part.js";
import { Runner } from "./runner.js";
import { StylePart } from "./style_part.js";
import { downloadText } from "./words.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { GradientNetwork } from "../gradients/network.js"
 * @import { GradientFiles } from "../gradients/types.js"
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Data } from "../state/data.js"
 * @import { Sources } from "../live/sources.js"
 * @import { Files } from "../state/files.js"
 * @import { Dispatch, Live, Manifest, Shown } from "../state/types.js"
 * @import { Overlay } from "../views/answer_where.js"
 * @import { Job, Tools as JobTools, Wish } from "./job.js"
 * @typedef {"drawing" | "maps" | "style" | "fool"} PartName
 * @typedef {Wish & {element: HTMLElement, job: Job, show: (shown: Shown) => void, begin?: (detail?: string) => void,
 *   leave?: () => void}} Part   `begin` and `leave`, where more is to be done than the job's beginning and stop
 * @typedef {(levels: Uint8ClampedArray, title: string) => Promise<void>} Keep   a picture becomes the one that is shown
 * @typedef {{manifest: Manifest, files: Pick<Files, "image">, data: Data, classifier: GiveClassifier,
 *   sources: Pick<Sources, "idOf" | "photograph">, colours: Colours, lay: (overlay: Overlay | null) => void}} Given
 * @typedef {Given & {network: Pick<GradientNetwork, "start">, base: URL, dispatch: Dispatch, keep: Keep,
 *   isKept: () => Promise<boolean>, wasKept: boolean}} Tools   `isKept`, whether this browser holds the whole network;
 *   `wasKept`, whether it did when the panel was made, so that what is said of it moves no button later
 * @typedef {Given & JobTools & {keep: Keep, kernels: GradientFiles["kernels"], side: number}} PartTools   `side`, of what
 *   the network reads
 */

const ASKED = "explorer-gradients-asked";

/** @type {Record<PartName, string>} */
const NAMES = { drawing: "Draw", maps: "Which pixels", style: "Style", fool: "Fool it" };

export class ChangePanel {
  #elements;
  #tools;
  #live;
  #runner;
  /** @type {Record<PartName, Part>} */
  #parts;
  /** @type {PartName} */
  #open = "drawing";
  /** What is to be begun as soon as there is something to show: a part, and what of it. @type {string[] | null} */
  #asked;
  /** @type {Shown | null} */
  #shown = null;
  #isSeen = false;
  /** Whether this browser holds the whole network. */
  #isKept;
  #download = element("p", { class: "quiet download" });
  #problem = element("p", { class: "problem", role: "alert", hidden: true });
  /** @type {HTMLButtonElement[]} */
  #buttons;

  /**
   * @param {{root: HTMLElement, spoken: HTMLElement}} elements
   * @param {Tools} tools `manifest.live.gradients` is there
   */
  constructor(elements, tools) {
    this.#elements = elements;
    this.#tools = tools;
    this.#isKept = tools.wasKept;
    this.#live = /** @type {Live & {gradients: GradientFiles}} */ (tools.manifest.live);
    this.#runner = new Runner(tools.network);
    this.#parts = this.#createParts();
    this.#asked = wantedFor(ASKED)?.split("/") ?? null;
    this.#buttons = this.#names().map((name) => button({ "data-part": name, onclick: () => this.#choose(name) }, NAMES[name]));
    this.#fill();
    this.#showDownload();
    this.#choose(this.#names().find((name) => name === this.#asked?.[0]) ?? this.#open);
  }

  #names() {
    const names = /** @type {PartName[]} */ (Object.keys(NAMES));
    return names.filter((name) => name !== "fool" || this.#tools.manifest.answer);
  }

  #createParts() {
    const { manifest, keep } = this.#tools;
    /** @type {PartTools} */
    const tools = {
      ...this.#tools,
      runner: this.#runner,
      kernels: this.#live.gradients.kernels,
      side: manifest.pictures[0].rows,
      keep: (levels, title) => this.#keep(() => keep(levels, title)),
      reload: (part) => isolate(part, ASKED),
      say: (words) => this.#say(words),
      ready: () => this.#tellDownload(),
      isKept: () => this.#isKept,
    };
    return { drawing: new DrawingPart(tools), maps: new MapsPart(tools), style: new StylePart(tools), fool: new FoolPart(tools) };
  }

  #fill() {
    const { root } = this.#elements;
    const choices = element("div", { class: "parts", role: "group", "aria-label": "What to do" }, ...this.#buttons);
    root.append(choices, this.#download, this.#problem, ...this.#names().map((name) => this.#parts[name].element));
    root.addEventListener("keydown", (event) => {
      if (event.key !== "w" || event.ctrlKey || event.altKey || event.metaKey) return;
      this.#say(this.#parts[this.#open].job.words());
      event.preventDefault();
    });
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    const isSeen = shown.state.view === "change";
    if (!isSeen && this.#isSeen) this.#leave();
    if (isSeen && !this.#isSeen) this.#tellDownload();
    this.#isSeen = isSeen;
    const part = this.#parts[this.#open];
    // A look at the picture as it was ends nothing.
    if (!isSeen || (shown.state.shows === "before" && part.job.isOn())) return;
    part.show(this.#painted(shown));
    part.job.wake();
    if (!this.#asked) return;
    const [, detail] = this.#asked;
    this.#asked = null;
    if (part.begin) part.begin(detail);
    else if (!part.job.isOn()) part.job.start();
  }

  /** With the strokes on the picture, also where no maps follow them. @param {Shown} shown @returns {Shown} */
  #painted(shown) {
    const photograph = this.#tools.sources.photograph(shown.state);
    if (!photograph) return shown;
    const [first, ...others] = shown.images;
    return { ...shown, images: [{ ...first, photograph }, ...others] };
  }

  /** What is computed rests while another tab or part is shown; it ends where another part begins. */
  #leave() {
    const part = this.#parts[this.#open];
    part.job.rest();
    part.leave?.();
  }

  /** @param {PartName} name */
  #choose(name) {
    if (name !== this.#open) this.#leave();
    this.#open = name;
    for (const each of this.#buttons) each.setAttribute("aria-pressed", String(each.dataset.part === name));
    for (const each of this.#names()) this.#parts[each].element.hidden = each !== name;
    this.#problem.hidden = true;
    this.#tellDownload();
    if (!this.#isSeen || !this.#shown) return;
    this.#parts[name].show(this.#painted(this.#shown));
    this.#parts[name].job.wake();
  }

  /** Draw the channel that is shown; what must be downloaded is told first. */
  async watch() {
    this.#choose("drawing");
    if (await this.#tools.isKept()) this.#asked = ["drawing"];
    await this.#tools.dispatch({ type: "view", value: "change" });
    this.#elements.root.querySelector("button.begin:not([hidden])")?.scrollIntoView?.({ block: "nearest" });
  }

  async #tellDownload() {
    this.#isKept = await this.#tools.isKept();
    this.#showDownload();
  }

  #showDownload() {
    this.#download.textContent = downloadText(this.#live, this.#isKept, hasOneThread());
    if (this.#isKept) this.#elements.root.append(this.#download); // nothing to be decided any more
  }

  /** @param {() => Promise<void>} keep */
  async #keep(keep) {
    this.#problem.hidden = true;
    try {
      await keep();
    } catch (problem) {
      Object.assign(this.#problem, { textContent: asError(problem).message, hidden: false });
    }
  }

  /** @param {string} words */
  #say(words) {
    this.#elements.spoken.textContent = words;
  }
}
