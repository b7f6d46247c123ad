// The means that the answer is computed from.

/**
 * @import { Data } from "./data.js"
 * @import { Sources } from "./explorer.js"
 * @import { State } from "./types.js"
 */

/**
 * The means of a layer's channels with all of them on, and those that the network computed of what a state shows.
 * @param {{data: Data, sources: Pick<Sources, "idOf">}} tools
 * @param {State} state
 * @param {string} layer
 * @returns {Promise<{id: string, means: number[], gated: number[] | null}>} `id`, of the image that is shown; `gated`, null
 *   if it is the picture itself
 */
export async function meansOf({ data, sources }, state, layer) {
  const id = sources.idOf({ ...state, shows: "now" }, layer);
  const [before, now] = await Promise.all([state.picture, id].map((each) => data.statistics(each, layer)));
  return { id, means: before.mean, gated: id === state.picture ? null : now.mean };
}
