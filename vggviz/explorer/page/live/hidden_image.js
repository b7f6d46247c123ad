// Images that are not offered as pictures: what a picture becomes when channels are off, or when it is painted on.

import { imageNamed } from "../state/manifest.js";

/**
 * @import { Data } from "../state/data.js"
 * @import { Manifest, Provider } from "../state/types.js"
 */

/**
 * Put an image into the manifest and into the data, in the place of one of the same name.
 * @param {{manifest: Manifest, data: Data}} tools
 * @param {{id: string, picture: string, provider: Provider, words?: string}} image `picture`, what it was made of; `words`
 *   say how
 */
export function addHidden({ manifest, data }, { id, picture, provider, words = "" }) {
  const { pictures } = manifest;
  const { title, rows, columns } = imageNamed(manifest, picture);
  /** @type {Record<string, number>} */
  const maximum = {};
  const image = { id, title: title + words, rows, columns, maximum, hidden: true };
  const place = pictures.findIndex((each) => each.id === id);
  pictures.splice(place < 0 ? pictures.length : place, 1, image);
  data.add(id, {
    ...provider,
    statistics: async (layer) => {
      const found = await provider.statistics(layer);
      maximum[layer] = Math.max(...found.maximum);
      return found;
    },
  });
}
