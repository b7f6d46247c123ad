// What a channel is tuned to: curves, each beside that of the same channel of a random network, and its family.

import { curveOf } from "../state/atlas.js";
import { button, element, svgElement } from "../views/elements.js";
import { hueColour, line, ring, SIDE } from "./curves.js";
import { quiet } from "./pictures.js";
import { contrastWords, curvatureWords, frequencyWords, hueWords, orientationWords, variation } from "./words.js";

/**
 * @import { About, Known } from "../state/atlas.js"
 * @import { Curves } from "./curves.js"
 * @import { Context, Section } from "./panel.js"
 * @typedef {{name: string, title: string, words: (known: Known) => string,
 *   draw: (curves: Curves, axis: number[]) => SVGElement[]}} Kind
 */

const LEGEND =
  "Solid: this channel, with its spread over the phases of the patterns; dashed: the same channel of a network with random " +
  "weights. Each curve is a share of its own largest.";

/** @type {(known: Known, name: string) => number} */
const numberOf = (known, name) => known(name)?.[0] ?? NaN;

/** Nothing is said of what is not known. @type {(value: number, words: (value: number) => string) => string} */
const told = (value, words) => (Number.isNaN(value) ? "" : words(value));

/** @type {(axis: number[], unit: string) => string[]} */
const ends = (axis, unit) => [axis[0], axis[axis.length - 1]].map((value) => `${Number(value.toPrecision(2))}${unit}`);

/** @type {Kind[]} */
const KINDS = [
  { name: "orientation", title: "Orientation", draw: ring, words: (known) => told(numberOf(known, "preferred_orientation"), orientationWords) },
  {
    name: "frequency", title: "Spatial frequency", words: (known) => told(numberOf(known, "preferred_frequency"), frequencyWords),
    draw: (curves, axis) => line(curves, axis.length ? [`${Math.round(1 / axis[0])} pixels`, `${Number((1 / axis[axis.length - 1]).toPrecision(2))}`] : []),
  },
  {
    name: "hue", title: "Hue", words: (known) => told(numberOf(known, "preferred_hue"), hueWords),
    draw: (curves, axis) => ring(curves, axis, hueColour),
  },
  {
    name: "contrast", title: "Contrast", words: (known) => told(numberOf(known, "contrast_half"), contrastWords),
    draw: (curves, axis) => line(curves, ends(axis, "")),
  },
  {
    name: "curvature", title: "Curves, by direction", draw: ring,
    words: (known) => {
      const radius = known("preferred_radius");
      return radius && !Number.isNaN(radius[0]) ? curvatureWords(radius[0], numberOf(known, "preferred_direction")) : "";
    },
  },
];

/** @type {Section} */
export const TUNING = {
  title: "What it is tuned to",
  name: "tuning curves",
  isKnown: ({ known }) => KINDS.some(({ name }) => known(name)),
  fill: (context) => {
    const { known, about } = context;
    const drawn = KINDS.filter(({ name }) => known(name)?.some((level) => level > 0));
    if (!drawn.length) return [quiet("It is zero for every pattern that was shown.")];
    const figures = drawn.map((kind) => figureOf(kind, known, /** @type {About} */ (about)));
    return [...familyWords(context), element("div", { class: "curves" }, ...figures), quiet(LEGEND)];
  },
};

/** @type {(kind: Kind, known: Known, about: About) => HTMLElement} */
function figureOf({ name, title, words, draw }, known, about) {
  const { curves, axis } = curvesOf(name, known, about);
  const sentence = `${words(known)} ${variation(curves.own, curves.control)}`.trim();
  const svg = svgElement("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": `${title}. ${sentence}` }, ...draw(curves, axis));
  return element("figure", {}, svg, element("figcaption", {}, element("b", {}, title), ` ${sentence}`));
}

/** Curves of radius and direction are shown at the radius of the largest. @type {(name: string, known: Known, about: About) => {curves: Curves, axis: number[]}} */
function curvesOf(name, known, about) {
  const found = about.axes[name] ?? [];
  const axes = /** @type {number[][]} */ (Array.isArray(found[0]) ? found : [found]);
  const axis = axes[axes.length - 1];
  /** @type {(each: string, at?: number) => number[] | null} */
  const part = (each, at) => {
    const all = known(each);
    if (!all) return null;
    const values = curveOf(all);
    const start = (at ?? Math.floor(values.indexOf(Math.max(...values)) / axis.length)) * axis.length;
    return values.slice(start, start + axis.length);
  };
  const levels = Array.from(known(name) ?? []);
  const best = Math.floor(levels.indexOf(Math.max(...levels)) / axis.length);
  const control = known(`${name}_random`)?.some((level) => level > 0) ? part(`${name}_random`) : null;
  return { curves: { own: part(name, best) ?? [], spread: part(`${name}_spread`, best), control }, axis };
}

/** @type {(context: Context) => Node[]} */
function familyWords({ layer, known, about, tools }) {
  const family = known("family");
  if (!family || !about) return [];
  const name = about.families[family[0]];
  const halves = Array.from(known("family_of_halves") ?? [], (half) => about.families[half]);
  const agree = halves.length === 2 ? ` ${agreement(halves, name)}` : "";
  const more = button({ onclick: () => tools.find(`${name} in ${layer.name}`) }, "Others of this family");
  return [element("p", {}, "Family: ", element("b", {}, name), `.${agree}`), more];
}

/** @type {(halves: string[], name: string) => string} */
export function agreement([first, second], name) {
  if (first === name && second === name) return "Both halves of the patterns say so.";
  if (first === second) return `Each half of the patterns by itself says ${first}.`;
  return `Not certain: one half of the patterns says ${first}, the other ${second}.`;
}
