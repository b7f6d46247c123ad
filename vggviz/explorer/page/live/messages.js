// The types of the messages between the page and its worker.

/**
 * @import { Layer, Live, Off, Sheet, Statistics } from "../state/types.js"
 * @typedef {{type: "load", base: string, live: Live, layers: Record<string, Layer>} & Device} LoadRequest
 * @typedef {{threads: number, gpu: boolean}} Device   what a machine offers
 * @typedef {{type: "run", id: number, image: number, pixels: Float32Array | null, shape: number[], first: number,
 *   last: number, off: Off, only: string[] | null}} RunRequest   `image` counts them; `pixels` is null where it is the image
 *   of the run before; segments `first` to `last` are wanted, and of their layers all or `only` some
 *
 * @typedef {{type: "progress", loaded: number, total: number}} ProgressNews   bytes of the network
 * @typedef {{type: "ready", segment: number, on: string}} ReadyNews
 * @typedef {{type: "loaded"}} LoadedNews   all segments are ready
 * @typedef {{type: "full"}} FullNews   the browser's store is full, so the network is not kept
 * @typedef {{type: "layer", id: number, layer: string, planes: Float32Array, statistics: Statistics, sheet: Sheet}} LayerNews
 * @typedef {{type: "done", id: number, segment: number, whole: boolean, milliseconds: number, spent: number,
 *   on: string}} DoneNews   `milliseconds` of the run so far; `spent` on the segment, with what follows from its maps
 * @typedef {{type: "failed", message: string}} FailedNews
 * @typedef {ProgressNews | ReadyNews | LoadedNews | FullNews | LayerNews | DoneNews | FailedNews} News
 */

export {};
