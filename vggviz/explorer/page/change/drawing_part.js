// A channel being drawn: from noise, step by step, a picture to which it answers more and more.

import { formatted } from "../arithmetic/number_format.js";
import { pixelsOf } from "../arithmetic/pixels.js";
import { copy, draw, element } from "../views/elements.js";
import { enlarging } from "../views/enlarged.js";
import { cutterOf } from "../views/faces.js";
import { createCurve } from "./curve.js";
import { Job } from "./job.js";
import { createKeep } from "./keep.js";
import { tiled } from "./pictures.js";
import { canvasSide, drawingSettings } from "./settings.js";

/**
 * @import { NewsMessage, Picture } from "../gradients/types.js"
 * @import { Layer, Shown } from "../state/types.js"
 * @import { PartTools } from "./panel.js"
 */

export class DrawingPart {
  name = "drawing";
  /** @type {[string, string]} */
  starts = ["Watch it being drawn", "Again, from other noise"];
  #tools;
  #curve = createCurve();
  #canvas = element("canvas", { role: "img", class: "made" });
  #caption = element("figcaption");
  #value = element("figcaption");
  #goal = element("canvas", { role: "img", "aria-label": "Drawn for this channel beforehand" });
  #goalFigure = element("figure", { class: "goal", hidden: true }, enlarging(this.#goal), element("figcaption", {}, "drawn beforehand, from other noise"));
  #figures = element("div", { class: "side-by-side" });
  #about = element("p", { class: "quiet" });
  #keep;
  #seed = 1;
  /** @type {{layer: Layer, channel: number} | null} */
  #of = null;
  /** @type {number[]} */
  #values = [];
  /** @type {Picture | null} */
  #picture = null;

  /** @param {PartTools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.job = new Job(tools, this);
    this.#keep = createKeep(tools, () => this.#keepPicture());
    this.#figures.append(element("figure", {}, enlarging(this.#canvas), this.#caption), element("figure", {}, this.#curve.element, this.#value), this.#goalFigure);
    this.element = element("section", { "aria-label": "A channel being drawn" }, this.job.element, this.#figures, this.#keep.element, this.#about);
  }

  /** @param {Shown} shown */
  show({ layer, state: { channel } }) {
    this.#of = { layer, channel };
    if (!this.job.follow(`${layer.name}/${channel}`)) return;
    this.#showGoal(layer, channel);
    const side = canvasSide(layer);
    this.#about.textContent = `From noise, a picture of ${side} × ${side} pixels is changed step by step so that channel ${channel} ` +
      `of ${layer.name} answers it more and more.`;
  }

  /** What was drawn for it beforehand, where there is something: with other noise, so never the same. @type {(layer: Layer, channel: number) => Promise<void>} */
  async #showGoal(layer, channel) {
    this.#goalFigure.hidden = true;
    if (!layer.drawings) return;
    const sheet = await this.#tools.files.image(`drawings/${layer.name}.webp`).catch(() => null); // the drawing works without it
    if (!sheet || this.#of?.layer.name !== layer.name || this.#of.channel !== channel) return;
    const cut = cutterOf(sheet, layer.drawings)(channel);
    if (cut) copy(this.#goal, cut.bitmap, cut.box);
    this.#goalFigure.hidden = false;
  }

  clear() {
    this.#values = [];
    this.#picture = null;
    this.#figures.hidden = true;
    this.#keep.hide();
  }

  async order() {
    const { layer, channel } = /** @type {{layer: Layer, channel: number}} */ (this.#of);
    const settings = drawingSettings(layer, channel, this.#seed++);
    const begins = `Drawing channel ${channel} of ${layer.name}, ${settings.steps} steps. The key w tells how far it is.`;
    return { kind: /** @type {const} */ ("drawing"), settings, begins };
  }

  /** @type {(news: NewsMessage, isSeen: boolean) => void} */
  news({ step, steps, value, picture }, isSeen) {
    if (!picture) return;
    this.#values.push(value);
    this.#picture = picture;
    this.#figures.hidden = false;
    this.#keep.show(picture.size);
    this.#caption.textContent = `step ${step} of ${steps}`;
    if (!isSeen) return;
    const words = `channel’s mean ${formatted(value)}, at the beginning ${formatted(this.#values[0])}`;
    this.#curve.show(this.#values, steps, `Curve over the steps: ${words}`);
    this.#value.textContent = `The channel’s mean: ${formatted(this.#values[0])} at first, ${formatted(value)} now`;
    draw(this.#canvas, pixelsOf(picture.levels), picture.size, picture.size);
    this.#canvas.setAttribute("aria-label", `The drawing after step ${step} of ${steps}: ${words}`);
  }

  /** @type {(news: NewsMessage, isWhole: boolean) => string} */
  result({ step, steps, value }, isWhole) {
    const rise = `The mean of the channel’s map went from ${formatted(this.#values[0])} to ${formatted(value)}.`;
    const jump = "The last value is of the drawing itself, those before of copies of it, shifted, turned and zoomed.";
    return isWhole ? `Drawn in ${steps} steps. ${rise} ${jump}` : `Stopped at step ${step} of ${steps}. ${rise}`;
  }

  async #keepPicture() {
    if (!this.#picture || !this.#of) return;
    this.job.stop();
    const { levels, size } = this.#picture;
    const title = `drawn for ${this.#of.layer.name}/${this.#of.channel}`;
    await this.#tools.keep(tiled(levels, size, this.#tools.side), title);
  }
}
