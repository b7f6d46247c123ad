// Starts the explorer: an action makes a new state, and the views show it.

import { colours } from "./arithmetic/colours.js";
import { keepForLater } from "./live/isolation.js";
import { createOwnImage } from "./own_image/panel.js";
import { write } from "./state/address.js";
import { Data } from "./state/data.js";
import { Explorer } from "./state/explorer.js";
import { Files } from "./state/files.js";
import { byId } from "./views/elements.js";
import { Page } from "./views/page.js";
import { showProblem } from "./views/messages.js";
import { followTheme } from "./views/theme.js";

/**
 * @import { Colours } from "./arithmetic/colours.js"
 * @import { Manifest } from "./state/types.js"
 */

async function start() {
  followTheme(document.documentElement);
  const base = new URL(".", document.baseURI);
  const files = new Files(base);
  const [manifest, table] = await Promise.all([files.json("manifest.json"), files.json("colours.json")]);
  const explorer = createExplorer(manifest, files, colours(table));
  createOwnImage(byId("yours"), { explorer, base, failed: showProblem });
  Object.assign(window, { explorer }); // for the console: explorer.data.maps("cat", "block1_conv1")
  for (const event of ["popstate", "hashchange"]) {
    // Both may come for one step of Back.
    window.addEventListener(event, () => location.hash !== write(explorer.state()) && explorer.visit(location.hash, "none"));
  }
  await explorer.visit(location.hash);
  keepForLater();
}

/** @type {(manifest: Manifest, files: Files, colours: Colours) => Explorer} */
function createExplorer(manifest, files, colours) {
  const data = new Data(manifest, files);
  const views = new Page({
    manifest, data, files, colours,
    actions: {
      dispatch: (action) => explorer.dispatch(action),
      point: (cell) => explorer.point(cell),
      state: () => explorer.state(),
    },
  });
  /** @type {Explorer} */
  const explorer = new Explorer({ manifest, data, views });
  return explorer;
}

start().catch(showProblem);
