// Starts the explorer: an action makes a new state, and the views show it.

import { colours } from "./arithmetic/colours.js";
import { keepForLater } from "./live/isolation.js";
import { OWN } from "./live/network.js";
import { createOwnImage } from "./own_image/panel.js";
import { pictureNamed, write } from "./state/address.js";
import { Data } from "./state/data.js";
import { Explorer } from "./state/explorer.js";
import { Files } from "./state/files.js";
import { byId } from "./views/elements.js";
import { showProblem } from "./views/messages.js";
import { Page } from "./views/page.js";
import { followTheme } from "./views/theme.js";

/**
 * @import { Colours } from "./arithmetic/colours.js"
 * @import { Manifest, Step } from "./state/types.js"
 */

async function start() {
  followTheme(document.documentElement);
  const base = new URL(".", document.baseURI);
  const files = new Files(base);
  const [manifest, table] = await Promise.all([files.json("manifest.json"), files.json("colours.json")]);
  const explorer = createExplorer(manifest, files, colours(table));
  const own = createOwnImage(byId("yours"), { explorer, base, failed: showProblem });
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
  const { search } = location;
  await open("replace");
  if (new URLSearchParams(search).has("own")) own.open(); // where a page sends a reader to their own picture
  keepForLater();
}

/** @type {(manifest: Manifest, files: Files, colours: Colours) => Explorer} */
function createExplorer(manifest, files, colours) {
  const data = new Data(manifest, files);
  const views = new Page({
    manifest, data, files, colours,
    actions: {
      dispatch: (action, step) => explorer.dispatch(action, step),
      point: (cell) => explorer.point(cell),
      state: () => explorer.state(),
    },
  });
  /** @type {Explorer} */
  const explorer = new Explorer({ manifest, data, views });
  return explorer;
}

start().catch(showProblem);
