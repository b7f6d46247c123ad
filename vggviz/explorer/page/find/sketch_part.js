// A pattern that the reader draws, and the channels that answer it most.

import { formatted, withBytes } from "../arithmetic/number_format.js";
import { hidingColour } from "../paint/hiding.js";
import { LatestWins } from "../paint/latest_wins.js";
import { PaintedPicture } from "../paint/painted_picture.js";
import { asError } from "../state/errors.js";
import { offered } from "../state/manifest.js";
import { facesOf } from "../passport/face.js";
import { button, element } from "../views/elements.js";
import { PaintSurface } from "../views/paint_surface.js";
import { ASKED } from "./late.js";
import { laidOut, SIDE, strongest } from "./sketch.js";

/**
 * @import { Door } from "../live/switching.js"
 * @import { Colour, Stroke } from "../paint/strokes.js"
 * @import { Answer } from "./sketch.js"
 * @import { Live } from "../state/types.js"
 * @import { Tools as Given } from "./panel.js"
 * @typedef {Given & {door: Door, chosen: () => void}} Tools
 */

/** The id of the sketch in the data. */
const SKETCH = "sketch";
/** Where the strokes are kept while the page is loaded again. */
const KEPT = "explorer-find-sketch";
/** Channels told of each layer. */
const TOLD = 5;
/** Convolutions at first: in VGG16 those of blocks 1 to 3. */
const SHALLOW = 7;

const DEEPER = "Ask the deeper layers too";

/** @type {[string, Colour][]} */
const INKS = [["black", [0, 0, 0]], ["white", [255, 255, 255]], ["red", [220, 30, 30]], ["green", [30, 160, 50]], ["blue", [40, 70, 220]], ["yellow", [245, 210, 40]]];
/** @type {[string, number][]} */
const PENS = [["thin", 2], ["medium", 4], ["thick", 9]];

