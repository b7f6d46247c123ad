// Every part of the page, and what each shows of a state.

import { imageNamed, inputLayer } from "../state/manifest.js";
import { createAnswer } from "./answer.js";
import { createOff } from "./answer_off.js";
import { arrange } from "./arrange.js";
import { CellView } from "./cell.js";
import { ChannelGrid } from "./channel_grid.js";
import { valueAt, viewOf } from "./channel_view.js";
import { createColourbar } from "./colourbar.js";
import { createControls } from "./controls.js";
import { byId } from "./elements.js";
import { BrowserHistory } from "./history.js";
import { createLayerRail } from "./layer_rail.js";
import { hideProblem, say, showLack, showProblem, showProgress } from "./messages.js";
import { NetworkView } from "./network_view.js";
import { createPassport } from "./passport.js";
import { createPath } from "./path.js";
import { createPlace } from "./place.js";
import { createSave } from "./save.js";
import { savedView } from "./saved_view.js";
import { createShortcuts } from "./shortcuts.js";
import { createShows } from "./shows.js";
import { StagePair } from "./stage_pair.js";
import { createTabs } from "./tabs.js";

/** Parts that show numbers of the maps. */
const OF_MAPS = ["grid", "words", "facts", "cell"];

/**
 * @import { Colours } from "../arithmetic/colours.js"
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Data } from "../state/data.js"
 * @import { Dispatch, Manifest, Pair, Shown, State, Step, Views } from "../state/types.js"
 * @import { Sources } from "../live/sources.js"
 * @import { Overlay } from "./answer_where.js"
 * @import { View } from "./channel_view.js"
 * @import { GiveFaces } from "./late_faces.js"
 * @typedef {{dispatch: Dispatch, point: (cell: Pair | null) => void, state: () => State}} Actions
 *   what a reader may do
 * @typedef {{manifest: Manifest, data: Data, faces: GiveFaces, classifier: GiveClassifier,
 *   sources: Sources, colours: Colours, actions: Actions}} Tools
 * @typedef {{show: (shown: Shown, view: View) => void}} Part   of the page
 * @typedef {{picture: string, photograph: ImageBitmap}} Preview
 */

/** @implements {Views} */
export class Page {
  #tools;
  #history = new BrowserHistory();
  /** They show what was chosen before its data are there. @type {{show: (state: State) => void}[]} */
  #guides;
  /** @type {Part[]} */
  #parts;
  #stages;
  #answer;
  /** What is shown now, to be saved. @type {View | null} */
  #view = null;
  /** A picture whose maps are still to come. @type {Preview | null} */
  #previewed = null;

