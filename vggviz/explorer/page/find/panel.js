// The search: for a layer, a number, a family or a class by words, and for a pattern by drawing it.

import { counted } from "../arithmetic/number_format.js";
import { asError } from "../state/errors.js";
import { button, element } from "../views/elements.js";
import { facesOf } from "../passport/face.js";
import { byClass, byFamily, byNumber, nearest, parsed } from "./query.js";
import { SketchPart } from "./sketch_part.js";

/**
 * @import { Door } from "../live/switching.js"
 * @import { About } from "../state/atlas.js"
 * @import { Data } from "../state/data.js"
 * @import { Files } from "../state/files.js"
 * @import { Dispatch, Manifest } from "../state/types.js"
 * @import { Faces } from "../views/faces.js"
 * @import { Found, Query } from "./query.js"
 * @typedef {{manifest: Manifest, data: Data, files: Files, faces: Faces, door: Door | null, base: URL, dispatch: Dispatch,
 *   failed: (problem: Error) => void}} Tools
 */

/** Channels listed before a reader asks for more. */
const FIRST = 12;
/** Milliseconds after the last letter. */
const REST = 200;

export class FindPanel {
  #tools;
  #root;
  #field = element("input", { type: "search", id: "find-field", autocomplete: "off", spellcheck: "false" });
  #count = element("p", { class: "quiet", role: "status" });
  #list = element("div");
  /** What can be found, where nothing was. */
  #known = element("details", { hidden: true });
  #near = element("div", { class: "chips near", hidden: true });
  #layers;
  /** @type {SketchPart | null} */
  #sketch = null;
  /** Counts the questions, so that the answer to an older one is not shown. */
  #asked = 0;

