// A view as the text of an SVG file. Nothing of it is asked of the page.

import { ticks } from "./colour.js";

const SIDE = 300;
const GAP = 16;

/**
 * @param {{rows: {title: string, photograph: string, map: string, box: ?number[], picture: {rows: number,
 *   columns: number}}[], bar: string, limit: number, signed: boolean, title: string, words: string,
 *   provenance: string}} view pictures as data: addresses; `box` in the picture's pixels
 * @returns {string}
 */
export function svg({ rows, bar, limit, signed, title, words, provenance }) {
  const width = 2 * SIDE + 3 * GAP;
  const heights = rows.map(({ picture }) => (SIDE * picture.rows) / picture.columns);
  const tops = heights.map((_, place) => 44 + sum(heights.slice(0, place)) + 30 * place);
  const end = 44 + sum(heights) + 30 * heights.length;
  const lines = [...wrapped(words, 90), ...wrapped(provenance, 90)];
  const height = end + 56 + 16 * lines.length;
  const panels = rows.map((row, place) => panel(row, tops[place], heights[place])).join("");
  const marks = ticks(limit, signed).map(({ at, text }) => {
    const anchor = at === 0 ? "start" : at === 1 ? "end" : "middle";
    return `<text x="${GAP + at * (2 * SIDE + GAP)}" y="${end + 30}" text-anchor="${anchor}">${escaped(text)}</text>`;
  });
  const foot = lines.map((line, place) => `<text x="${GAP}" y="${end + 52 + 16 * place}">${escaped(line)}</text>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(`${title}. ${words}`)}">` +
    `<title>${escaped(title)}</title><desc>${escaped(`${words} ${provenance}`)}</desc>` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    `<text x="${GAP}" y="26" font-size="16">${escaped(title)}</text>${panels}` +
    `<image href="${bar}" x="${GAP}" y="${end}" width="${2 * SIDE + GAP}" height="14" preserveAspectRatio="none"/>` +
    `${marks.join("")}${foot.join("")}</svg>`
  );
}

/** @returns {string} */
function panel({ title, photograph, map, box, picture }, top, height) {
  const right = 2 * GAP + SIDE;
  const image = (href, x, extra = "") =>
    `<image href="${href}" x="${x}" y="${top}" width="${SIDE}" height="${height}" preserveAspectRatio="none"${extra}/>`;
  const share = SIDE / picture.columns;
  const seen = box
    ? `<rect x="${GAP + box[1] * share}" y="${top + box[0] * share}" width="${(box[3] - box[1]) * share}" ` +
      `height="${(box[2] - box[0]) * share}" fill="none" stroke="#ff3ea5" stroke-width="2"/>`
    : "";
  return (
    image(photograph, GAP) +
    image(map, right, ' style="image-rendering:pixelated"') +
    `${seen}<text x="${GAP}" y="${top + height + 16}">${escaped(title)}</text>`
  );
}

/** @type {(text: string, length: number) => string[]} */
function wrapped(text, length) {
  return text.match(new RegExp(`.{1,${length}}(\\s|$)|\\S{${length}}`, "g"))?.map((line) => line.trim()) ?? [];
}

/** @type {(text: string) => string} */
function escaped(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}

/** @type {(numbers: number[]) => number} */
const sum = (numbers) => numbers.reduce((whole, part) => whole + part, 0);
