// In which order a layer's channels stand in the grid, and which of them are silent.

import { isSilent, ordered } from "../arithmetic/channel_order.js";

/** @import { Shown } from "../state/types.js" */

export class TileOrder {
  /** All channels. @type {number[]} */
  sorted = [];
  /** Those of them that are silent. @type {number[]} */
  quiet = [];
  /** What the order was made for. */
  #madeFor = { subject: "", place: "" };
  /** Whether the channels keep the places that they had. */
  #stays = false;

  /**
   * Sort the channels, and find those that are silent. With channels off, or of a painted picture, all keep their places
   * at one cell; while one paints, at other cells too, and who is silent stays so.
   * @param {Shown} shown
   */
  follow(shown) {
    const { state, layer, frozen, images: [{ statistics }] } = shown;
    const subject = JSON.stringify([state.picture, layer.name, state.sort]);
    const place = String(state.cell);
    const isSubject = subject === this.#madeFor.subject;
    const isPlace = isSubject && place === this.#madeFor.place;
    this.#stays = frozen ? isSubject : isPlace && isChanged(shown);
    if (!this.#stays) {
      this.sorted = sortedNow(shown);
      this.#madeFor = { subject, place };
    }
    if (!frozen || !this.#stays) this.quiet = this.sorted.filter((channel) => isSilent(statistics, channel));
  }

  /** Whether sorting would give another order. @param {Shown} shown */
  isOld(shown) {
    return this.#stays && String(sortedNow(shown)) !== String(this.sorted);
  }

  /** The next order is that of what is shown then. */
  forget() {
    this.#madeFor = { subject: "", place: "" };
  }
}

/** Whether the maps are others than those of the picture as it is. @type {(shown: Shown) => boolean} */
const isChanged = ({ state: { off, shows, picture }, images: [{ id }] }) =>
  Object.keys(off).length > 0 || shows !== "now" || id !== picture;

/** @type {(shown: Shown) => number[]} */
const sortedNow = ({ state, images: [{ statistics, here }] }) => ordered(statistics, state.sort, here);
