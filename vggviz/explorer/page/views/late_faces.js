// The channels' faces before any is wanted.

/**
 * @import { Files } from "../state/files.js"
 * @import { Manifest } from "../state/types.js"
 * @import { Faces } from "./faces.js"
 * @typedef {() => Promise<Faces>} GiveFaces
 */

/** @type {(tools: {manifest: Manifest, files: Files}) => GiveFaces} */
export function facesGiver(tools) {
  /** @type {Promise<Faces> | null} */
  let faces = null;
  return () => {
    faces ??= import("./faces.js").then(({ Faces }) => new Faces(tools));
    faces.catch(() => (faces = null)); // the next call loads it anew
    return faces;
  };
}

/** A stylesheet that is no part of the first view, once it is there. @param {string} href @returns {Promise<void>} */
export function styled(href) {
  return new Promise((resolve) => {
    const link = document.createElement("link");
    for (const event of ["load", "error"]) link.addEventListener(event, () => resolve());
    document.head.append(Object.assign(link, { rel: "stylesheet", href }));
  });
}
