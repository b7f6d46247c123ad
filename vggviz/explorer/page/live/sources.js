// Which maps a state shows: the picture's own, those with channels off, or those of what is painted on it.

import { OWN } from "./network.js";

/**
 * @import { State } from "../state/types.js"
 * @import { Lack, Lacking } from "./lacking.js"
 * @import { Painting } from "./painting.js"
 * @import { Switching, Wanted } from "./switching.js"
 */

export class Sources {
  #switching;
  #lacking;
  /** Null before there is a stroke, or a brush. @type {Painting | null} */
  #painting = null;
  /** Whether what was shown last is painted. */
  #isPainted = false;

  /**
   * @param {Switching} switching
   * @param {Lacking} lacking
   */
  constructor(switching, lacking) {
    this.#switching = switching;
    this.#lacking = lacking;
  }

  /** From now on what is painted counts. @param {Painting} painting */
  paint(painting) {
    this.#painting = painting;
  }

  /** @param {string} layer */
  switchOf(layer) {
    return this.#switching.switchOf(layer);
  }

  /** @param {Wanted} state */
  missing(state) {
    return this.#switching.missing(state);
  }

  /** Why a layer's maps of an image cannot come now. @type {(id: string, layer: string) => Lack | null} */
  lack(id, layer) {
    return this.#lacking.missing(id, layer);
  }

  /** Whether a layer's maps are other ones than the picture's. @type {(state: Wanted, layer: string) => boolean} */
  isChanged(state, layer) {
    return this.#of(state, layer).isChanged(state, layer);
  }

  /** What of a state's picture no address can hold, in words. @type {(state: State) => string[]} */
  unshared(state) {
    const own = state.picture === OWN ? ["your own picture"] : [];
    return this.#painting?.isPainted(state) ? [...own, "what you painted"] : own;
  }

  /** Whether something is painted on the picture that the answer does not yet count. @param {State} state */
  isStale(state) {
    return this.#painting?.isStale(state) ?? false;
  }

  /** Whether something is painted on the picture that its layer's maps do not show at all. @param {State} state */
  isOld(state) {
    return this.isStale(state) && state.shows !== "before" && !this.#painting?.isChanged(state, state.layer);
  }

  /** The id of the image that a state shows of a layer. @type {(state: Wanted, layer: string) => string} */
  idOf(state, layer) {
    return this.#of(state, layer).idOf(state, layer);
  }

  /** The painted picture, where the network does not follow it. @param {State} state */
  photograph(state) {
    return this.#painting?.photograph(state) ?? null;
  }

  /** @param {string} id */
  isSigned(id) {
    return this.#switching.isSigned(id) || Boolean(this.#painting?.isSigned(id));
  }

  /** Begin to compute what a state needs. @param {State} state */
  follow(state) {
    this.#painting?.follow(state);
    const isPainted = Boolean(this.#painting?.covers(state));
    // The network computes one image at a time: what it had begun for the other is not there.
    if (this.#isPainted && !isPainted) this.#switching.forget();
    this.#isPainted = isPainted;
    if (!isPainted) this.#switching.follow(state);
  }

  /** Where a layer's maps come from. @type {(state: Wanted, layer: string) => Painting | Switching} */
  #of(state, layer) {
    return this.#painting?.isChanged(state, layer) ? this.#painting : this.#switching;
  }
}
