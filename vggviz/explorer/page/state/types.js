// The types of what the page reads, shows and does, written once; the other modules import them from here.

/** @import { AnswerEntry } from "../answer/classifier.js" */

/**
 * @typedef {[number, number]} Pair   down, across
 * @typedef {[number, number, number, number]} Box   top, left, bottom, right; half open
 * @typedef {{size: Pair, stride: Pair, padding: Pair}} Window   of a kernel, a pool or a receptive field
 * @typedef {Window & {activation: string}} Kernel
 * @typedef {Window & {takes: "maximum" | "mean"}} Pool
 * @typedef {{columns: number, tile: Pair}} Tiles   images of one size in one file: tiles a row, rows and columns of each
 */

/**
 * One layer as manifest.json has it.
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} kind   "convolution", "pooling", "other", or "input"
 * @property {number} rows
 * @property {number} columns
 * @property {number} channels
 * @property {string | null} reads   the layer before; null if it reads several
 * @property {boolean} signed   whether any value is below zero
 * @property {boolean} [isChange]   whether its maps are differences from those before a change
 * @property {{maps: number, kernels: number}} bytes   of the packed files
 * @property {Tiles} sheet   of thumbnails
 * @property {Window | null} field   receptive field in pixels; the first cell's begins at -padding
 * @property {Kernel | null} kernel   null where the arithmetic cannot be shown
 * @property {Pool | null} pool
 * @property {boolean} preferred   whether the classes that its channels prefer are known
 * @property {boolean} examples
 * @property {Tiles | null} drawings
 * @property {Tiles | null} [opposites]   drawings of what silences its channels most
 */

/**
 * @typedef {{id: string, title: string, rows: number, columns: number, maximum: Record<string, number>,
 *   lacking?: string[], hidden?: boolean}} Image   `maximum` is the largest |value| of each layer; `lacking`, the layers
 *   whose maps are not stored, but computed; hidden ones are not offered as pictures
 * @typedef {{file: string, place: number, bytes: number, sha256: string}} Part   a file, and where in a segment's file it
 *   belongs; the first is as long as the whole
 * @typedef {{parts: Part[], bytes: number, layers: string[], input: string, gates: Record<string, string>,
 *   outputs: string[]}} Segment   a part of the network, and the names in its file: of what it reads, of the gates of its
 *   convolutions, and of the maps of its layers
 * @typedef {{weights: number[][], offset: number[]}} Reading   what the network reads: weights · RGB + offset
 * @typedef {Reading & {segments: Segment[], runtime: number, gradients: import("../gradients/types.js").GradientFiles | null}}
 *   Live   `runtime`, bytes of what runs it
 * @typedef {{titles: Record<string, string>, side: number}} Examples
 * @typedef {{version: number, provenance: string, pictures: Image[], input: {channels: string[]}, layers: Layer[],
 *   live: Live | null, answer: AnswerEntry | null, atlas?: string[], examples: Examples}} Manifest   `atlas`, the layers that it knows
 */

/**
 * @typedef {{maximum: number[], mean: number[], variance: number[], zeros: number[]}} Statistics   of each channel:
 *   the largest |value|, and the share of cells that are zero
 * @typedef {{data: Float32Array, rows: number, columns: number, channels: number}} Planes   maps, one channel after
 *   the other, each row by row
 * @typedef {{levels: Uint8Array | Uint8ClampedArray, width: number}} Sheet   of thumbnails, row by row
 * @typedef {{weights: Float32Array, bias: number[]}} Kernels   weights (out, kh, kw, in)
 * @typedef {(loaded: number, total: number) => void} Progress   bytes
 */

/**
 * Where one image's files or computed values come from.
 * @typedef {object} Provider
 * @property {() => Promise<ImageBitmap>} photograph
 * @property {(layer: string) => Promise<Sheet>} sheet
 * @property {(layer: string) => Promise<Statistics>} statistics
 * @property {(layer: string, progress?: Progress) => Promise<Planes>} maps
 */

