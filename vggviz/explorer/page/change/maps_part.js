// Which pixels, and which places, a score depends on: gradients as maps over the grey photograph, and their control.

import { largestSize, overlay } from "../answer/class_activation.js";
import { channelObjective } from "../gradients/objective.js";
import { levelsOf } from "../state/bitmaps.js";
import { button, copy, draw, element } from "../views/elements.js";
import { enlarging } from "../views/enlarged.js";
import { answerOf } from "./answer_of.js";
import { Job } from "./job.js";
import { limitOf, sameOrder } from "./pictures.js";
import { classObjective, gatedOff } from "./settings.js";
import { BEFORE, MAP_NAMES, controlText, mapText } from "./words.js";

/**
 * @import { NewsMessage, Objective } from "../gradients/types.js"
 * @import { Off, Shown } from "../state/types.js"
 * @import { Overlay } from "../views/answer_where.js"
 * @import { PartTools } from "./panel.js"
 * @import { MapKind } from "./words.js"
 * @typedef {{values: Float32Array, rows: number, columns: number}} Values
 * @typedef {{trained?: Values, shuffled?: Values}} Found
 */

const KINDS = /** @type {MapKind[]} */ (Object.keys(MAP_NAMES));

export class MapsPart {
  starts = null;
  #tools;
  /** @type {Shown | null} */
  #shown = null;
  /** @type {MapKind | null} */
  #kind = null;
  #isShuffled = false;
  /** What the maps were computed of. */
  #key = "";
  /** Whether the reader has gone to another part of the page meanwhile. */
  #isAway = false;
  #bitmap = { count: 0, last: /** @type {ImageBitmap | null} */ (null) };
  /** @type {Map<string, Found>} */
  #found = new Map();
  /** What is explained, in words. */
  #what = "the answer";
  /** @type {{kind: MapKind, key: string, isShuffled: boolean} | null} */
  #wanted = null;
  #buttons = KINDS.map((kind) => button({ "aria-pressed": "false", "data-kind": kind, onclick: () => this.#choose(kind) }, MAP_NAMES[kind]));
  #about = element("p", { class: "map-words" }, BEFORE);
  #figures = { trained: createFigure("the network"), shuffled: createFigure("shuffled weights") };
  #both = element("div", { class: "side-by-side", hidden: true }, this.#figures.trained.element, this.#figures.shuffled.element);
  #control = button({ class: "control", "aria-pressed": "false", hidden: true, onclick: () => this.#toggleControl() }, "Compare with shuffled weights");
  #controlWords = element("p", { class: "control-words", hidden: true });

  /** @param {PartTools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.job = new Job(tools, this);
    const choices = element("div", { class: "tools", role: "group", "aria-label": "How" }, ...this.#buttons);
    this.element = element("section", { "aria-label": "Which pixels count" }, choices, this.job.element, this.#control, this.#both, this.#controlWords, this.#about);
  }

  get name() {
    return `maps/${this.#kind}`;
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    const key = this.#keyOf(shown);
    if (key === this.#key && !this.#isAway) return;
    this.#isAway = false;
    if (key === this.#key) {
      this.#update();
      return;
    }
    const goesOn = this.#key !== "" && this.#kind !== null && (this.#isThere() || this.job.isOn());
    this.#key = key;
    this.job.reset();
    this.#update();
    if (goesOn && !this.#isThere()) this.job.start();
  }

  /** @param {string} [kind] */
  begin(kind) {
    this.#choose(KINDS.find((each) => each === kind) ?? "gradient");
  }

  leave() {
    this.#isAway = true;
    this.#tools.lay(null);
  }

  /** A picture, a target and, for Grad-CAM, a layer have maps of their own. @param {Shown} shown */
  #keyOf({ state, layer, images: [{ photograph }] }) {
    if (photograph !== this.#bitmap.last) {
      this.#bitmap = { count: this.#bitmap.count + 1, last: photograph };
      this.#found.clear();
    }
    const target = this.#tools.manifest.answer ? state.where : [layer.name, state.channel];
    return JSON.stringify([this.#bitmap.count, target, state.off, this.#kind === "grad_cam" ? layer.name : null]);
  }

  #isThere() {
    return Boolean(this.#kind && this.#found.get(this.#name())?.[this.#isShuffled ? "shuffled" : "trained"]);
  }

  /** Of the map in the list of those that were found. */
  #name(kind = this.#kind, key = this.#key) {
    return `${kind} ${key}`;
  }

