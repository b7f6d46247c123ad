// What a reader asks for: a layer, a channel's number, a family of channels, or a class of photographs.

/**
 * @import { Layer } from "../state/types.js"
 * @typedef {{layers: string[], channel: number | null, family: number | null, words: string[]}} Query   `layers`, where to look;
 *   `family`, its index; `words`, what is left, that classes are looked up by
 * @typedef {{layer: string, channel: number, strength: number, words: string, unit?: string}} Found   `words`, why; `unit`,
 *   what the number in them is
 * @typedef {Pick<Layer, "name" | "channels">} Named
 */

/** They say nothing of what is asked for. */
const FILLERS = new Set(["in", "of", "the", "channel", "channels", "layer", "which", "like", "likes", "for", "a", "family"]);

/**
 * Read a question, such as "block3_conv3 84", "curves in block3" or "which channels like cats".
 * @param {string} text
 * @param {{layers: Named[], families: string[]}} known
 * @returns {Query}
 */
export function parsed(text, { layers, families }) {
  const { family, rest } = withoutFamily(text.toLowerCase().replace(/[/,?!.:]/g, " "), families);
  /** @type {Query} */
  const query = { layers: [], channel: null, family, words: [] };
  for (const word of rest.split(/\s+/).filter((each) => each && !FILLERS.has(each))) {
    const named = layersNamed(word, layers);
    if (named.length) query.layers.push(...named);
    else if (/^#?\d+$/.test(word)) query.channel = Number(word.replace("#", ""));
    else query.words.push(...wordsOf(word));
  }
  if (!query.layers.length) query.layers = layers.map(({ name }) => name);
  return query;
}

/** The longest name of a family in a text, and what else the text says. @type {(text: string, families: string[]) => {family: number | null, rest: string}} */
function withoutFamily(text, families) {
  const words = text.split(/\s+/).map(plain);
  const sorted = families.map((name, i) => ({ i, parts: name.toLowerCase().split(/\s+/).map(plain) })).sort((a, b) => b.parts.length - a.parts.length);
  for (const { i, parts } of sorted) {
    const at = words.findIndex((_, start) => parts.every((part, k) => words[start + k] === part));
    if (at >= 0) return { family: i, rest: text.split(/\s+/).filter((_, k) => k < at || k >= at + parts.length).join(" ") };
  }
  return { family: null, rest: text };
}

/** Plural or not, British or American. @param {string} word */
const plain = (word) => singular(word).replace("color", "colour");

/** The words of a question or of a name that tell what is meant. @param {string} text */
const wordsOf = (text) => text.toLowerCase().split(/[\s,'’-]+/).filter((word) => word && !FILLERS.has(word)).map(singular);

/** @param {string} word */
export function singular(word) {
  if (/(ss|us|is)$/.test(word) || word.length < 4) return word;
  if (/(x|sh|ch)es$/.test(word)) return word.slice(0, -2);
  return word.replace(/s$/, "");
}

/** The layers of that name, or of a block of that name. @type {(word: string, layers: Named[]) => string[]} */
function layersNamed(word, layers) {
  const names = layers.map(({ name }) => name);
  const exact = names.filter((name) => name.toLowerCase() === word);
  if (exact.length) return exact;
  const short = word.match(/^b(\d+)(?:c(\d+))?$/); // "b3c2"
  if (short) return layersNamed(`block${short[1]}${short[2] ? `_conv${short[2]}` : ""}`, layers);
  return word.length > 2 && /[a-z]/.test(word) ? names.filter((name) => name.toLowerCase().startsWith(`${word}_`)) : [];
}

/** Channels of a number. @type {(query: Query, layers: Named[]) => Found[]} */
export function byNumber({ channel, layers: names }, layers) {
  if (channel === null) return [];
  return layers.filter(({ name, channels }) => names.includes(name) && channel < channels)
    .map(({ name, channels }) => ({ layer: name, channel, strength: 0, words: `of ${channels}` }));
}

/**
 * Channels of a family.
 * @type {(query: Query, families: Record<string, number[] | null | undefined>, name: string) => Found[]}
 */
export function byFamily({ family, layers }, families, name) {
  return layers.flatMap((layer) => Array.from(families[layer] ?? [], (own, channel) => ({ own, channel }))
    .filter(({ own }) => own === family)
    .map(({ channel }) => ({ layer, channel, strength: 0, words: name })));
}

const UNIT = "The number: how much more a channel answers to the class than to others, in standard deviations.";

/**
 * Channels that prefer the classes whose names hold all the words, or that are the same or a kind of it, strongest first.
 * @type {(query: Query, preferred: Record<string, [string, number][][] | null | undefined>, others?: Record<string, string[]>) => Found[]}
 *   `others`, of a class: WordNet's synonyms, and what it is a kind of
 */
export function byClass({ words, layers }, preferred, others = {}) {
  const names = new Set(layers.flatMap((layer) => (preferred[layer] ?? []).flat().map(([name]) => name)));
  const fitting = new Set([...names].filter((name) => fits(name, words) || (others[name] ?? []).some((other) => isCalled(other, words))));
  const found = layers.flatMap((layer) => (preferred[layer] ?? []).flatMap((classes, channel) => {
    const fit = classes.find(([name]) => fitting.has(name));
    return fit ? [{ layer, channel, strength: fit[1], words: `${fit[0]} ${fit[1].toFixed(1)}`, unit: UNIT }] : [];
  }));
  return found.sort((one, other) => other.strength - one.strength);
}

/** The whole of it: a "house cat" is no house, and a "bear cat" no cat. @type {(name: string, words: string[]) => boolean} */
const isCalled = (name, words) => words.join(" ") === wordsOf(name).join(" ");

const NEAREST = 5;
/** The share of letters that may be wrong. */
const WRONG = 0.4;

/**
 * The names that are written most like what is asked for, or that have a word which is.
 * @param {string[]} words of a question
 * @param {string[]} names
 * @returns {string[]} nearest first; none if all are written otherwise
 */
export function nearest(words, names) {
  const wanted = words.join(" ");
  /** @param {string[]} parts */
  const distance = (parts) => Math.min(...[parts.join(" "), ...parts].map((part) => editDistance(wanted, part)));
  return names.map((name) => ({ name, far: distance(wordsOf(name)) }))
    .filter(({ far }) => far <= WRONG * wanted.length)
    .sort((one, other) => one.far - other.far)
    .slice(0, NEAREST)
    .map(({ name }) => name);
}

/** Letters that are put in, left out or exchanged (Levenshtein, 1966). @type {(one: string, other: string) => number} */
function editDistance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let k = 1; k <= other.length; k++) {
      next.push(Math.min(row[k] + 1, next[k - 1] + 1, row[k - 1] + Number(one[i - 1] !== other[k - 1])));
    }
    row = next;
  }
  return row[other.length];
}

/** Whole words count, and from four letters on their beginnings. @type {(name: string, words: string[]) => boolean} */
function fits(name, words) {
  const parts = wordsOf(name);
  return words.length > 0 && words.every((word) => parts.some((part) => part === word || (word.length > 3 && part.startsWith(word))));
}
