// Tiles that have changed are framed for a moment.

import { changedChannels } from "../paint/changed_tiles.js";

/**
 * @import { Tiles } from "../paint/changed_tiles.js"
 * @import { Layer } from "../state/types.js"
 */

/** Milliseconds; a tile is not framed again meanwhile, so that nothing flickers. */
const LONG = 900;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {(tiles: HTMLElement[], images: {before: Tiles, after: Tiles}, layer: Layer) => void} */
export function flashChanged(tiles, { before, after }, layer) {
  if (still.matches) return;
  for (const channel of changedChannels(before, after, layer)) {
    const tile = tiles[channel];
    if (!tile.isConnected || tile.getAnimations().length) continue;
    tile.animate([{ boxShadow: "0 0 0 3px var(--accent)" }, { boxShadow: "0 0 0 3px transparent" }], LONG);
  }
}
