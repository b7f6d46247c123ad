// What an atlas knows of the chosen channel, before it is wanted.

import { LatePart, styled } from "../views/late_part.js";

/** @import { Tools } from "./panel.js" */
/** @import { GiveFaces } from "../views/late_faces.js" */

/**
 * @param {{root: HTMLElement, panel: HTMLElement}} elements `root`, in the `panel` that may be hidden
 * @param {Omit<Tools, "faces"> & {faces: GiveFaces}} tools
 */
export function createLatePassport({ root, panel }, tools) {
  const isSeen = () => !panel.hidden;
  return new LatePart({
    isWanted: ({ asked }) => asked && isSeen(),
    load: () => Promise.all([import("./panel.js"), tools.faces(), styled("styles/passport.css")]),
    make: ([{ PassportPanel }, faces]) => new PassportPanel(root, { ...tools, faces, isSeen }),
    failed: tools.failed,
  });
}
