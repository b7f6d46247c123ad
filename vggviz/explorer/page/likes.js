// What a channel likes best: parts of pictures that excite it, and what was drawn for it.

import { copy, element } from "./elements.js";
import { createLru } from "./lru.js";
import { formatted } from "./numbers.js";

const PICTURES = 16;

/**
 * @param {HTMLElement} root
 * @param {{manifest: object, files: object, failed: (problem: Error) => void}} tools
 */
export function createLikes(root, { manifest, files, failed }) {
  const list = element("div", { class: "liked" });
  root.replaceChildren(element("h3", {}, "What this channel likes best"), list);
  const images = createLru(PICTURES);
  const image = (path) => images.get(path, () => files.image(path));
  let shown = null;

  return ({ layer, channel }) => {
    const key = `${layer.name}/${channel}`;
    root.hidden = !layer.examples && !layer.drawings;
    if (root.hidden || key === shown) return;
    shown = key;
    gather(layer, channel, manifest, { ...files, image }).then(
      (figures) => shown === key && list.replaceChildren(...figures),
      (problem) => {
        shown = null;
        failed(problem);
      },
    );
  };
}

/** @returns {Promise<Node[]>} */
async function gather(layer, channel, manifest, files) {
  const figures = [];
  if (layer.drawings) {
    const sheet = await files.image(`drawings/${layer.name}.png`);
    const { columns, tile } = layer.drawings;
    const [top, left] = [Math.floor(channel / columns) * tile[0], (channel % columns) * tile[1]];
    figures.push(liked(sheet, [top, left, top + tile[0], left + tile[1]], "drawn for this channel", "drawn"));
  }
  if (layer.examples) {
    const found = (await files.json(`examples/${layer.name}.json`))[channel];
    const examples = found.filter(([, value]) => layer.signed || value > 0); // at zero nothing is liked
    const bitmaps = await Promise.all(examples.map(([id]) => files.image(`examples/${id}.png`)));
    examples.forEach(([id, value, ...box], place) => {
      const title = manifest.examples.titles[id];
      const words = `part of ${title}, rows ${box[0]} to ${box[2] - 1}, columns ${box[1]} to ${box[3] - 1}`;
      figures.push(liked(bitmaps[place], box, words, `${title}: ${formatted(value)}`));
    });
    if (!examples.length) figures.push(element("p", { class: "quiet" }, "It is zero for every picture that was searched."));
  }
  return figures;
}

/** @type {(bitmap: ImageBitmap, box: number[], words: string, caption: string) => HTMLElement} */
function liked(bitmap, box, words, caption) {
  const canvas = element("canvas", { role: "img", "aria-label": words });
  copy(canvas, bitmap, box);
  return element("figure", {}, canvas, element("figcaption", {}, caption));
}
