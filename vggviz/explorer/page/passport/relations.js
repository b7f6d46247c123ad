// Where a channel goes, which others are like it, and what is lost without it.

import { counted, hundredths } from "../arithmetic/number_format.js";
import { shareOf } from "../state/atlas.js";
import { element } from "../views/elements.js";
import { facesOf } from "./face.js";
import { quiet } from "./pictures.js";
import { effect, leadText, nearly, signedPercent } from "./words.js";

/**
 * @import { Other } from "./face.js"
 * @import { Context, Section } from "./panel.js"
 */

/**
 * Other channels with a share of each, none where there are less.
 * @type {(context: Context, names: {of: string, shares: string, layer: string}) => {layer: string, channel: number, share: number}[]}
 */
export function related({ known }, { of, shares, layer }) {
  const values = known(shares) ?? [];
  return Array.from(known(of) ?? [], (channel, i) => ({ layer, channel, share: shareOf(values[i]) })).filter(({ channel }) => channel >= 0);
}

/** @type {(found: {layer: string, channel: number, share: number}[]) => Other[]} with what they do */
export const withEffect = (found) =>
  found.map(({ share, ...other }) => ({ ...other, words: signedPercent(share), told: effect(share) }));

/** @type {Section} */
export const RELATIVES = {
  title: "Its relatives",
  name: "relatives",
  isKnown: ({ known }) => known("alike_by_response") !== null || known("alike_by_kernel") !== null,
  fill: (context) => [
    ...relatives(context, "alike_by_response", "By what they answer to on the photographs (cosine of the maps: 1 is alike, 0 is unrelated)"),
    ...relatives(context, "alike_by_kernel", "By their kernels (cosine of the weights)"),
  ],
};

/** @type {(context: Context, name: string, words: string) => Node[]} */
function relatives(context, name, words) {
  if (!context.known(name)) return [];
  const found = related(context, { of: name, shares: `${name}_cosine`, layer: context.layer.name });
  if (!found.length) return [quiet(`${words}: none, as it is silent.`)];
  const others = found.map(({ share, ...other }) => ({ ...other, words: hundredths(share), told: "" }));
  return [element("p", {}, `${words}:`), facesOf(others, context.tools)];
}

/** @type {Section} */
export const OUTPUTS = {
  title: "Where it goes",
  name: "where it goes",
  isKnown: ({ known }) => known("outputs") !== null || known("class_outputs") !== null,
  fill: (context) => [...nextChannels(context), ...classes(context)],
};

/** @type {(context: Context) => Node[]} */
function nextChannels(context) {
  const { layer, about, known, tools } = context;
  const feeds = about?.layers[layer.name].feeds;
  if (!feeds || !known("outputs")) return [];
  const found = related(context, { of: "outputs", shares: "output_shares", layer: feeds });
  const words = `The channels of ${feeds} in whose kernels it has the largest share; + excites, − inhibits:`;
  return [element("p", {}, words), facesOf(withEffect(found), tools)];
}

/** @type {(context: Context) => Node[]} */
function classes({ about, known }) {
  const shares = known("class_shares");
  const found = Array.from(known("class_outputs") ?? [], (index, i) => ({ name: about?.labels[index], share: shares?.[i] ?? 0 }));
  const named = found.filter(({ name }) => name);
  if (!named.length) return [];
  /** @type {(sign: number) => string} */
  const list = (sign) => named.filter(({ share }) => share * sign > 0).map(({ name }) => name).join(", ") || "none of the strongest";
  return [element("p", {}, `In the answer it speaks for: ${list(1)}.`), element("p", {}, `Against: ${list(-1)}.`)];
}

/** @type {Section} */
export const WITHOUT = {
  title: "Without it",
  name: "what is lost without it",
  isKnown: ({ known }) => known("loss_next") !== null || known("loss_answer") !== null,
  fill: ({ layer, known, about }) => {
    const pictures = counted(about?.pictures.length ?? 0, "picture");
    const { feeds, exact } = about?.layers[layer.name] ?? {};
    const [next, answer] = [known("loss_next")?.[0] ?? NaN, known("loss_answer")?.[0] ?? NaN];
    const words = [];
    if (!Number.isNaN(next)) words.push(`The maps of ${feeds ?? "the layer behind"} change by ${nearly(next)} of their size.`);
    if (!Number.isNaN(answer)) words.push(leadText(answer, Boolean(exact)));
    const foot = `Means over ${pictures}, each with the channel switched off. The switch above does it on the picture that is shown.`;
    return words.length ? [...words.map((each) => element("p", {}, each)), quiet(foot)] : [quiet("Nothing is known of it.")];
  },
};
