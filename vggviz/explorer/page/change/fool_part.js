// A small change that turns the answer into the second one: shown, amplified and measured.

import { answer } from "../answer/scores.js";
import { counted } from "../arithmetic/number_format.js";
import { pixelsOf } from "../arithmetic/pixels.js";
import { levelsOf } from "../state/bitmaps.js";
import { imageNamed } from "../state/manifest.js";
import { scoreText, shortText } from "../views/answer_words.js";
import { draw, element } from "../views/elements.js";
import { enlarging } from "../views/enlarged.js";
import { Job } from "./job.js";
import { createKeep } from "./keep.js";
import { amplified } from "./pictures.js";
import { STEPS } from "./settings.js";
import { extentText } from "./words.js";

/**
 * @import { Classifier } from "../answer/classifier.js"
 * @import { Answer } from "../answer/scores.js"
 * @import { NewsMessage } from "../gradients/types.js"
 * @import { Shown } from "../state/types.js"
 * @import { PartTools } from "./panel.js"
 * @typedef {{classifier: Classifier, before: Answer | null, levels: Uint8ClampedArray, size: number, title: string}} Begun
 */

export class FoolPart {
  name = "fool";
  /** @type {[string, string]} */
  starts = ["Turn the answer", "Watch it again"];
  #tools;
  #figures = [createFigure(), createFigure(), createFigure()];
  #row = element("div", { class: "side-by-side", hidden: true }, ...this.#figures.map((each) => each.element));
  #extent = element("p", { class: "extent" });
  #keep;
  #about = element("p", { class: "quiet" }, "Each pixel is changed a little, in the direction that helps the second answer most (the gradient), until that is the first. All channels are on.");
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Begun | null} */
  #begun = null;
  /** @type {Uint8ClampedArray | null} */
  #changed = null;

  /** @param {PartTools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.job = new Job(tools, this);
    this.#keep = createKeep(tools, () => this.#keepPicture());
    this.element = element("section", { "aria-label": "Fool it" }, this.job.element, this.#row, this.#extent, this.#keep.element, this.#about);
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    this.job.follow(shown.images[0].photograph);
  }

  clear() {
    this.#changed = null;
    this.#extent.textContent = "";
    this.#row.hidden = true;
    this.#keep.hide();
  }

  async order() {
    const { state, images: [{ photograph }] } = /** @type {Shown} */ (this.#shown);
    const { manifest, classifier: give } = this.#tools;
    const classifier = await give();
    if (!classifier || classifier.labels.length < 2) throw new Error("The answer of this network is not known here, so it cannot be turned.");
    const levels = levelsOf(photograph);
    const size = Math.sqrt(levels.length / 3);
    this.#begun = { classifier, before: null, levels, size, title: imageNamed(manifest, state.picture).title };
    const { layer, kernel, bias } = classifier;
    const settings = { levels, size, classifier: { layer, kernel, bias }, steps: STEPS.fool };
    return { kind: /** @type {const} */ ("fool"), settings, begins: "Looking for a small change that turns the answer into the second one." };
  }

  /** @param {NewsMessage} news */
  news({ picture, size: extent, means }) {
    if (!picture || !extent || !means || !this.#begun) return;
    const { classifier, levels, size } = this.#begun;
    const before = (this.#begun.before ??= answer(means, classifier)); // the first picture is not changed yet
    this.#changed = picture.levels;
    this.#row.hidden = false;
    if (extent.turned) this.#keep.show();
    else this.#keep.hide();
    const difference = amplified(picture.levels, levels);
    const texts = [`before: ${named(classifier, before)}`, `the change, × ${difference.times}`, `after: ${named(classifier, answer(means, classifier))}`];
    [levels, difference.levels, picture.levels].forEach((each, i) => this.#figures[i].show(each, size, texts[i]));
    this.#extent.textContent = extentText(extent);
  }

  /** @type {(news: NewsMessage, isWhole: boolean) => string} */
  result({ step, steps, value, size, means }, isWhole) {
    if (!this.#begun?.before || !means) return "";
    const { classifier, before } = this.#begun;
    const [first, second] = [named(classifier, before), named(classifier, answer(means, classifier))];
    if (size?.turned) return `Turned in ${counted(step, "step")}: from ${first} to ${second}.`;
    const left = `the first answer’s score is still ${scoreText(-value)} ahead`;
    return isWhole ? `Not turned in ${steps} steps: ${left}.` : `Stopped at step ${step}: ${left}.`;
  }

  async #keepPicture() {
    if (!this.#changed || !this.#begun) return;
    this.job.stop();
    await this.#tools.keep(this.#changed, `${this.#begun.title}, changed`);
  }
}

/** The first answer, as the head of the panel has it. @type {(classifier: Classifier, answer: Answer) => string} */
const named = (classifier, found) => shortText(classifier, found, 1);

function createFigure() {
  const canvas = element("canvas", { role: "img" });
  const caption = element("figcaption");
  return {
    element: element("figure", {}, enlarging(canvas), caption),
    /** @type {(levels: Uint8ClampedArray, size: number, text: string) => void} */
    show(levels, size, text) {
      draw(canvas, pixelsOf(levels), size, size);
      canvas.setAttribute("aria-label", text);
      caption.textContent = text;
    },
  };
}
