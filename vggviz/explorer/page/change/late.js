// The tab "Change" before it is opened.

import { button, element } from "../views/elements.js";
import { LatePart } from "../views/late_part.js";

/** @import { Tools } from "./panel.js" */

/**
 * @param {{root: HTMLElement, offer: HTMLElement, spoken: HTMLElement}} elements `offer`, where a channel is told of
 * @param {Omit<Tools, "network" | "wasKept">} tools
 */
export function createLateChange({ root, offer, spoken }, tools) {
  const words = element("p", { class: "quiet" }, "Loading …");
  const late = new LatePart({
    isWanted: ({ state }) => state.view === "change",
    load: () => Promise.all([import("./panel.js"), import("../gradients/network.js"), tools.isKept()]),
    make: ([{ ChangePanel }, { GradientNetwork }, wasKept]) => {
      words.remove();
      return new ChangePanel({ root, spoken }, { ...tools, network: new GradientNetwork(tools), wasKept });
    },
    failed: ({ message }) => void (words.textContent = message),
  });
  const watch = async () => {
    const panel = await late.get();
    if (panel) await panel.watch();
    else await tools.dispatch({ type: "view", value: "change" }); // where it is told what is wrong
  };
  root.append(words);
  offer.append(button({ class: "watch", onclick: watch }, "Watch it being drawn"));
  offer.hidden = false;
  return late;
}
