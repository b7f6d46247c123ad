// Starts the explorer: an action makes a new state, and the views show it.

import { colours } from "./arithmetic/colours.js";
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
import { createTour } from "./tour/tour.js";
import { byId } from "./views/elements.js";
import { showProblem } from "./views/messages.js";
import { Page } from "./views/page.js";
import { followTheme } from "./views/theme.js";

/**
 * @import { Colours } from "./arithmetic/colours.js"
 * @import { Dispatch, Manifest, Step } from "./state/types.js"
 */

async function start() {
  followTheme(document.documentElement);
  const base = new URL(".", document.baseURI);
  const files = new Files(base);
  const [manifest, table] = await Promise.all([files.json("manifest.json"), files.json("colours.json")]);
  const data = new Data(manifest, files);
  const switching = new Switching({ manifest, data });
  const painting = new Painting({ manifest, data, kept: new KeptStrokes(tabStorage(), base.href), failed: showProblem });
  const { explorer, views } = createExplorer({
    manifest, files, data, switching: new Sources(switching, painting), painting, colours: colours(table),
  });
  const own = createOwnImage(byId("yours"), { explorer, base, failed: showProblem, paint: () => views.paint() });
  const door = own.door();
  switching.use(door);
  painting.use(door, explorer);
  Object.assign(window, { explorer }); // for the console: explorer.data.maps("cat", "block1_conv1")
  /** @param {Step} step */
  const open = async (step) => {
    const { hash } = location;
    await explorer.visit(hash, step);
    if (pictureNamed(hash) === OWN && explorer.state().picture !== OWN) own.recall();
  };
  for (const event of ["popstate", "hashchange"]) {
    // Both may come for one step of Back.
    window.addEventListener(event, () => location.hash !== write(explorer.state()) && open("none"));
  }
  await open("replace");
  keepForLater();
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
 * @type {(tools: {manifest: Manifest, files: Files, data: Data, switching: Sources, painting: Painting, colours: Colours}) =>
 *   {explorer: Explorer, views: Page}}
 */
function createExplorer({ manifest, files, data, switching, painting, colours }) {
  const classifier = classifierGiver(manifest, files);
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
  views.add(createTour({ card: byId("tour"), opener: byId("take-tour") }, { manifest, data, classifier, dispatch, failed: showProblem }));
  /** @type {Explorer} */
  const explorer = new Explorer({ manifest, data, views, sources: switching });
  return { explorer, views };
}

start().catch(showProblem);
