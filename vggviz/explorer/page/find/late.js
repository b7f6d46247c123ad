// The search before it is opened.

import { wantedFor } from "../live/isolation.js";
import { LatePart, styled } from "../views/late_part.js";

/** @import { Tools } from "./panel.js" */
/** @import { GiveFaces } from "../views/late_faces.js" */

/** Under which the browser keeps that the page was loaded again for a sketch. */
export const ASKED = "explorer-find-asked";

/**
 * @param {HTMLElement} opener
 * @param {Omit<Tools, "faces"> & {faces: GiveFaces}} tools
 * @returns {(query?: string) => Promise<void>} opens it
 */
export function createLateFind(opener, tools) {
  const late = new LatePart({
    isWanted: () => false,
    load: () => Promise.all([import("./panel.js"), tools.faces(), styled("styles/passport.css"), styled("styles/find.css")]),
    make: ([{ FindPanel }, faces]) => new FindPanel({ ...tools, faces }),
    failed: tools.failed,
  });
  /** @param {string} [query] */
  const open = async (query) => (await late.get())?.open(query);
  opener.addEventListener("click", () => open());
  if (wantedFor(ASKED)) open();
  return open;
}
