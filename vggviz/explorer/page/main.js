// Starts the explorer: an action makes a new state, and the views show it.

import { colours } from "./arithmetic/colours.js";
import { createLateChange } from "./change/late.js";
import { createLateFind } from "./find/late.js";
import { isolateFirst, keepForLater } from "./live/isolation.js";
import { Lacking } from "./live/lacking.js";
import { createLatePainting } from "./live/late_painting.js";
import { OWN } from "./live/network.js";
import { Sources } from "./live/sources.js";
import { Switching } from "./live/switching.js";
import { createOwnImage } from "./own_image/panel.js";
import { createLatePassport } from "./passport/late.js";
import { pictureNamed, write } from "./state/address.js";
import { classifierGiver } from "./state/classifier.js";
import { Data } from "./state/data.js";
import { Explorer } from "./state/explorer.js";
import { Files } from "./state/files.js";
import { createLateTour } from "./tour/late.js";
import { byId } from "./views/elements.js";
import { prepareEmbed, tellHeight } from "./views/embed.js";
import { facesGiver } from "./views/late_faces.js";
import { showProblem, showProgress } from "./views/messages.js";
import { Page } from "./views/page.js";
import { followTheme } from "./views/theme.js";

/**
 * @import { Colours } from "./arithmetic/colours.js"
 * @import { Door } from "./live/switching.js"
 * @import { Keep } from "./own_image/panel.js"
 * @import { GiveClassifier } from "./state/classifier.js"
 * @import { Dispatch, Manifest, Step } from "./state/types.js"
 * @import { GiveFaces } from "./views/late_faces.js"
 * @typedef {{manifest: Manifest, files: Files, data: Data, classifier: GiveClassifier, sources: Sources, colours: Colours,
 *   faces: GiveFaces, base: URL, dispatch: Dispatch, failed: (problem: Error) => void}} Tools
 */

async function start() {
  followTheme(document.documentElement);
  prepareEmbed(location.search);
  const { tools, computed } = await load((action, step) => explorer.dispatch(action, step));
  if (tools.manifest.live) isolateFirst();
  const { explorer, views } = createExplorer(tools);
  const own = createOwnImage(byId("yours"), {
    explorer, base: tools.base, failed: showProblem,
    paint: () => painting.take(),
    preview: (preview) => views.preview(preview),
  });
  const door = own.door();
  for (const each of computed) each.use(door);
  const painting = addLateParts({ explorer, views }, tools, { door, keep: own.keep, isKept: own.isKept });
  Object.assign(window, { explorer }); // for the console: explorer.data.maps("cat", "block1_conv1")
  await followAddress(explorer, own.recall);
  openAsked({ own: own.open, paint: painting.take });
  tellHeight(/** @type {HTMLElement} */ (document.querySelector("main")));
  keepForLater();
}

/**
 * What the parts of the page work with.
 * @type {(dispatch: Dispatch) => Promise<{tools: Tools, computed: [Switching, Lacking]}>} `computed`, maps that need a network
 */
async function load(dispatch) {
  const base = new URL(".", document.baseURI);
  const files = new Files(base);
  const [manifest, table] = await Promise.all([files.json("manifest.json"), files.json("colours.json")]);
  const data = new Data(manifest, files);
  const switching = new Switching({ manifest, data });
  const lacking = new Lacking({ manifest, data });
  const tools = {
    manifest, files, data, base, dispatch, colours: colours(table),
    classifier: classifierGiver(manifest, files),
    sources: new Sources(switching, lacking),
    faces: facesGiver({ manifest, files }),
    failed: showProblem,
  };
  return { tools, computed: [switching, lacking] };
}

/**
 * Where a page sends a reader to their own picture, or to paint: once, so it does not stay in the address.
 * @param {Record<string, () => unknown>} doors
 */
function openAsked(doors) {
  const address = new URL(location.href);
  const asked = Object.keys(doors).filter((name) => address.searchParams.has(name));
  if (!asked.length) return;
  for (const name of asked) address.searchParams.delete(name);
  history.replaceState(null, "", address);
  for (const name of asked) doors[name]();
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

/** @type {(tools: Tools) => {explorer: Explorer, views: Page}} */
function createExplorer(tools) {
  const { manifest, data, sources, dispatch } = tools;
  const views = new Page({
    ...tools,
    actions: { dispatch, point: (cell) => explorer.point(cell), state: () => explorer.state() },
  });
  /** @type {Explorer} */
  const explorer = new Explorer({ manifest, data, views, sources });
  return { explorer, views };
}

/**
 * What is no part of the first view: the tour, painting, what an atlas knows, the search and, where they can be computed,
 * gradients.
 * @type {(page: {explorer: Explorer, views: Page}, tools: Tools, own: {door: Door | null, keep: Keep, isKept: () => Promise<boolean>}) =>
 *   ReturnType<typeof createLatePainting>}
 */
function addLateParts({ explorer, views }, tools, { door, keep, isKept }) {
  const spoken = byId("spoken");
  views.add(createLateTour({ card: byId("tour"), opener: byId("take-tour") }, tools));
  const elements = { row: byId("paint"), place: byId("place"), surface: views.surface(), spoken };
  const painting = createLatePainting(elements, { ...tools, explorer, door });
  views.add(painting);
  const find = createLateFind(byId("find"), { ...tools, door });
  views.add(createLatePassport({ root: byId("atlas"), panel: byId("passport") }, { ...tools, find }));
  if (door && tools.manifest.live?.gradients) {
    const lay = views.lay.bind(views);
    views.add(createLateChange({ root: byId("change"), offer: byId("draw"), spoken }, { ...tools, keep, isKept, lay }));
  }
  return painting;
}

start().catch((problem) => {
  showProgress("");
  showProblem(problem);
});