/**
 * @typedef {"here" | "strength" | "zeros" | "number"} Sort   of a layer's channels; "here", by the value at the place
 * @typedef {"channel" | "layer" | "network"} Scale   what full colour stands for
 * @typedef {"channels" | "passport" | "cell" | "change" | "network"} ViewName   which tab is open; "network" shows all
 *   layers in place of one layer's channels
 * @typedef {"now" | "before" | "change"} Shows   which maps of a layer behind a channel that is off
 * @typedef {Record<string, number[]>} Off   channels that are switched off, by layer; no layer has an empty list
 *
 * @typedef {object} State   what the page's address holds
 * @property {string} picture
 * @property {string | null} compare   a second picture beside it
 * @property {string} layer
 * @property {number} channel
 * @property {Pair | null} cell   of `layer`: the place that the reader chose
 * @property {Sort} sort
 * @property {Scale} scale
 * @property {boolean} over   the map over the photograph
 * @property {ViewName} view
 * @property {Off} off
 * @property {Shows} shows
 * @property {string | null} where   the class whose evidence is drawn on the photograph
 * @property {number | null} tour   the stop of the tour, from 1
 *
 * @typedef {{type: "picture", value: string} | {type: "compare", value: string | null} | {type: "layer", value: string}
 *   | {type: "channel", value: number} | {type: "cell", value: Pair | null} | {type: "sort", value: Sort}
 *   | {type: "scale", value: Scale} | {type: "over", value: boolean} | {type: "view", value: ViewName}
 *   | {type: "off", value: Off} | {type: "shows", value: Shows} | {type: "where", value: string | null} | {type: "tour", value: number | null}
 *   | {type: "move", rows: number, columns: number} | {type: "switch", layer: string, channel: number}
 *   | {type: "go", value: Partial<State>}
 * } Action   "switch" turns one channel off, or on again; "go" changes several parts at once, as one step of Back
 * @typedef {{type: string, value?: unknown, rows?: unknown, columns?: unknown, layer?: unknown, channel?: unknown}} Request
 *   what may be an action
 * @typedef {(action: Action, step?: Step) => Promise<void>} Dispatch
 * @typedef {"push" | "replace" | "none"} Step   what a change does to the browser's history
 */

/**
 * All that the views show at one time.
 * @typedef {object} Shown
 * @property {State} state
 * @property {Layer} layer
 * @property {LoadedImage[]} images   the chosen one, and the one it is compared with
 * @property {[string, number][]} preferred   classes that the channel prefers, and effect sizes
 * @property {Pair | null} cell   the one pointed at, else the chosen one
 * @property {boolean} pointing   whether `cell` is only pointed at
 * @property {boolean} frozen   whether the order of the channels is to stay as it is
 * @property {boolean} stale   whether something is painted on the picture that the last layer does not yet show
 * @property {boolean} old   whether something is painted on the picture that the maps shown were not computed from
 * @property {boolean} asked   whether a reader, or an address, has asked for anything: until then little is loaded
 * @property {Omit<LoadedImage, "planes" | "here"> | null} beside   the image with all channels on, where another one is
 *   shown, so that both have one scale
 * @property {import("../live/lacking.js").Lack | null} lack   why exact maps that are wanted cannot come
 * @property {Planes | null} inputs   what the layer reads, if its arithmetic is wanted and loaded
 * @property {Kernels | null} kernels
 *
 * @typedef {object} LoadedImage
 * @property {string} id
 * @property {ImageBitmap} photograph
 * @property {Sheet} sheet
 * @property {Statistics} statistics
 * @property {Planes | null} planes   null until the layer's maps are loaded
 * @property {Float32Array | null} here   each channel's value at the chosen cell; of thumbnails until the maps are
 *   loaded; null without a cell
 */

/**
 * What the explorer needs of the page.
 * @typedef {object} Views
 * @property {(state: State, step: Step) => void} navigate   show what was chosen, before its data are loaded
 * @property {(shown: Shown) => void} show
 * @property {(problem: Error) => void} fail   show what went wrong; what is shown stays
 * @property {() => void} succeed   the last problem is over
 * @property {Progress} progress   of a large file
 * @property {() => void} loaded   no large file is under way
 */

export {};
