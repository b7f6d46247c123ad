// Why the first class is ahead of the second: the channels that speak most for it, each with a switch.

import { differences, reasons, turning } from "../answer/reasons.js";
import { counted } from "../arithmetic/number_format.js";
import { signed, whyText } from "./answer_words.js";
import { button, element, keepingFocus } from "./elements.js";

/**
 * @import { Finding } from "../answer/finding.js"
 * @import { Reason } from "../answer/reasons.js"
 * @import { Dispatch, Off } from "../state/types.js"
 */

/** @param {Dispatch} dispatch */
export function createWhy(dispatch) {
  const title = element("p", {});
  const list = element("ul", { class: "reasons" });
  const sum = element("p", { class: "quiet" });
  const turn = button({ class: "turn" });
  const root = element("div", { class: "why", hidden: true }, title, list, sum, turn);
  return {
    element: root,
    hide: () => void (root.hidden = true),
    /** @type {(finding: Finding, off: Off) => void} */
    show(finding, off) {
      const { classifier, before, means } = finding;
      const [first, second] = before.order;
      root.hidden = second === undefined;
      if (root.hidden) return;
      const listed = reasons(means, classifier, { first, second });
      const whole = before === finding.now ? "What" : "With all channels on, what";
      title.textContent = `${whole} speaks most for ${classifier.labels[first]} against ${classifier.labels[second]}:`;
      fill(list, listed, finding, dispatch);
      sum.textContent = whyText(partsOf(finding, listed));
      offer(turn, finding, off, dispatch);
    },
  };
}

/** The layer whose channels are switched. @param {Finding} finding */
const layerOf = ({ classifier }) => classifier.off[classifier.off.length - 1];

/** @type {(finding: Finding, listed: Reason[]) => Parameters<typeof whyText>[0]} */
function partsOf({ classifier, before, means }, listed) {
  const [first, second] = before.order;
  const sum = differences(means, classifier, { first, second }).reduce((total, share) => total + share, 0);
  const ofListed = listed.reduce((total, { share }) => total + share, 0);
  return {
    listed: ofListed,
    others: sum - ofListed,
    bias: classifier.bias[first] - classifier.bias[second],
    count: listed.length,
  };
}

/** @type {(list: HTMLElement, listed: Reason[], finding: Finding, dispatch: Dispatch) => void} */
function fill(list, listed, finding, dispatch) {
  const largest = listed[0]?.share ?? 1;
  keepingFocus(list, () => list.replaceChildren(...listed.map((reason) => row(reason, largest, finding, dispatch))));
}

/** @type {(reason: Reason, largest: number, finding: Finding, dispatch: Dispatch) => HTMLElement} */
function row({ channel, share }, largest, finding, dispatch) {
  const layer = layerOf(finding);
  const isOn = !finding.silenced.includes(channel);
  const bar = element("span", { class: "score-bar", "aria-hidden": "true" }, element("span", { class: "now" }));
  /** @type {HTMLElement} */ (bar.firstChild).style.width = `${(100 * share) / largest}%`;
  const go = button({
    class: "channel-name", "data-key": `go-${channel}`, title: `Show channel ${channel} of ${layer}`,
    onclick: () => dispatch({ type: "go", value: { layer, channel } }),
  }, String(channel));
  const toggle = button({
    class: "switch", role: "switch", "aria-checked": String(isOn), "aria-label": `Channel ${channel}`,
    "data-key": `switch-${channel}`, onclick: () => dispatch({ type: "switch", layer, channel }),
  }, isOn ? "on" : "off");
  return element("li", { class: isOn ? "" : "is-off" }, toggle, go, bar, element("span", { class: "score" }, signed(share)));
}

/** The fewest channels without which the answer is another one. @type {(turn: HTMLElement, finding: Finding, off: Off, dispatch: Dispatch) => void} */
function offer(turn, finding, off, dispatch) {
  const channels = turning(finding.means, finding.classifier);
  turn.hidden = channels === null || finding.silenced.length > 0;
  if (!channels) return;
  turn.textContent = `Switch off ${counted(channels.length, "channel")}: another answer`;
  turn.title = `${layerOf(finding)}: ${channels.join(", ")}`;
  turn.onclick = () => dispatch({ type: "off", value: { ...off, [layerOf(finding)]: channels } });
}
