// A view as SVG or PNG with what it was computed from, the maps of a layer as .npy, and the view's address.

import { element } from "./elements.js";
import { npy } from "./npy.js";
import { svg } from "./picture_file.js";

/**
 * @param {HTMLElement} root
 * @param {{view: () => object, maps: () => Promise<object>, name: () => string, tell: (words: string) => void,
 *   failed: (problem: Error) => void}} tools `view` is what `svg` wants; `name`, of the files
 */
export function createSave(root, { view, maps, name, tell, failed }) {
  const button = (id, text, act) =>
    element("button", { type: "button", id, onclick: () => Promise.resolve().then(act).catch(failed) }, text);
  root.replaceChildren(
    button("save-png", "Save as PNG", async () => give(await png(svg(view())), `${name()}.png`)),
    button("save-svg", "Save as SVG", () => give(new Blob([svg(view())], { type: "image/svg+xml" }), `${name()}.svg`)),
    button("save-npy", "Maps as .npy", async () => give(new Blob([npy(await maps())]), `${name()}.npy`)),
    button("share", "Copy the address", async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        tell("The address of this view is copied.");
      } catch {
        tell(`The address of this view: ${location.href}`);
      }
    }),
  );
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
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
