// Starts the explorer: an action makes a new state, and the views show it.

import { colours } from "./arithmetic/colours.js";
import { LateChange } from "./change/late.js";
import { GradientNetwork } from "./gradients/network.js";
import { keepForLater } from "./live/isolation.js";
import { OWN } from "./live/network.js";
import { Painting } from "./live/painting.js";
import { Sources } from "./live/sources.js";
import { Switching } from "./live/switching.js";
import { createOwnImage } from "./own_image/panel.js";
import { KeptStrokes } from "./paint/kept_strokes.js";
import { pictureNamed, write } from "./state/address.js";
import { classifierGiver } from "./state/classifier.js";
import { Data } from "./state/data.js";
import { Explorer } from "./state/explorer.js";
import { Files } from "./state/files.js";
import { byId } from "./views/elements.js";
import { prepareEmbed, tellHeight } from "./views/embed.js";
import { showProblem } from "./views/messages.js";
import { Page } from "./views/page.js";
import { followTheme } from "./views/theme.js";

/**
 * @import { Colours } from "./arithmetic/colours.js"
 * @import { Tools as ChangeTools } from "./change/panel.js"
 * @import { GiveClassifier } from "./state/classifier.js"
 * @import { Dispatch, Manifest, Shown, Step } from "./state/types.js"
 */

async function start() {
  followTheme(document.documentElement);
  prepareEmbed(location.search);
  const base = new URL(".", document.baseURI);
  const files = new Files(base);
  const [manifest, table] = await Promise.all([files.json("manifest.json"), files.json("colours.json")]);
  const data = new Data(manifest, files);
  const switching = new Switching({ manifest, data });
  const painting = new Painting({ manifest, data, kept: new KeptStrokes(tabStorage(), base.href), failed: showProblem });
  const classifier = classifierGiver(manifest, files);
  const sources = new Sources(switching, painting);
  const given = { manifest, files, data, classifier, switching: sources, painting, colours: colours(table) };
  const { explorer, views } = createExplorer(given);
  const own = createOwnImage(byId("yours"), { explorer, base, failed: showProblem, paint: () => views.paint() });
  const door = own.door();
  switching.use(door);
  painting.use(door, explorer);
  addGradients(views, { ...given, base, dispatch: (action, step) => explorer.dispatch(action, step), keep: own.keep });
  Object.assign(window, { explorer }); // for the console: explorer.data.maps("cat", "block1_conv1")
  const { search } = location;
  await followAddress(explorer, own.recall);
  if (new URLSearchParams(search).has("own")) own.open(); // where a page sends a reader to their own picture
  tellHeight(/** @type {HTMLElement} */ (document.querySelector("main")));
  keepForLater();
}

/**
 * Show what the address names, now and whenever it changes.
 * @type {(explorer: Explorer, recall: () => Promise<void>) => Promise<void>} `recall` is called for the reader's own picture
 */
function followAddress(explorer, recall) {
  /** @param {Step} step */
  const open = async (step) => {
    const { hash } = location;
    await explorer.visit(hash, step);
    if (pictureNamed(hash) === OWN && explorer.state().picture !== OWN) recall();
  };
  for (const event of ["popstate", "hashchange"]) {
    // Both may come for one step of Back.
    window.addEventListener(event, () => location.hash !== write(explorer.state()) && open("none"));
  }
  return open("replace");
}

/** Null where the browser keeps nothing. */
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/**
 * @type {(tools: {manifest: Manifest, files: Files, data: Data, classifier: GiveClassifier, switching: Sources,
 *   painting: Painting, colours: Colours}) => {explorer: Explorer, views: Page}}
 */
function createExplorer({ manifest, files, data, classifier, switching, painting, colours }) {
  /** @type {Dispatch} */
  const dispatch = (action, step) => explorer.dispatch(action, step);
  const views = new Page({
    manifest, data, files, classifier, switching, painting, colours,
    actions: {
      dispatch,
      point: (cell) => explorer.point(cell),
      state: () => explorer.state(),
      freeze: (on) => explorer.freeze(on),
    },
  });
  views.add(tourWhenTaken({ manifest, data, classifier, dispatch, failed: showProblem }));
  /** @type {Explorer} */
  const explorer = new Explorer({ manifest, data, views, sources: switching });
  return { explorer, views };
}

/** What gradients do to a picture, where they can be computed. @type {(views: Page, tools: Omit<ChangeTools, "lay" | "network">) => void} */
function addGradients(views, tools) {
  const { manifest, base } = tools;
  if (!GradientNetwork.isPossible(manifest)) return;
  const elements = { root: byId("change"), offer: byId("draw"), spoken: byId("spoken") };
  const network = new GradientNetwork({ manifest, base });
  views.add(new LateChange(elements, { ...tools, network, lay: (overlay) => views.lay(overlay) }));
}

/** Not part of the first view, so it is loaded when it is taken. */
const TOUR = "./tour/tour.js";

/** @type {(tools: import("./tour/tour.js").Tools) => {show: (shown: Shown) => void}} */
function tourWhenTaken(tools) {
  /** @type {Promise<{show: (shown: Shown) => void}> | null} */
  let tour = null;
  /** @type {Shown | null} */
  let last = null;
  byId("take-tour").addEventListener("click", () => tools.dispatch({ type: "tour", value: 1 }));
  return {
    show(shown) {
      const before = last;
      last = shown;
      if (!tour && shown.state.tour === null) return;
      if (!tour) {
        tour = import(TOUR).then(({ createTour }) => createTour(byId("tour"), tools));
        if (before) tour.then((made) => made.show(before));
      }
      tour.then((made) => made.show(shown)).catch(tools.failed);
    },
  };
}

start().catch(showProblem);
