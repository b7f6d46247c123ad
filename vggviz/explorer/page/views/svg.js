// A view as the text of an SVG file; it uses nothing of the page.

import { ticks } from "../arithmetic/colours.js";

const SIDE = 300;
const GAP = 16;

const WIDTH = 2 * SIDE + 3 * GAP;
const TOP = 44;
/** Of the caption under each row, and of a line of text. */
const [CAPTION, LINE] = [30, 16];

/**
 * @import { Box } from "../state/types.js"
 * @typedef {{title: string, photograph: string, map: string, box: Box | null,
 *   image: {rows: number, columns: number}}} Row   images as data: addresses; `box` in the image's pixels
 * @typedef {{rows: Row[], bar: string, limit: number, signed: boolean, title: string, words: string,
 *   provenance: string}} SavedView
 */

/**
 * @param {SavedView} view
 * @returns {string}
 */
export function svg(view) {
  const { rows, title, words, provenance } = view;
  const heights = rows.map(({ image }) => (SIDE * image.rows) / image.columns);
  const tops = heights.map((_, i) => TOP + sum(heights.slice(0, i)) + CAPTION * i);
  const end = TOP + sum(heights) + CAPTION * heights.length;
  const lines = [...wrapped(words, 90), ...wrapped(provenance, 90)];
  const height = end + 56 + LINE * lines.length;
  const panels = rows.map((row, i) => panel(row, tops[i], heights[i])).join("");
  const foot = lines.map((line, i) => `<text x="${GAP}" y="${end + 52 + LINE * i}">${escaped(line)}</text>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
    `font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(`${title}. ${words}`)}">` +
    `<title>${escaped(title)}</title><desc>${escaped(`${words} ${provenance}`)}</desc>` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    `<text x="${GAP}" y="26" font-size="16">${escaped(title)}</text>${panels}${colourbar(view, end)}${foot.join("")}</svg>`
  );
}

/** @type {(view: SavedView, top: number) => string} */
function colourbar({ bar, limit, signed }, top) {
  const width = 2 * SIDE + GAP;
  const marks = ticks(limit, signed).map(({ at, text }) => {
    const anchor = at === 0 ? "start" : at === 1 ? "end" : "middle";
    return `<text x="${GAP + at * width}" y="${top + 30}" text-anchor="${anchor}">${escaped(text)}</text>`;
  });
  const image = `<image href="${bar}" x="${GAP}" y="${top}" width="${width}" height="14" preserveAspectRatio="none"/>`;
  return image + marks.join("");
}

/** @type {(row: Row, top: number, height: number) => string} */
function panel({ title, photograph, map, box, image }, top, height) {
  /** @type {(href: string, x: number, extra?: string) => string} */
  const drawn = (href, x, extra = "") =>
    `<image href="${href}" x="${x}" y="${top}" width="${SIDE}" height="${height}" preserveAspectRatio="none"${extra}/>`;
  return (
    drawn(photograph, GAP) +
    drawn(map, 2 * GAP + SIDE, ' style="image-rendering:pixelated"') +
    (box ? frame(box, top, SIDE / image.columns) : "") +
    `<text x="${GAP}" y="${top + height + 16}">${escaped(title)}</text>`
  );
}

/** What the cell sees, on the photograph. @type {(box: Box, top: number, share: number) => string} */
function frame(box, top, share) {
  const [height, width] = [(box[2] - box[0]) * share, (box[3] - box[1]) * share];
  return (
    `<rect x="${GAP + box[1] * share}" y="${top + box[0] * share}" width="${width}" ` +
    `height="${height}" fill="none" stroke="#ff3ea5" stroke-width="2"/>`
  );
}

/** @type {(text: string, length: number) => string[]} */
function wrapped(text, length) {
  return text.match(new RegExp(`.{1,${length}}(\\s|$)|\\S{${length}}`, "g"))?.map((line) => line.trim()) ?? [];
}

/** @type {(text: string) => string} */
function escaped(text) {
  /** @type {Record<string, string>} */
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}

/** @type {(numbers: number[]) => number} */
const sum = (numbers) => numbers.reduce((whole, part) => whole + part, 0);
