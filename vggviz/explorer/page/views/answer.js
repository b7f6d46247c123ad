// What the network answers: the classes of the highest scores, where it sees them, and why the first is ahead.

import { finding } from "../answer/finding.js";
import { asError, Superseded } from "../state/errors.js";
import { meansOf } from "../state/means.js";
import { AnswerHead } from "./answer_head.js";
import { createWhere } from "./answer_where.js";
import { createWhy } from "./answer_why.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Data } from "../state/data.js"
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Sources } from "../state/explorer.js"
 * @import { Dispatch, Manifest, Shown } from "../state/types.js"
 * @import { Overlay } from "./answer_where.js"
 * @typedef {{manifest: Manifest, data: Data, classifier: GiveClassifier, colours: Colours, dispatch: Dispatch,
 *   sources: Pick<Sources, "idOf">, lay: (overlay: Overlay | null) => void, failed: (problem: Error) => void}} Tools   `lay` puts a
 *   map over the grey photograph, or takes it away
 */

/** Milliseconds after which it is said that the answer is still to come. */
const PATIENCE = 200;

/**
 * @param {HTMLElement} root
 * @param {Tools} tools
 * @returns {{show: (shown: Shown) => void, preview: (picture: string | null) => void}} `preview`, where a picture is seen
 *   whose maps are still to come; null where it is no longer
 */
export function createAnswer(root, tools) {
  root.hidden = !tools.manifest.answer;
  return root.hidden ? { show() {}, preview() {} } : new AnswerView(root, tools);
}

class AnswerView {
  #tools;
  #head;
  #where;
  #why;
  #isWhyOpen = false;
  /** The classifier is loaded when there is nothing more urgent. */
  #idle = idle();
  /** @type {Pick<Shown, "state" | "stale"> | null} */
  #asked = null;
  /** Counts what is asked for, so that what comes late is not shown. */
  #count = 0;
  /** What is shown. @type {{key: string, means: ArrayLike<number> | null, gated: ArrayLike<number> | null}} */
  #shown = { key: "", means: null, gated: null };
  /** Of which picture that is; empty for none. */
  #subject = "";
  /** A picture that is seen while its maps are still to come. @type {string | null} */
  #previewed = null;

  /**
   * @param {HTMLElement} root
   * @param {Tools} tools
   */
  constructor(root, tools) {
    this.#tools = tools;
    this.#where = createWhere(tools.colours);
    this.#why = createWhy(tools.dispatch);
    const { answer } = tools.manifest;
    this.#head = new AnswerHead(root, {
      dispatch: tools.dispatch,
      count: answer?.classes ?? 0,
      calibrated: answer?.calibrated ?? false,
      trained: answer?.trained ?? null,
      parts: [this.#where.element, this.#why.element],
      toggleWhy: (isOpen) => {
        this.#isWhyOpen = isOpen;
        if (this.#asked) this.show(this.#asked);
      },
    });
  }

  /** @param {Pick<Shown, "state" | "stale">} shown */
  async show(shown) {
    this.#asked = shown;
    this.#count += 1;
    const count = this.#count;
    const isNew = () => count === this.#count;
    this.#leaveAnother();
    const late = setTimeout(() => isNew() && this.#wait(), PATIENCE);
    try {
      await this.#update(shown, isNew);
    } catch (problem) {
      if (isNew() && !(problem instanceof Superseded)) this.#tools.failed(asError(problem));
    } finally {
      clearTimeout(late);
    }
  }

  /** @param {string | null} picture */
  preview(picture) {
    this.#previewed = picture;
    this.#leaveAnother();
    if (picture === null && this.#asked) this.show(this.#asked);
  }

  #wait() {
    this.#shown.key = "";
    this.#head.wait("The answer is still to come.");
  }

  /** Where the answer is that of another picture than the one that is seen, it is not to stand beside it. */
  #leaveAnother() {
    if (!this.#isOfAnother()) return;
    this.#wait();
    this.#subject = "";
    this.#where.hide();
    this.#why.hide();
    this.#tools.lay(null);
  }

  #isOfAnother() {
    const seen = this.#previewed ?? this.#asked?.state.picture;
    return this.#subject !== "" && seen !== undefined && this.#subject !== this.#subjectOf(seen);
  }

  /** Of the reader's own there are several. @param {string} picture */
  #subjectOf(picture) {
    return `${picture} ${this.#tools.data.version(picture)}`;
  }

  /** @type {(shown: Pick<Shown, "state" | "stale">, isNew: () => boolean) => Promise<void>} */
  async #update({ state, stale }, isNew) {
    const { data, lay } = this.#tools;
    await this.#idle;
    const classifier = await this.#tools.classifier();
    if (!classifier) return;
    const subject = this.#subjectOf(state.picture);
    const { id, means, gated } = await meansOf(this.#tools, state, classifier.layer);
    const { off, where, shows } = state;
    const key = JSON.stringify([id, state.picture, off, where, shows, stale, this.#isWhyOpen]);
    if (key === this.#shown.key && means === this.#shown.means && gated === this.#shown.gated) return;
    const index = where === null ? -1 : classifier.ids.indexOf(where);
    const isBefore = shows === "before";
    const planes = index < 0 ? null : await data.maps(isBefore ? state.picture : id, classifier.layer);
    if (!isNew()) return;
    this.#subject = subject;
    if (this.#isOfAnother()) return this.#leaveAnother();
    this.#shown = { key, means, gated };
    const found = finding(classifier, means, off, gated);
    const seen = isBefore ? { ...found, now: found.before, silenced: [] } : found; // as the maps beside it
    this.#head.show(seen, where, stale ? "stale" : found.now === seen.now ? "now" : "before");
    lay(planes && this.#where.show(seen, index, planes));
    if (!planes) this.#where.hide();
    if (this.#isWhyOpen) this.#why.show(found, off);
    else this.#why.hide();
  }
}

/** When the browser has nothing more urgent to do. @returns {Promise<void>} */
function idle() {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 200);
  });
}
