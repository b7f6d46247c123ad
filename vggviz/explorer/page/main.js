// Wires the parts: an action makes a new state, the state goes into the address and to the views.

import { read, write } from "./address.js";
import { createCell } from "./cell.js";
import { createChannels } from "./channels.js";
import { colours as coloursOf } from "./colour.js";
import { createColourbar } from "./colourbar.js";
import { createControls } from "./controls.js";
import { openData } from "./data.js";
import { createFiles } from "./files.js";
import { keepForLater } from "./isolation.js";
import { createKeys } from "./keys.js";
import { createLikes } from "./likes.js";
import { fileOf, viewOf } from "./map.js";
import { at } from "./planes.js";
import { createPreferred } from "./preferred.js";
import { createSave } from "./save.js";
import { createStage } from "./stage.js";
import { after } from "./state.js";
import { createStrip } from "./strip.js";
import { followTheme } from "./theme.js";
import { createYours } from "./yours.js";

const place = (id) => document.getElementById(id);

/** One sentence on what went wrong; what is shown stays. @type {(problem: Error) => void} */
function failed(problem) {
  place("problem").textContent = problem.message;
  place("problem").hidden = false;
}

async function start() {
  followTheme(document.documentElement);
  const base = new URL(".", document.baseURI);
  const files = createFiles(base);
  const [manifest, table] = await Promise.all([files.json("manifest.json"), files.json("colours.json")]);
  const explorer = createExplorer(manifest, files, coloursOf(table), base);
  window.explorer = explorer; // for the console: explorer.data.maps("cat", "block1_conv1")
  window.addEventListener("hashchange", () => explorer.go(read(location.hash, manifest)));
  await explorer.go(read(location.hash, manifest));
  keepForLater();
}

