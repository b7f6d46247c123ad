// The types of what computes gradients, and of the messages between the page and the worker that does.

/**
 * @import { Device } from "../live/messages.js"
 * @import { Layer, Live, Off, Reading } from "../state/types.js"
 * @import { Maps, Rule, Step } from "./backward.js"
 * @import { KernelPlace, Places } from "./template.js"
 *
 * @typedef {Places & {file: string, segments: number[][], kernels: Record<string, KernelPlace>, colours: number[][]}}
 *   GradientFiles   the manifest's entry
 *
 * @typedef {object} Engine   computes maps and gradients of square images of any size
 * @property {Step[]} steps
 * @property {Reading} reading
 * @property {number[][]} colours   of decorrelated colours to red, green and blue
 * @property {(layer: string, size: number) => {rows: number, columns: number}} sides
 * @property {(values: Float32Array, size: number, last: string, off?: Off) => Promise<Maps>} forward   to a layer at
 *   least, with some channels switched off, which need no care backwards; "input" is among the maps
 * @property {(maps: Maps, cotangents: Maps, how: {size: number, wanted?: string[], rule?: Rule, open?: string[]}) =>
 *   Promise<Maps>} backward
 *
 * @typedef {{layer: string, weights: ArrayLike<number>, bias?: number}} Objective   bias + the sum of weights * the mean of
 *   each channel over all cells: a channel, or the score of a class
 * @typedef {{levels: Uint8ClampedArray, size: number}} Picture   RGB, size * size * 3
 *
 * @typedef {{layer: string, channel: number, size: number, steps: number, seed: number, stride: number}}
 *   DrawingSettings
 * @typedef {Picture & {objective: Objective, of: "gradient" | "product" | "guided", off?: Off}} SaliencySettings
 * @typedef {Picture & {objective: Objective, layer: string, off?: Off}} GradCamSettings
 * @typedef {{content: Picture, style: Picture, layers: Record<string, number>, contentLayer: string, contentWeight: number,
 *   steps: number, rate: number}} StyleSettings   `layers`, the weights of the layers' styles
 * @typedef {Pick<import("../answer/classifier.js").Classifier, "layer" | "kernel" | "bias">} Scoring   of classes
 * @typedef {Picture & {objective?: Objective, classifier?: Scoring, steps: number}} FoolSettings   `objective`, the score of
 *   the answer wanted minus that of the answer given; without it, of the second answer of the picture minus the first
 * @typedef {{drawing: DrawingSettings, saliency: SaliencySettings, grad_cam: GradCamSettings, style: StyleSettings,
 *   fool: FoolSettings}} AllSettings
 * @typedef {keyof AllSettings} Kind
 *
 * @typedef {{step: number, steps: number, value: number, picture?: Picture, map?: {values: Float32Array, rows: number,
 *   columns: number}, size?: {largest: number, mean: number, turned: boolean}, means?: Float64Array}} News   `value`, that
 *   of the objective; `size`, of the change in grey levels; `means`, of the channels of the objective's layer
 *
 * @typedef {(shuffled: string[]) => Engine} EngineFor   the network's, or one with some layers' weights in a random order
 *
 * @typedef {{type: "load", base: string, live: Live & {gradients: GradientFiles}, layers: Layer[], side: number} & Device}
 *   LoadMessage   `side`, of the images that the forward files are for
 * @typedef {{type: "start", id: number, kind: Kind, settings: AllSettings[Kind], shuffled?: string[]}} StartMessage
 * @typedef {{type: "pause" | "go" | "stop", id: number}} ControlMessage
 * @typedef {StartMessage | ControlMessage} ToWorker   after the first
 * @typedef {{type: "progress", loaded: number, total: number}} ProgressMessage
 * @typedef {News & {type: "news", id: number, milliseconds: number}} NewsMessage
 * @typedef {{type: "done", id: number}} DoneMessage
 * @typedef {{type: "failed", id: number, message: string}} FailedMessage
 * @typedef {{type: "failed", id: null, message: string}} LostMessage   nothing can be computed
 * @typedef {ProgressMessage | NewsMessage | DoneMessage | FailedMessage | LostMessage} FromWorker
 */

export {};
