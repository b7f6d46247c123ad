// A view as SVG or PNG with what it was computed from, the maps of a layer as .npy, and the view's address.

import { button, contextOf, element } from "./elements.js";
import { npy } from "./npy.js";
import { svg } from "./svg.js";

/**
 * @import { Planes } from "../state/types.js"
 * @import { SavedView } from "./svg.js"
 * @typedef {{view: () => SavedView, maps: () => Promise<Planes>, name: () => string, unshared: () => string[], announce: (words: string) => void,
 *   failed: (problem: Error) => void}} Tools   `name`, of the files without ending; `unshared`, what of
 *   the view no address can hold
 */

/**
 * @param {HTMLElement} root
 * @param {Tools} tools
 */
export function createSave(root, { view, maps, name, unshared, announce, failed }) {
  const asSvg = () => give(new Blob([svg(view())], { type: "image/svg+xml" }), `${name()}.svg`);
  const asPng = async () => give(await png(svg(view())), `${name()}.png`);
  const asNpy = async () => give(new Blob([npy(await maps())]), `${name()}.npy`);
  /**
   * It closes the panel, which would cover what is then said.
   * @type {(id: string, text: string, act: () => void | Promise<void>) => HTMLElement}
   */
  const actButton = (id, text, act) =>
    button({ id, onclick: () => (root.hidePopover?.(), Promise.resolve().then(act).catch(failed)) }, text);
  root.replaceChildren(
    actButton("share", "Copy the address of this view", () => share(unshared(), announce)),
    actButton("save-png", "Picture of this view (PNG)", asPng),
    actButton("save-svg", "Picture of this view (SVG)", asSvg),
    actButton("save-npy", "All maps of the layer (.npy, for NumPy)", asNpy),
  );
}

/** @type {(unshared: string[], announce: (words: string) => void) => Promise<void>} */
async function share(unshared, announce) {
  const without = unshared.length ? `, without ${unshared.join(" and ")}` : "";
  try {
    await navigator.clipboard.writeText(location.href);
    announce(`The address of this view is copied${without}.`);
  } catch {
    announce(`The address of this view${without}: ${location.href}`);
  }
}

/** @type {(file: Blob, name: string) => void} */
function give(file, name) {
  const address = URL.createObjectURL(file);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @type {(text: string) => Promise<Blob>} */
async function png(text) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = element("canvas", { width: 2 * image.width, height: 2 * image.height });
  const context = contextOf(canvas);
  context.imageSmoothingEnabled = false;
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  /** @type {Blob | null} */
  const file = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (file) return file;
  throw new Error("The view could not be saved as PNG; save it as SVG.");
}