  /** @param {Tools} tools */
  constructor(tools) {
    const { manifest, data, actions } = tools;
    const { dispatch } = actions;
    this.#tools = tools;
    const panels = { channels: byId("channels"), passport: byId("passport"), cell: byId("cell"), change: byId("change") };
    this.#guides = [
      createPath(byId("path")),
      createControls({ pictures: byId("pictures"), controls: byId("controls") }, { manifest, data, dispatch }),
      createLayerRail(byId("rail"), { manifest, dispatch }),
      createTabs(byId("tabs"), { panels, dispatch }),
    ];
    this.#stages = new StagePair(byId("maps"), { ...actions, input: inputLayer(manifest), say: (cell) => this.#valueIn(cell) });
    this.#answer = this.#createAnswer();
    const grid = this.#createGrid();
    this.#parts = this.#createParts(grid);
    const keys = /** @type {HTMLDialogElement} */ (byId("keys"));
    createShortcuts(keys, { manifest, ...actions, order: () => grid.order(), switchOf: this.#switchOf });
    this.#createSave();
    arrange();
  }

  #createGrid() {
    const { colours, faces, actions: { dispatch } } = this.#tools;
    const elements = {
      root: byId("channels"), head: byId("channels-head"), title: byId("channels-title"), scroll: byId("channels-scroll"),
      grid: byId("grid"), silent: byId("silent"),
    };
    return new ChannelGrid(elements, { colours, dispatch, faces, failed: showProblem, switchOf: this.#switchOf });
  }

  /** @type {(grid: ChannelGrid) => Part[]} */
  #createParts(grid) {
    const { manifest, data, sources, colours, actions } = this.#tools;
    const { dispatch } = actions;
    const showBar = createColourbar(byId("bar"), colours);
    return [
      { show: (shown, view) => grid.show(shown, view.limits) },
      new NetworkView(byId("network"), { manifest, data, colours, dispatch, failed: showProblem }),
      this.#stages,
      { show: (shown, { limit }) => showBar(shown, limit) },
      createPlace({ words: byId("words"), pad: byId("pad"), spoken: byId("spoken") }, { dispatch }),
      createPassport({ dispatch, order: () => grid.order(), switchOf: this.#switchOf }),
      new CellView(byId("cell"), { manifest, colours, dispatch }),
      this.#answer,
      createOff(byId("off"), { dispatch, sources, failed: showProblem }),
      createShows(byId("shows"), { dispatch, sources }),
    ];
  }

  #createAnswer() {
    const { actions: { dispatch }, ...tools } = this.#tools;
    const lay = (/** @type {Overlay | null} */ overlay) => this.#stages.lay(overlay);
    return createAnswer(byId("answer"), { ...tools, dispatch, lay, failed: showProblem });
  }

  /** Lay a map of gradients over the grey photograph, or take it away. @param {Overlay | null} overlay */
  lay(overlay) {
    this.#stages.lay(overlay, "gradients");
  }

  /** Where the chosen photograph stands, to be painted on. */
  surface() {
    return this.#stages.surface();
  }

  /**
   * Show a picture whose maps are still to come; those of the picture before are not shown meanwhile.
   * @param {Preview | null} preview
   */
  preview(preview) {
    const title = preview ? imageNamed(this.#tools.manifest, preview.picture).title : "";
    this.#previewed = preview;
    this.#stages.preview(preview && { photograph: preview.photograph, title });
    this.#answer.preview(preview?.picture ?? null);
    for (const id of OF_MAPS) byId(id).setAttribute("aria-busy", String(Boolean(preview)));
    if (preview) document.body.dataset.computing = "true";
    else delete document.body.dataset.computing;
  }

  /** The layer whose channels are switched for those of a layer. @param {string} layer */
  #switchOf = (layer) => this.#tools.sources.switchOf(layer);

  /** A part that is made elsewhere. @param {Part} part */
  add(part) {
    this.#parts.push(part);
  }

  /** The value of a cell of what is shown now, in words. @param {Pair} cell */
  #valueIn(cell) {
    const value = this.#view && valueAt(this.#view.views[0], cell);
    return `${cell[0]}, ${cell[1]}: ${value === null ? "…" : value.toLocaleString("en", { maximumSignificantDigits: 3 })}`;
  }

  /** @type {(state: State, step: Step) => void} */
  navigate(state, step) {
    this.#history.enter(state, step);
    const isElsewhere = this.#previewed !== null && this.#previewed.picture !== state.picture;
    if (isElsewhere) this.preview(null); // the reader chose another one meanwhile
    document.body.dataset.view = state.view;
    for (const each of this.#guides) each.show(state);
  }

  /** @param {Shown} shown */
  show(shown) {
    const view = viewOf(shown, this.#tools.manifest, this.#tools.colours);
    this.#view = view;
    if (shown.images[0].photograph === this.#previewed?.photograph) this.preview(null);
    byId("detail-title").textContent = `${shown.layer.name}, channel ${shown.state.channel}`;
    document.body.toggleAttribute("data-old", shown.old);
    showLack(shown.lack);
    for (const part of this.#parts) part.show(shown, view);
    if (document.body.hasAttribute("data-starting")) this.#start();
  }

  /** There is something to show, or to say. */
  #start() {
    document.body.removeAttribute("data-starting");
    showProgress("");
  }

  /** @param {Error} problem */
  fail(problem) {
    this.#start();
    showProblem(problem);
  }

  succeed() {
    hideProblem();
  }

  /** @type {(loaded: number, total: number) => void} */
  progress(loaded, total) {
    const share = total ? `${Math.round((100 * loaded) / total)} %` : `${(loaded / 1e6).toFixed(1)} MB`;
    showProgress(`Loading the numbers: ${share}`);
  }

  loaded() {
    showProgress("");
  }

  #createSave() {
    const { manifest, data, sources, colours, actions } = this.#tools;
    createSave(byId("save"), {
      view: () => {
        if (!this.#view) throw new Error("Nothing is shown yet that could be saved; try again in a moment.");
        return savedView(this.#view, manifest.provenance, colours);
      },
      maps: () => {
        const state = actions.state();
        return data.maps(sources.idOf(state, state.layer), state.layer, (loaded, total) => this.progress(loaded, total));
      },
      name: () => {
        const { picture, layer, channel } = actions.state();
        return `${picture}_${layer}_${channel}`;
      },
      unshared: () => sources.unshared(actions.state()),
      announce: say,
      failed: showProblem,
    });
  }
}