  /** @param {MapKind} kind */
  #choose(kind) {
    this.#kind = kind;
    if (this.#shown) this.#key = this.#keyOf(this.#shown);
    this.job.reset();
    this.#update();
    if (!this.#isThere()) this.job.start();
  }

  #toggleControl() {
    this.#isShuffled = !this.#isShuffled;
    this.job.reset();
    this.#update();
    if (!this.#isThere()) this.job.start();
  }

  async order() {
    const shown = /** @type {Shown} */ (this.#shown);
    const kind = /** @type {MapKind} */ (this.#kind);
    const isShuffled = this.#isShuffled;
    this.#wanted = { kind, key: this.#key, isShuffled };
    const { what, objective, off } = await this.#target(shown);
    this.#what = what;
    const levels = levelsOf(shown.images[0].photograph);
    const common = { levels, size: Math.sqrt(levels.length / 3), objective, off };
    const shuffled = isShuffled ? Object.keys(this.#tools.kernels) : [];
    const begins = `${MAP_NAMES[kind]} for ${what}.`;
    if (kind === "grad_cam") return { kind, settings: { ...common, layer: shown.layer.name }, shuffled, begins };
    return { kind: /** @type {const} */ ("saliency"), settings: { ...common, of: kind }, shuffled, begins };
  }

  /** @type {(shown: Shown) => Promise<{what: string, objective: Objective, off: Off}>} */
  async #target({ state, layer }) {
    const answer = await answerOf(this.#tools, state);
    if (!answer) {
      return { what: `the mean of channel ${state.channel}`, objective: channelObjective(layer.name, state.channel, layer.channels), off: state.off };
    }
    const { classifier, now } = answer;
    const chosen = state.where === null ? -1 : classifier.ids.indexOf(state.where);
    const index = chosen < 0 ? now.order[0] : chosen;
    return { what: `the score of “${classifier.labels[index]}”`, objective: classObjective(classifier, index, state.off), off: gatedOff(classifier, state.off) };
  }

  /** @param {NewsMessage} news */
  news({ map }) {
    if (!map || !this.#wanted) return;
    const { kind, key, isShuffled } = this.#wanted;
    const values = kind === "grad_cam" ? map.values.map((each) => Math.max(each, 0)) : map.values;
    const name = this.#name(kind, key);
    const found = { ...this.#found.get(name), [isShuffled ? "shuffled" : "trained"]: { ...map, values } };
    this.#found.set(name, found);
    this.#update();
  }

  /** @type {(news: NewsMessage, isWhole: boolean) => string} */
  result({ milliseconds }, isWhole) {
    return isWhole ? `${MAP_NAMES[this.#kind ?? "gradient"]}: computed in ${(milliseconds / 1000).toFixed(1)} s.` : "Stopped.";
  }

  /** Show what was found of what is chosen. */
  #update() {
    const found = (this.#kind && this.#found.get(this.#name())) || {};
    for (const each of this.#buttons) each.setAttribute("aria-pressed", String(each.dataset.kind === this.#kind));
    const { trained, shuffled } = found;
    const chosen = this.#isShuffled ? shuffled : trained;
    const limit = chosen ? this.#limit(chosen.values) : 0;
    const about = this.#kind && chosen ? mapText(this.#kind, this.#what, this.#shown?.layer.name ?? "", limit) : "";
    this.#about.textContent = this.#kind ? about : BEFORE;
    this.#control.hidden = !trained && !shuffled;
    this.#control.setAttribute("aria-pressed", String(this.#isShuffled));
    const both = trained && shuffled;
    this.#controlWords.hidden = !both || !this.#isShuffled;
    if (both) this.#controlWords.textContent = controlText(largestSize(shuffled.values) > 0 ? sameOrder(trained.values, shuffled.values) : null);
    this.#both.hidden = !both || !this.#isShuffled;
    if (both && this.#shown) for (const name of /** @type {const} */ (["trained", "shuffled"])) {
      this.#figures[name].show(this.#shown.images[0].photograph, this.#overlay(/** @type {Values} */ (found[name]), name === "shuffled"));
    }
    this.#tools.lay(chosen ? this.#overlay(chosen) : null);
  }

  /** @type {(map: Values, isShuffled?: boolean) => Overlay} */
  #overlay({ values, rows, columns }, isShuffled = this.#isShuffled) {
    const { colours } = this.#tools;
    const limit = this.#limit(values);
    const network = isShuffled ? ", with shuffled weights" : "";
    const label = `${MAP_NAMES[this.#kind ?? "gradient"]} for ${this.#what} over the grey picture${network}`;
    const name = isShuffled ? "shuffled weights" : MAP_NAMES[this.#kind ?? "gradient"];
    return { pixels: overlay(values, { limit, colours }), rows, columns, label, name };
  }

  /** What full colour stands for. @param {Float32Array} values */
  #limit(values) {
    return this.#kind === "grad_cam" ? largestSize(values) : limitOf(values);
  }
}

/** @param {string} caption */
function createFigure(caption) {
  const photograph = element("canvas", { class: "photograph", "aria-hidden": "true" });
  const map = element("canvas", { class: "evidence", role: "img" });
  return {
    element: element("figure", {}, enlarging(element("span", { class: "stage grey" }, photograph, map)), element("figcaption", {}, caption)),
    /** @type {(bitmap: ImageBitmap, overlay: Overlay) => void} */
    show(bitmap, { pixels, rows, columns, label }) {
      copy(photograph, bitmap);
      draw(map, pixels, rows, columns);
      map.setAttribute("aria-label", `${label}: ${caption}`);
    },
  };
}
