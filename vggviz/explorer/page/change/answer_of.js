// The answer of the picture that is shown, as the panel's head has it.

import { finding } from "../answer/finding.js";

/**
 * @import { Finding } from "../answer/finding.js"
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Data } from "../state/data.js"
 * @import { State } from "../state/types.js"
 * @typedef {{data: Data, classifier: GiveClassifier, sources: {idOf: (state: State, layer: string) => string}}} Tools
 */

/**
 * @param {Tools} tools
 * @param {State} state
 * @returns {Promise<Finding | null>} null for a network whose answer is not known
 */
export async function answerOf({ data, classifier, sources }, state) {
  const found = await classifier();
  if (!found) return null;
  const id = sources.idOf({ ...state, shows: "now" }, found.layer);
  const [before, now] = await Promise.all([state.picture, id].map((each) => data.statistics(each, found.layer)));
  return finding(found, before.mean, state.off, id === state.picture ? null : now.mean);
}
