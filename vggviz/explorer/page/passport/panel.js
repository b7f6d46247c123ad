// The sections of a channel's passport. Each is filled when it comes near the view, so that only what is read is loaded.

import { asError } from "../state/errors.js";
import { element } from "../views/elements.js";
import { MADE } from "./made.js";
import { CROPS, WANTED } from "./pictures.js";
import { OUTPUTS, RELATIVES, WITHOUT } from "./relations.js";
import { TUNING } from "./tuning.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { About, Known } from "../state/atlas.js"
 * @import { Data } from "../state/data.js"
 * @import { Dispatch, Layer, Manifest, Shown } from "../state/types.js"
 * @import { Faces } from "../views/faces.js"
 * @typedef {{manifest: Manifest, data: Data, colours: Colours, faces: Faces, dispatch: Dispatch,
 *   find: (query: string) => void, failed: (problem: Error) => void}} Tools   `find` opens the search
 * @typedef {{layer: Layer, channel: number, known: Known, about: About | null, tools: Tools}} Context   what a section is
 *   filled from; `known` gives null for all, and `about` is null, where there is no atlas of the layer
 * @typedef {{title: string, name: string, isKnown: (context: Context) => boolean,
 *   fill: (context: Context) => Promise<Node[]> | Node[]}} Section   `name`, in the list of what was not computed
 */

/** From what it looks like to what it does. @type {Section[]} */
const SECTIONS = [MADE, WANTED, CROPS, TUNING, RELATIVES, OUTPUTS, WITHOUT];

/** How near to the view a section is filled. */
const NEAR = "250px";

export class PassportPanel {
  #tools;
  #missing = element("p", { class: "quiet" });
  #bodies = SECTIONS.map(() => element("div", { class: "part" }));
  #sections = SECTIONS.map(({ title }, i) => element("section", { hidden: true, "aria-label": title }, element("h3", {}, title), this.#bodies[i]));
  #watch = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: NEAR });
  /** The channel that is told of. */
  #key = "";
  /** @type {Context | null} */
  #context = null;

  /**
   * @param {HTMLElement} root
   * @param {Tools & {isSeen: () => boolean}} tools
   */
  constructor(root, tools) {
    this.#tools = tools;
    root.replaceChildren(...this.#sections, this.#missing);
  }

  /** @param {Shown} shown */
  async show({ layer, state: { channel } }) {
    const key = `${layer.name}/${channel}`;
    if (key === this.#key || !this.#tools.isSeen()) return;
    this.#key = key;
    try {
      const context = await this.#contextOf(layer, channel);
      if (key === this.#key) this.#open(context);
    } catch (problem) {
      this.#key = "";
      this.#tools.failed(asError(problem));
    }
  }

  /** @type {(layer: Layer, channel: number) => Promise<Context>} */
  async #contextOf(layer, channel) {
    const { faces } = this.#tools;
    const isCharted = faces.isCharted(layer.name);
    const [about, known] = isCharted ? await Promise.all([faces.atlas.about(), faces.atlas.of(layer.name, channel)]) : [null, () => null];
    return { layer, channel, known, about, tools: this.#tools };
  }

  /** @param {Context} context */
  #open(context) {
    this.#context = context;
    this.#watch.disconnect();
    const unknown = SECTIONS.filter((section) => !section.isKnown(context));
    this.#sections.forEach((section, i) => {
      section.hidden = unknown.includes(SECTIONS[i]);
      this.#bodies[i].style.minHeight = `${this.#bodies[i].offsetHeight || 96}px`; // nothing jumps, and not all are near
      if (!section.hidden) this.#watch.observe(section);
    });
    const tells = context.about !== null && unknown.length > 0;
    this.#missing.textContent = tells ? `Not computed for this network: ${unknown.map(({ name }) => name).join(", ")}.` : "";
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#watch.unobserve(target);
      this.#fill(this.#sections.findIndex((section) => section === target));
    }
  }

  /** @param {number} i */
  async #fill(i) {
    const context = this.#context;
    if (!context) return;
    const body = this.#bodies[i];
    try {
      const nodes = await SECTIONS[i].fill(context);
      if (context !== this.#context) return; // another channel was chosen
      body.replaceChildren(...nodes);
      body.style.minHeight = "";
    } catch (problem) {
      if (context !== this.#context) return;
      body.replaceChildren(element("p", { class: "problem" }, asError(problem).message));
    }
  }
}
