// The types of what the page reads, shows and does, written once; the other modules import them from here.

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
 * @property {{maps: number, kernels: number}} bytes   of the packed files
 * @property {Tiles} sheet   of thumbnails
 * @property {Window | null} field   receptive field in pixels; the first cell's begins at -padding
 * @property {Kernel | null} kernel   null where the arithmetic cannot be shown
 * @property {Pool | null} pool
 * @property {boolean} preferred   whether the classes that its channels prefer are known
 * @property {boolean} examples
 * @property {Tiles | null} drawings
 */

/**
 * @typedef {{id: string, title: string, rows: number, columns: number, maximum: Record<string, number>,
 *   hidden?: boolean}} Image   `maximum` is the largest |value| of each layer; hidden ones are not offered as pictures
 * @typedef {Record<string, number[]>} Off   the channels of layers that are switched off
 * @typedef {{file: string, bytes: number, sha256: string, layers: string[], input: string, gates: Record<string, string>,
 *   outputs: string[]}} Segment   a part of the network, and the names in its file: of what it reads, of the gates of its
 *   convolutions, and of the maps of its layers
 * @typedef {{weights: number[][], offset: number[]}} Reading   what the network reads: weights · RGB + offset
 * @typedef {Reading & {segments: Segment[], runtime: number, gradients: import("../gradients/types.js").GradientFiles | null}}
 *   Live   `runtime`, bytes of what runs it
 * @typedef {{titles: Record<string, string>, side: number}} Examples
 * @typedef {{version: number, provenance: string, pictures: Image[], input: {channels: string[]}, layers: Layer[],
 *   live: Live | null, examples: Examples}} Manifest
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
 * @typedef {"strength" | "variance" | "sparsity" | "number"} Order
 * @typedef {"channel" | "layer" | "network"} Scale
 * @typedef {{picture: string, compare: string | null, layer: string, channel: number, cell: Pair | null, order: Order,
 *   scale: Scale, over: boolean}} State   its keys are those of the page's address
 * @typedef {{type: "picture", value: string} | {type: "compare", value: string | null} | {type: "layer", value: string}
 *   | {type: "channel", value: number} | {type: "cell", value: Pair | null} | {type: "order", value: Order}
 *   | {type: "scale", value: Scale} | {type: "over", value: boolean} | {type: "move", rows: number, columns: number}
 * } Action
 * @typedef {{type: string, value?: unknown, rows?: unknown, columns?: unknown}} Request   what may be an action
 * @typedef {(action: Action) => Promise<void>} Dispatch
 */

/**
 * All that the views show at one time.
 * @typedef {object} Shown
 * @property {State} state
 * @property {Layer} layer
 * @property {LoadedImage[]} images   the chosen one, and the one it is compared with
 * @property {[string, number][]} preferred   classes that the channel prefers, and effect sizes
 * @property {Pair | null} cell   the one pointed at, else the chosen one
 * @property {{maps: boolean, arithmetic: boolean}} needs   which data the reader's actions need
 * @property {Planes | null} inputs   what the layer reads, if its arithmetic is wanted and loaded
 * @property {Kernels | null} kernels
 *
 * @typedef {{id: string, photograph: ImageBitmap, sheet: Sheet, statistics: Statistics, planes: Planes | null}} LoadedImage
 *   `planes` is null until the layer's maps are loaded
 */

/**
 * What the explorer needs of the page.
 * @typedef {object} Views
 * @property {(state: State) => void} navigate   show what was chosen, before its data are loaded
 * @property {(shown: Shown) => void} show
 * @property {(problem: Error) => void} fail   show what went wrong; what is shown stays
 * @property {() => void} succeed   the last problem is over
 * @property {Progress} progress   of a large file
 * @property {() => void} loaded   no large file is under way
 */

export {};