  /** @param {Tools} tools */
  constructor(tools) {
    this.#tools = tools;
    this.#layers = tools.manifest.layers.filter(({ kind }) => kind === "convolution");
    if (!this.#layers.length) this.#layers = tools.manifest.layers;
    this.#root = element("section", { id: "finding", popover: "auto", "aria-label": "Find a channel" });
    this.#fill();
    document.body.append(this.#root); // its opener stands in a tab on a phone
  }

  /** The same whatever is shown. */
  show() {}

  /** @param {string} [query] */
  open(query) {
    if (!this.#root.matches(":popover-open")) this.#root.showPopover();
    if (query !== undefined) this.#field.value = query;
    this.#field.focus();
    this.#field.select();
    if (query !== undefined) this.#search();
  }

  #fill() {
    let waiting = 0;
    this.#field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => this.#search(), REST);
    });
    this.#field.addEventListener("keydown", (event) => event.key === "Escape" && this.#root.hidePopover()); // not only what is written
    const close = button({ class: "plain close", "aria-label": "Close", popovertarget: this.#root.id, popovertargetaction: "hide" }, "×");
    const label = element("label", { for: this.#field.id }, this.#describe());
    this.#root.append(close, element("h2", {}, "Find a channel"), label, this.#field, this.#examples(), this.#count, this.#near, this.#known, this.#list);
    const { door } = this.#tools;
    if (!door) return;
    this.#sketch = new SketchPart({ ...this.#tools, door, chosen: () => this.#root.hidePopover() });
    this.#root.append(this.#sketch.element);
  }

  /** What can be asked for here. */
  #describe() {
    const { manifest } = this.#tools;
    const kinds = ["a layer", "a number"];
    if (manifest.atlas?.length) kinds.push("a family (such as curves)");
    if (this.#hasClasses()) kinds.push("what pictures show (such as tabby, cat or animal)");
    return `By ${kinds.slice(0, -1).join(", ")} or ${kinds[kinds.length - 1]}`;
  }

  /** Whether the classes are known that channels prefer. */
  #hasClasses() {
    return this.#tools.manifest.layers.some(({ preferred }) => preferred);
  }

  #examples() {
    const { manifest } = this.#tools;
    const last = this.#layers[this.#layers.length - 1].name;
    const texts = [`${last} 0`];
    if (manifest.atlas?.length) texts.unshift(`curves in ${manifest.atlas[Math.floor(manifest.atlas.length / 2)].split("_")[0]}`);
    if (this.#hasClasses()) texts.unshift("cat");
    return element("div", { class: "chips" }, ...this.#chips(texts));
  }

  async #search() {
    const asked = (this.#asked += 1);
    const text = this.#field.value.trim();
    try {
      const found = text ? await this.#found(text) : [];
      const known = text && !found.length ? await this.#knownNames() : {};
      if (asked !== this.#asked) return;
      this.#count.textContent = text ? countWords(found, text) : "";
      this.#offer(text, known);
      this.#show(found, FIRST);
    } catch (problem) {
      if (asked === this.#asked) this.#count.textContent = asError(problem).message;
    }
  }

  /** @type {(text: string) => Promise<Found[]>} */
  async #found(text) {
    const about = await this.#about();
    const families = about?.families ?? [];
    const query = parsed(text, { layers: this.#layers, families });
    if (query.family !== null && about) {
      const own = Object.fromEntries(Object.entries(about.layers).map(([layer, { family }]) => [layer, family]));
      return byFamily(query, own, families[query.family]);
    }
    if (query.words.length) return byClass(query, await this.#preferred(query), await this.#otherWords());
    if (query.channel !== null) return byNumber(query, this.#layers);
    return this.#strongest(query);
  }

  /** @returns {Promise<Record<string, string[]>>} */
  async #otherWords() {
    return this.#hasClasses() ? this.#tools.files.json("preferred/words.json") : {};
  }

  /** What is written most like a question that found nothing, and all that can be found. @type {(text: string, known: Record<string, string[]>) => void} */
  #offer(text, known) {
    const kinds = Object.entries(known);
    const { words, layers } = parsed(text, { layers: this.#layers, families: [] });
    const near = nearest(words, kinds.flatMap(([, names]) => names));
    const where = layers.length < this.#layers.length ? ` in ${layers.join(" ")}` : "";
    this.#near.hidden = !near.length;
    this.#near.replaceChildren("Did you mean ", ...this.#chips(near.map((name) => name + where)));
    this.#known.hidden = !kinds.length;
    const lists = kinds.flatMap(([kind, names]) => [element("h3", {}, kind), element("div", { class: "chips" }, ...this.#chips(names))]);
    this.#known.replaceChildren(element("summary", {}, "All that can be found"), ...lists);
  }

  /** @param {string[]} texts */
  #chips(texts) {
    return texts.map((text) => button({ class: "chip", onclick: () => this.open(text) }, text));
  }

  /** The families and the classes by their names. @returns {Promise<Record<string, string[]>>} */
  async #knownNames() {
    const families = (await this.#about())?.families ?? [];
    const preferred = Object.values(await this.#preferred({ layers: this.#layers.map(({ name }) => name) }));
    const classes = [...new Set(preferred.flatMap((layer) => (layer ?? []).flat().map(([name]) => name)))];
    const kinds = { Families: families, Classes: classes.sort(new Intl.Collator("en").compare) };
    return Object.fromEntries(Object.entries(kinds).filter(([, names]) => names.length));
  }

  /** @returns {Promise<About | null>} */
  async #about() {
    return this.#tools.manifest.atlas?.length ? this.#tools.faces.atlas.about() : null;
  }

  /** @type {(query: Pick<Query, "layers">) => Promise<Record<string, [string, number][][] | null>>} */
  async #preferred({ layers }) {
    const all = await Promise.all(layers.map(async (layer) => [layer, await this.#tools.data.preferred(layer)]));
    return Object.fromEntries(all);
  }

  /** Of whole layers, what is strongest on the first picture. @type {(query: Query) => Promise<Found[]>} */
  async #strongest({ layers }) {
    if (layers.length === this.#layers.length) return [];
    const { data, manifest } = this.#tools;
    const all = await Promise.all(layers.map(async (layer) => {
      const { maximum } = await data.statistics(manifest.pictures[0].id, layer);
      return maximum.map((strength, channel) => ({ layer, channel, strength, words: "" }));
    }));
    return all.flatMap((each) => each.sort((one, other) => other.strength - one.strength));
  }

  /** @type {(found: Found[], count: number) => void} */
  #show(found, count) {
    const others = found.slice(0, count).map(({ layer, channel, words }) => ({ layer, channel, words, shows: layer, told: "" }));
    const rest = found.length - others.length;
    const more = button({ class: "show-more", onclick: () => this.#show(found, count + 2 * FIRST) }, `Show more (${rest} are left)`);
    const tools = { ...this.#tools, chosen: () => this.#root.hidePopover() };
    this.#list.replaceChildren(...(others.length ? [facesOf(others, tools)] : []), ...(rest > 0 ? [more] : []));
  }
}

/** @type {(found: Found[], text: string) => string} */
function countWords(found, text) {
  if (!found.length) return `Nothing is found for “${text}”.`;
  const layers = new Set(found.map(({ layer }) => layer)).size;
  const count = `${counted(found.length, "channel")} of ${layers === 1 ? found[0].layer : counted(layers, "layer")}.`;
  return found[0].unit ? `${count} ${found[0].unit}` : count;
}
