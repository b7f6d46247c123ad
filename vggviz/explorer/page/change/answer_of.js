// The answer of the picture that is shown, as the panel's head has it.

import { finding } from "../answer/finding.js";
import { meansOf } from "../state/means.js";

/**
 * @import { Finding } from "../answer/finding.js"
 * @import { GiveClassifier } from "../state/classifier.js"
 * @import { Data } from "../state/data.js"
 * @import { Sources } from "../state/explorer.js"
 * @import { State } from "../state/types.js"
 * @typedef {{data: Data, classifier: GiveClassifier, sources: Pick<Sources, "idOf">}} Tools
 */

/**
 * @param {Tools} tools
 * @param {State} state
 * @returns {Promise<Finding | null>} null for a network whose answer is not known
 */
export async function answerOf(tools, state) {
  const found = await tools.classifier();
  if (!found) return null;
  const { means, gated } = await meansOf(tools, state, found.layer);
  return finding(found, means, state.off, gated);
}
