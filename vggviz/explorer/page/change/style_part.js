// The shown photograph in the style of another one.

import { formatted } from "../arithmetic/number_format.js";
import { pixelsOf } from "../arithmetic/pixels.js";
import { fit } from "../own_image/resample.js";
import { pixelsIn } from "../state/bitmaps.js";
import { imageNamed, offered } from "../state/manifest.js";
import { draw, element } from "../views/elements.js";
import { enlarging } from "../views/enlarged.js";
import { Job } from "./job.js";
import { createKeep } from "./keep.js";
import { STEPS, STYLE_SIDE, contentLayer, styleLayers } from "./settings.js";

/**
 * @import { NewsMessage, Picture } from "../gradients/types.js"
 * @import { Shown } from "../state/types.js"
 * @import { PartTools } from "./panel.js"
 */

/** How many grey levels the first steps change a pixel by, and how much the content counts beside the style. */
const [RATE, CONTENT] = [6, 0.3];

export class StylePart {
  name = "style";
  /** @type {[string, string]} */
  starts = ["Paint in this style", "Paint it again"];
  #tools;
  #select = element("select", { "aria-label": "In the style of", onchange: () => this.job.reset() });
  /** @type {HTMLInputElement[]} */
  #sliders;
  #keeps = slider("content", "Content", CONTENT);
  #canvas = element("canvas", { role: "img", class: "made" });
  #caption = element("figcaption");
  #figure = element("figure", { class: "large", hidden: true }, enlarging(this.#canvas), this.#caption);
  #keep;
  #about = element("p", { class: "quiet" }, `The content of the picture shown, the style of another. Style is which channels answer together, in the layers of the sliders. ${STYLE_SIDE} × ${STYLE_SIDE} pixels.`);
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Picture | null} */
  #picture = null;
  #first = 0;
  #title = "";

  /** @param {PartTools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.job = new Job(tools, this);
    this.#keep = createKeep(tools, () => this.#keepPicture());
    const weights = Object.entries(styleLayers(tools.manifest.layers)).map(([name, weight]) => slider(name, name, weight));
    this.#sliders = weights.map(({ input }) => input);
    const sliders = element("div", { class: "sliders" }, ...[...weights, this.#keeps].map(({ label }) => label));
    const choice = element("label", { class: "style-of" }, "In the style of ", this.#select);
    this.element = element("section", { "aria-label": "Style" }, choice, this.job.element, this.#figure, this.#keep.element, sliders, this.#about);
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    this.#offer(shown.state.picture);
    this.job.follow(shown.images[0].photograph);
  }

  clear() {
    this.#picture = null;
    this.#figure.hidden = true;
    this.#keep.hide();
  }

  /** The other pictures. @param {string} picture */
  #offer(picture) {
    const others = offered(this.#tools.manifest).filter(({ id }) => id !== picture);
    const ids = others.map(({ id }) => id).join();
    if (this.#select.dataset.ids === ids) return;
    const { value } = this.#select;
    this.#select.dataset.ids = ids;
    this.#select.replaceChildren(...others.map(({ id, title }) => element("option", { value: id }, title)));
    if (others.some(({ id }) => id === value)) this.#select.value = value;
  }

  async order() {
    const { state, images: [{ photograph }] } = /** @type {Shown} */ (this.#shown);
    const { manifest, data } = this.#tools;
    const layers = Object.fromEntries(this.#sliders.map(({ name, value }) => [name, Number(value)]).filter(([, weight]) => Number(weight) > 0));
    if (!Object.keys(layers).length) throw new Error("All layers of the style are at zero; move one of their sliders up.");
    if (!this.#select.value) throw new Error("There is no other picture whose style could be taken; add your own picture.");
    const of = imageNamed(manifest, this.#select.value);
    this.#title = `${imageNamed(manifest, state.picture).title} in the style of ${of.title}`;
    const [content, style] = [photograph, await data.photograph(of.id)].map((bitmap) => ({ levels: resized(bitmap), size: STYLE_SIDE }));
    const settings = {
      content, style, layers, contentLayer: contentLayer(manifest.layers), contentWeight: Number(this.#keeps.input.value),
      steps: STEPS.style, rate: RATE,
    };
    return { kind: /** @type {const} */ ("style"), settings, begins: `Painting ${this.#title}, ${STEPS.style} steps.` };
  }

  /** @type {(news: NewsMessage, isSeen: boolean) => void} */
  news({ step, steps, value, picture }, isSeen) {
    if (!picture) return;
    if (step === 0) this.#first = -value;
    this.#picture = picture;
    this.#figure.hidden = false;
    this.#keep.show();
    this.#caption.textContent = `step ${step} of ${steps}: ${this.#distance(value)}`;
    if (!isSeen) return;
    draw(this.#canvas, pixelsOf(picture.levels), picture.size, picture.size);
    this.#canvas.setAttribute("aria-label", `${this.#title}, step ${step} of ${steps}`);
  }

  /** How far it still is from both, each relative to its own size. @param {number} value */
  #distance(value) {
    return `distance from both ${formatted(-value)}, at the beginning ${formatted(this.#first)}`;
  }

  /** @type {(news: NewsMessage, isWhole: boolean) => string} */
  result({ step, steps, value }, isWhole) {
    return `${isWhole ? `Painted in ${steps} steps` : `Stopped at step ${step} of ${steps}`}: ${this.#distance(value)}.`;
  }

  async #keepPicture() {
    if (!this.#picture) return;
    this.job.stop();
    const { side, keep } = this.#tools;
    const { levels, size } = this.#picture;
    await keep(fit(size, size, side, strip(pixelsOf(levels), size)), this.#title);
  }
}

/** @type {(name: string, words: string, value: number) => {label: HTMLElement, input: HTMLInputElement}} */
function slider(name, words, value) {
  const input = element("input", { type: "range", name, min: 0, max: 2, step: 0.1, value });
  const output = element("output", {}, value.toFixed(1));
  input.addEventListener("input", () => (output.textContent = Number(input.value).toFixed(1)));
  return { label: element("label", {}, element("span", {}, words), input, output), input };
}

/** @param {ImageBitmap} bitmap */
function resized(bitmap) {
  const { width, height } = bitmap;
  return fit(height, width, STYLE_SIDE, strip(pixelsIn(bitmap), width));
}

/** Rows of pixels, as `fit` asks for them. @type {(pixels: Uint8ClampedArray, width: number) => import("../own_image/resample.js").Strip} */
function strip(pixels, width) {
  return (top, bottom, left, right) => {
    const found = new Uint8ClampedArray((bottom - top) * (right - left) * 4);
    for (let y = top; y < bottom; y++) {
      found.set(pixels.subarray(4 * (y * width + left), 4 * (y * width + right)), 4 * (y - top) * (right - left));
    }
    return found;
  };
}