export class SketchPart {
  #tools;
  #ground;
  #size;
  /** @type {PaintedPicture} */
  #picture;
  #surface;
  #ink = INKS[0][1];
  #width = PENS[1][1];
  /** Whether all layers are asked, not only the first: until the sketch is another. */
  #isDeep = false;
  #words = element("p", { class: "quiet", role: "status" });
  #results = element("div", { class: "answers-of-layers" });
  #deeper = button({ class: "deeper", hidden: true, onclick: () => this.#askDeeper() }, DEEPER);
  #stage = element("div", { class: "sketch" }, element("span"));
  #compute;
  #runs;

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    const live = /** @type {Live} */ (tools.manifest.live);
    const side = tools.manifest.pictures[0].rows;
    this.#size = Math.min(SIDE, side);
    this.#ground = hidingColour(live, [128, 128, 128]);
    this.#picture = new PaintedPicture(this.#paper(), this.#size, keptStrokes());
    this.#runs = new LatestWins({ run: () => this.#run(), failed: (problem) => this.#fail(problem) });
    this.#compute = button({ class: "compute", hidden: true, onclick: () => this.#load() });
    this.#surface = this.#createSurface();
    this.element = element("section", { class: "by-drawing", "aria-label": "By drawing" }, element("h3", {}, "Or draw what it should answer to"), this.#stage, this.#tool());
    this.element.append(this.#compute, this.#words, this.#results, this.#deeper);
    this.#show();
    if (this.#picture.isPainted()) this.#ask();
  }

  #paper() {
    const levels = new Uint8ClampedArray(3 * this.#size ** 2);
    return levels.map((_, i) => this.#ground[i % 3]);
  }

  #createSurface() {
    const surface = new PaintSurface(this.#stage, {
      begin: (point) => (this.#picture.begin({ colour: this.#ink, width: this.#width }, point), this.#show()),
      extend: (points) => (points.forEach((point) => this.#picture.extend(point)), this.#show()),
      end: () => this.#change(() => this.#picture.end()),
      say: (words) => (this.#words.textContent = words),
      leave: () => this.element.querySelector("button")?.focus(),
    });
    surface.open(true, { size: this.#size, width: this.#width });
    return surface;
  }

  #tool() {
    const inks = INKS.map(([name, colour]) => swatch(name, colour, () => this.#choose(inks, name, () => (this.#ink = colour))));
    const pens = PENS.map(([name, width]) => button({ "data-name": name, onclick: () => this.#choose(pens, name, () => (this.#width = width)) }, name));
    this.#choose(inks, INKS[0][0], () => {});
    this.#choose(pens, PENS[1][0], () => {});
    const undo = button({ onclick: () => this.#change(() => this.#picture.undo()) }, "Undo");
    const clear = button({ onclick: () => this.#change(() => this.#picture.clear()) }, "Clear");
    return element("div", { class: "tools" },
      element("div", { role: "group", "aria-label": "Colour", class: "swatches" }, ...inks),
      element("div", { role: "group", "aria-label": "Pen", class: "pens" }, ...pens),
      element("div", { class: "pens" }, undo, clear));
  }

  #askDeeper() {
    this.#isDeep = true;
    this.#deeper.textContent = "Asking the deeper layers …";
    this.#deeper.disabled = true;
    this.#ask();
  }

  /** @type {(buttons: HTMLElement[], name: string, choose: () => void) => void} */
  #choose(buttons, name, choose) {
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.dataset.name === name));
    choose();
    this.#surface?.open(true, { size: this.#size, width: this.#width });
  }

  /** @param {() => void} change */
  #change(change) {
    change();
    this.#isDeep = false;
    this.#show();
    this.#ask();
  }

  #show() {
    this.#surface.show({ levels: this.#picture.levels, size: this.#size });
  }

  #ask() {
    const { network, bytes } = this.#tools.door;
    const isOn = network.isOn();
    this.#compute.textContent = withBytes("Load the network", bytes);
    this.#compute.hidden = isOn || !this.#picture.isPainted();
    if (!this.#picture.isPainted()) {
      this.#words.textContent = "";
      this.#results.replaceChildren();
      this.#deeper.hidden = true;
    } else if (isOn) this.#runs.ask({});
    else this.#words.textContent = "The network answers in this page, once it is loaded; the sketch stays on this device.";
  }

  async #load() {
    this.#compute.disabled = true;
    this.#words.textContent = "Loading the network …";
    keepStrokes(this.#picture.strokes());
    try {
      await this.#tools.door.open();
      if (!this.#tools.door.network.isOn()) return; // the page is being loaded again, and takes them up
      forgetStrokes();
      this.#ask();
    } catch (problem) {
      this.#fail(asError(problem));
    }
    this.#compute.disabled = false;
  }

  #convolutions() {
    return this.#tools.manifest.layers.filter(({ kind }) => kind === "convolution").map(({ name }) => name);
  }

  async #run() {
    const { manifest, data, files, door } = this.#tools;
    const layers = this.#convolutions().slice(0, this.#isDeep ? undefined : SHALLOW);
    this.#words.textContent = "Asking the channels …";
    await this.#whole();
    const levels = laidOut(this.#picture.levels, { size: this.#size, side: manifest.pictures[0].rows, ground: this.#ground });
    await door.network.show(levels, { title: SKETCH, last: layers[layers.length - 1], id: SKETCH, quiet: true, only: layers });
    /** @type {{count: number, empty: Record<string, number[]>, others: Record<string, number[]>}} */
    const { count, empty, others } = await files.json("sketch/others.json");
    const answers = await Promise.all(layers.map(async (layer) =>
      strongest(await data.statistics(SKETCH, layer), { empty: empty[layer], others: others[layer] }, TOLD)));
    this.#tell(layers, answers, count);
  }

  /** The network computes one image at a time: the reader's own must be complete. */
  async #whole() {
    const { manifest, data } = this.#tools;
    const { name } = manifest.layers[manifest.layers.length - 1];
    const own = offered(manifest).filter(({ id }) => data.isComputed(id));
    await Promise.all(own.map(({ id }) => data.statistics(id, name)));
  }

  /** @type {(layers: string[], answers: Answer[][], count: number) => void} */
  #tell(layers, answers, count) {
    this.#words.textContent = answers.some((found) => found.length)
      ? `Who answers this most. 2×: its share of what the whole layer answers is twice that for ${count} other sketches (lines, arcs, discs).`
      : "No channel answers this more than other sketches.";
    Object.assign(this.#deeper, { hidden: layers.length === this.#convolutions().length, disabled: false, textContent: DEEPER });
    const { faces, dispatch, chosen } = this.#tools;
    const rows = layers.flatMap((layer, i) => {
      const others = answers[i].map(({ channel, times }) => ({ layer, channel, words: `${formatted(Number(times.toPrecision(2)))}×`, told: "" }));
      return others.length ? [element("h4", {}, layer), facesOf(others, { faces, dispatch, chosen })] : [];
    });
    this.#results.replaceChildren(...rows);
  }

  /** @param {Error} problem */
  #fail(problem) {
    this.#words.textContent = problem.message;
    Object.assign(this.#deeper, { disabled: false, textContent: DEEPER });
  }
}

/** @type {(name: string, colour: Colour, choose: () => void) => HTMLButtonElement} */
function swatch(name, colour, choose) {
  const made = button({ class: "swatch", "data-name": name, "aria-label": name, title: name, onclick: choose });
  made.style.setProperty("--colour", `rgb(${colour.join(" ")})`);
  return made;
}

/** @param {readonly Stroke[]} strokes */
function keepStrokes(strokes) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(strokes));
    sessionStorage.setItem(ASKED, "sketch");
  } catch {
    // The store is full or closed: then they are drawn again.
  }
}

function forgetStrokes() {
  try {
    for (const name of [KEPT, ASKED]) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}

/** @returns {Stroke[]} */
function keptStrokes() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  } finally {
    forgetStrokes();
  }
}
