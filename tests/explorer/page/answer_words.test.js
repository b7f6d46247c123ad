import assert from "node:assert/strict";
import test from "node:test";

import { barsText, shares } from "../../../vggviz/explorer/page/views/answer_bars.js";
import { finding } from "../../../vggviz/explorer/page/answer/finding.js";
import {
  classifierText, leadText, limitText, percent, shortText, signed, spokenText, whereAlternative, whereText, whyText,
} from "../../../vggviz/explorer/page/views/answer_words.js";

const classifier = {
  layer: "pool", off: ["pool", "conv"], calibrated: true,
  ids: ["tabby", "Egyptian-cat", "reel"], labels: ["tabby", "Egyptian cat", "reel"],
  kernel: Float32Array.of(4, 0, 3, 1, 0, 0), bias: [0.5, 1, 0],
};
const all = finding(classifier, [2, 3], {});
const less = finding(classifier, [2, 3], { conv: [1], other: [0] });

test("shares are never 0 or 100 %", () => {
  assert.deepEqual([0, 0.0004, 0.023, 0.11, 0.889, 0.994, 0.9999, 1].map(percent), [
    "< 0.1 %", "< 0.1 %", "2.3 %", "11 %", "89 %", "99.4 %", "> 99.9 %", "> 99.9 %",
  ]);
});

test("the answer in words, before and after channels were switched off", () => {
  assert.equal(shortText(classifier, all.now), "Egyptian cat 82 %, tabby 18 %");
  assert.equal(shortText({ ...classifier, calibrated: false }, all.now, 1), "Egyptian cat 10.0");
  assert.equal(leadText(classifier, all.now), "1.5 in score ahead of tabby");
  assert.equal(spokenText(all), "The answer: Egyptian cat, score 10.0, 82 %.");
  assert.equal(spokenText(all, "stale"), "The answer is not computed yet; before: Egyptian cat, score 10.0, 82 %.");
  assert.equal(spokenText(all, "before"), "The answer before: Egyptian cat, score 10.0, 82 %.");
  assert.deepEqual(less.silenced, [1]);
  assert.equal(
    spokenText(less),
    "The answer: tabby, score 8.5, 82 %. Before: Egyptian cat, score 10.0.",
  );
  assert.equal(limitText(3), "One of 3 things; if yours is not among them, it must be wrong.");
  const trained = { on: "Tiny ImageNet", pictures: 60000, tested: 5000, right: 0.6352 };
  assert.match(limitText(3, trained), /must be wrong\. The classifier is not VGG16’s own.* Tiny ImageNet: right for 64 % /);
  const entry = { layer: "pool", classes: 3, calibrated: true, off: [], bytes: 1 };
  assert.match(classifierText({ ...entry, trained }), /not VGG16’s own.* of pool\. .* 60,000 pictures of the 3 classes .* 64 % of 5,000 others/);
  assert.equal(classifierText({ ...entry, trained: null }) + classifierText(null), "");
  const plain = { ...all, classifier: { ...classifier, calibrated: false } };
  assert.equal(spokenText(plain), "The answer: Egyptian cat, score 10.0.");
});

test("what the network computed with channels of deeper layers off is the answer now", () => {
  const gated = finding(classifier, [2, 3], { other: [0] }, [1, 0]);
  assert.deepEqual([...gated.now.scores], [4.5, 4, 0]);
  assert.deepEqual([...gated.before.scores], [...all.before.scores]);
});

test("the sum of the cells in words is that of the numbers", () => {
  const cells = Float64Array.of(5, -1, 3, 2);
  assert.equal(
    whereText(all, 1, { cells, limit: 5 }),
    "The 4 cells add up to 9.0; with the bias, 1.0, that is Egyptian cat’s score, 10.0. Red speaks for it, blue against it; " +
      "full colour is 5.00.",
  );
  assert.equal(
    whereAlternative(all, 1, cells, 2),
    "Where Egyptian cat is seen, 2 by 2 cells. Most for it, row 0, column 0: +5.0. Most against it, row 0, column 1: −1.0.",
  );
  assert.match(whereAlternative(all, 1, Float64Array.of(1, 2), 2), /No cell speaks against it\.$/);
  assert.equal(
    whyText({ listed: 3, others: -2, bias: 0.5, count: 1 }),
    "This channel gives 3.0 of the lead, all others −2.0, the biases 0.5: 1.5.",
  );
  assert.deepEqual([signed(1.44), signed(-0.04), signed(-2)], ["+1.4", "+0.0", "−2.0"]);
});

test("a bar is as long as the answer is sure where that is calibrated, else as its score beside the highest", () => {
  const before = { scores: [8, 4], probabilities: [0.9, 0.1], order: [0, 1] };
  const now = { scores: [3, 6], probabilities: [0.2, 0.8], order: [1, 0] };
  const of = (calibrated, k, then = before) => shares({ classifier: { calibrated }, before: then, now }, k);
  assert.deepEqual(of(true, 0), { now: 0.2, before: 0.9 });
  assert.deepEqual(of(true, 1, now), { now: 0.8, before: null });
  assert.deepEqual(of(false, 0), { now: 3 / 8, before: 1 });
  assert.deepEqual(of(false, 1, now), { now: 1, before: null });
  assert.match(barsText(true), /100 %/);
  assert.match(barsText(false), /highest score/);
});