function createExplorer(manifest, files, colours, base) {
  const data = openData(manifest, files);
  let state = null;
  let shown = null; // what the last whole view was made of
  let pointed = null; // a cell under the mouse, not chosen
  let wants = { maps: false, arithmetic: false };

  const dispatch = (action) => {
    const next = after(state, action, manifest);
    // The maps of a layer are large, so they come when a reader asks of a channel or a cell.
    if (["channel", "cell", "move", "layer"].includes(action.type)) wants = { ...wants, maps: true };
    if (next !== state) return go(next);
    if (wants.maps) update();
    return Promise.resolve();
  };
  const explain = () => {
    if (!state.cell) return;
    wants = { maps: true, arithmetic: true };
    update();
  };
  const point = (cell) => {
    if (String(cell) === String(pointed)) return;
    pointed = cell;
    if (cell && !wants.maps) wants = { ...wants, maps: true };
    update();
  };

  const showStrip = createStrip(place("strip"), manifest, dispatch);
  const showControls = createControls(place("controls"), { manifest, data, dispatch });
  const channels = createChannels(
    { grid: place("grid"), words: place("channels-words"), title: place("channels-title") },
    { colours, dispatch },
  );
  const stages = [0, 1].map(() =>
    createStage({
      point,
      choose: (cell) => dispatch({ type: "cell", value: cell }),
      move: (rows, columns) => dispatch({ type: "move", rows, columns }),
      clear: () => dispatch({ type: "cell", value: null }),
    }),
  );
  place("maps").append(...stages[0].figures);
  const showBar = createColourbar(place("bar"), colours);
  const cell = createCell(place("cell"), { manifest, colours, dispatch, ask: explain });
  const showLikes = createLikes(place("likes"), { manifest, files, failed });
  const showPreferred = createPreferred(place("preferred"));
  createKeys(place("keys"), place("help"), { manifest, state: () => state, order: channels.order, dispatch, explain });
  createSave(place("save"), {
    view: () => fileOf(shown, colours),
    maps: () => data.maps(state.picture, state.layer, progress),
    name: () => `${state.picture}_${state.layer}_${state.channel}`,
    tell: (words) => { place("loading").textContent = words; },
    failed,
  });
  createYours(place("yours"), {
    manifest, data, base, dispatch, failed,
    state: () => state,
    refresh: () => go({ ...state }),
    photograph: () => shown?.pictures[0].photograph ?? null,
  });
  place("network").textContent = `${manifest.layers.length} layers, ${count(manifest).toLocaleString("en")} channels`;
  place("provenance").textContent = manifest.provenance;

  const progress = (loaded, total) => {
    const share = total ? `${Math.round((100 * loaded) / total)} %` : `${(loaded / 1e6).toFixed(1)} MB`;
    place("loading").textContent = `Loading the numbers: ${share}`;
  };

  /** What the view needs of each picture shown; files that are there already cost nothing. */
  const gather = async ({ picture, compare, layer }) =>
    Promise.all(
      [picture, compare].filter(Boolean).map(async (id) => {
        const [photograph, sheet, statistics] = await Promise.all([
          data.photograph(id),
          data.sheet(id, layer),
          data.statistics(id, layer),
        ]);
        return { id, photograph, sheet, statistics };
      }),
    );

  /** Load what a state needs, then show it whole; of two that are under way the later one counts. */
  async function go(next) {
    const before = state;
    state = next;
    if (before && before.layer !== next.layer) pointed = null;
    history.replaceState(null, "", write(next));
    showStrip(next);
    showControls(next);
    try {
      const [pictures, preferred] = await Promise.all([gather(next), data.preferred(next.layer)]);
      if (state !== next) return;
      shown = { pictures, preferred };
      place("problem").hidden = true;
      update();
    } catch (problem) {
      // A newer picture took the place of the one that was waited for; it shows itself.
      if (state !== next || problem.superseded) return;
      failed(problem);
      if (!before || !shown) return;
      state = before; // the last view stays, and so does its address
      history.replaceState(null, "", write(before));
      showStrip(before);
      showControls(before);
    }
  }

  /** Show what is at hand now; what is still to come calls this again. */
  function update() {
    if (!shown) return;
    const at = pointed ?? state.cell;
    const { layer, tops, top, views, words } = viewOf({ state, pictures: shown.pictures, cell: at, manifest, data, colours });
    const { statistics, sheet } = shown.pictures[0];
    channels.show({ state, layer, statistics, sheet, limits: tops });
    place("maps").classList.toggle("over-mode", state.over);
    if (views.length > 1) place("maps").append(...stages[1].figures);
    else stages[1].figures.forEach((figure) => figure.remove());
    views.forEach((view, number) => stages[number].show(view));
    showBar({ limit: top, signed: layer.signed });
    place("detail-title").textContent = `${layer.name}, channel ${state.channel}`;
    if (place("words").textContent !== words) place("words").textContent = words;
    showPreferred(shown.preferred?.[state.channel] ?? []);
    Object.assign(shown, { views, limit: top, layer, words, provenance: manifest.provenance });
    if (wants.maps) showLikes({ layer, channel: state.channel });
    else place("likes").hidden = true;
    showArithmetic(layer, views[0].planes);
    if (wants.maps) fetchMaps(layer, shown.pictures.map(({ id }) => id));
  }

  function fetchMaps(layer, ids) {
    const missing = ids.filter((id) => !data.mapsAtHand(id, layer.name));
    if (!missing.length) return;
    const asked = state;
    Promise.all(missing.map((id) => data.maps(id, layer.name, progress))).then(() => {
      place("loading").textContent = "\u00a0";
      if (state.layer === asked.layer) update();
    }, failed);
  }

  function showArithmetic(layer, planes) {
    const value = planes && state.cell ? at(planes, state.channel, state.cell) : null;
    const explains = wants.arithmetic && state.cell && (layer.kernel || layer.pool);
    const inputs = explains ? data.mapsAtHand(state.picture, layer.reads) : null;
    const kernels = explains && layer.kernel ? data.kernelsAtHand(layer.name) : null;
    cell.show({ state, layer, value, inputs, kernels, asked: wants.arithmetic });
    if (!explains || (inputs && (kernels || !layer.kernel))) return;
    const needed = [data.maps(state.picture, layer.reads, progress)];
    if (layer.kernel) needed.push(data.kernels(layer.name, progress));
    const asked = state.layer;
    Promise.all(needed).then(() => {
      place("loading").textContent = "\u00a0";
      if (state.layer === asked) update();
    }, failed);
  }

  return { go, dispatch, data, manifest, state: () => state };
}

/** @type {(manifest: object) => number} */
const count = ({ layers }) => layers.filter(({ kind }) => kind === "convolution").reduce((n, l) => n + l.channels, 0);

start().catch(failed);
