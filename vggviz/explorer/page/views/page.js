// Every part of the page, and what each shows of a state.

import { channelCount } from "../state/manifest.js";
import { CellView } from "./cell.js";
import { ChannelGrid } from "./channel_grid.js";
import { viewOf } from "./channel_view.js";
import { createColourbar } from "./colourbar.js";
import { createControls } from "./controls.js";
import { byId } from "./elements.js";
import { BrowserHistory } from "./history.js";
import { createLayerStrip } from "./layer_strip.js";
import { createPreferredClasses } from "./preferred_classes.js";
import { PreferredImages } from "./preferred_images.js";
import { hideProblem, showProblem } from "./problem.js";
import { createSave } from "./save.js";
import { savedView } from "./saved_view.js";
import { createShortcuts } from "./shortcuts.js";
import { Stage } from "./stage.js";

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { Data } from "../state/data.js"
 * @import { Files } from "../state/files.js"
 * @import { Dispatch, Manifest, Pair, Shown, State, Step, Views } from "../state/types.js"
 * @import { ChannelView, View } from "./channel_view.js"
 * @typedef {{dispatch: Dispatch, point: (cell: Pair | null) => void, state: () => State}} Actions
 *   what a reader may do
 * @typedef {{manifest: Manifest, data: Data, files: Files, colours: Colours, actions: Actions}} Tools
 */

/** @implements {Views} */
export class Page {
  #tools;
  #history = new BrowserHistory();
  #showStrip;
  #showControls;
  #showBar;
  #showPreferred;
  #channels;
  #images;
  #cell;
  #stages;
  /** What is shown now, to be saved. @type {View | null} */
  #view = null;

  /** @param {Tools} tools */
  constructor(tools) {
    const { manifest, data, files, colours, actions } = tools;
    const { dispatch } = actions;
    this.#tools = tools;
    this.#showStrip = createLayerStrip(byId("strip"), manifest, dispatch);
    this.#showControls = createControls(byId("controls"), { manifest, data, dispatch });
    this.#showBar = createColourbar(byId("bar"), colours);
    this.#showPreferred = createPreferredClasses(byId("preferred"));
    const elements = { grid: byId("grid"), words: byId("channels-words"), title: byId("channels-title") };
    this.#channels = new ChannelGrid(elements, { colours, dispatch });
    this.#images = new PreferredImages(byId("likes"), { manifest, files, failed: showProblem });
    this.#cell = new CellView(byId("cell"), { manifest, colours, dispatch });
    this.#stages = [stageFor(actions), stageFor(actions)];
    byId("maps").append(...this.#stages[0].figures);
    const keys = /** @type {HTMLDialogElement} */ (byId("keys"));
    createShortcuts(keys, byId("help"), { manifest, ...actions, order: () => this.#channels.order() });
    this.#createSave();
    const count = channelCount(manifest).toLocaleString("en");
    byId("network").textContent = `${manifest.layers.length} layers, ${count} channels`;
    byId("provenance").textContent = manifest.provenance;
  }

  /** @type {(state: State, step: Step) => void} */
  navigate(state, step) {
    this.#history.enter(state, step);
    this.#showStrip(state);
    this.#showControls(state);
  }

  /** @param {Shown} shown */
  show(shown) {
    const { state, layer, preferred } = shown;
    const view = viewOf(shown, this.#tools.manifest, this.#tools.colours);
    this.#channels.show(shown, view.limits);
    this.#showStages(view.views, state.over);
    this.#showBar({ limit: view.limit, signed: layer.signed });
    byId("detail-title").textContent = `${layer.name}, channel ${state.channel}`;
    if (byId("words").textContent !== view.words) byId("words").textContent = view.words;
    this.#showPreferred(preferred);
    this.#view = view;
    this.#images.show(layer, state.channel);
    this.#cell.show(shown);
  }

  /** @param {Error} problem */
  fail(problem) {
    showProblem(problem);
  }

  succeed() {
    hideProblem();
  }

  /** @type {(loaded: number, total: number) => void} */
  progress(loaded, total) {
    const share = total ? `${Math.round((100 * loaded) / total)} %` : `${(loaded / 1e6).toFixed(1)} MB`;
    this.#setStatus(`Loading the numbers: ${share}`);
  }

  loaded() {
    this.#setStatus("\u00a0");
  }

  /** @param {string} words */
  #setStatus(words) {
    byId("loading").textContent = words;
  }

  /** @type {(views: ChannelView[], over: boolean) => void} */
  #showStages(views, over) {
    const maps = byId("maps");
    maps.classList.toggle("over-mode", over);
    const [, second] = this.#stages;
    if (views.length > 1) maps.append(...second.figures);
    else second.figures.forEach((figure) => figure.remove());
    views.forEach((view, i) => this.#stages[i].show(view));
  }

  #createSave() {
    const { manifest, data, colours, actions } = this.#tools;
    createSave(byId("save"), {
      view: () => {
        if (!this.#view) throw new Error("Nothing is shown yet that could be saved; try again in a moment.");
        return savedView(this.#view, manifest.provenance, colours);
      },
      maps: () => {
        const { picture, layer } = actions.state();
        return data.maps(picture, layer, (loaded, total) => this.progress(loaded, total));
      },
      name: () => {
        const { picture, layer, channel } = actions.state();
        return `${picture}_${layer}_${channel}`;
      },
      announce: (words) => this.#setStatus(words),
      failed: showProblem,
    });
  }
}

/** @type {(actions: Actions) => Stage} */
function stageFor({ dispatch, point }) {
  return new Stage({
    point,
    choose: (cell) => dispatch({ type: "cell", value: cell }),
    move: (rows, columns) => dispatch({ type: "move", rows, columns }),
    clear: () => dispatch({ type: "cell", value: null }),
  });
}
