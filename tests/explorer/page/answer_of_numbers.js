// The page's answer on files that Python saved: run by test_answer.py, which names the folder and the library's scores.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { gunzipSync } from "node:zlib";

import { classActivation } from "../../../vggviz/explorer/page/answer/class_activation.js";
import { classifier, silenced, without } from "../../../vggviz/explorer/page/answer/classifier.js";
import { differences, reasons, turning } from "../../../vggviz/explorer/page/answer/reasons.js";
import { answer, lead } from "../../../vggviz/explorer/page/answer/scores.js";
import { planes } from "../../../vggviz/explorer/page/arithmetic/planes.js";

const { FOLDER, EXPECTED } = process.env;
const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const unpacked = (path) => Uint8Array.from(gunzipSync(readFileSync(join(FOLDER, path)))).buffer;
const manifest = json(join(FOLDER, "manifest.json"));
const layer = manifest.layers.find(({ name }) => name === manifest.answer.layer);
const known = classifier(
  manifest.answer, unpacked("classifier/kernel.gz"), json(join(FOLDER, "classifier/classes.json")), layer.channels,
);
const sum = (values) => Array.from(values).reduce((a, b) => a + b, 0);

for (const [picture, expected] of Object.entries(json(EXPECTED))) {
  const means = json(join(FOLDER, picture, `${layer.name}.json`)).mean;
  const maps = planes(unpacked(`${picture}/${layer.name}.maps.gz`), layer);
  const found = answer(means, known);
  const largest = Math.max(...expected.map(Math.abs));

  test(`${picture}: scores within 1 % of the largest, the first ten in the same order`, () => {
    expected.forEach((score, k) => assert.ok(Math.abs(found.scores[k] - score) <= 0.01 * largest));
    const order = expected.map((_, k) => k).sort((a, b) => expected[b] - expected[a]);
    assert.deepEqual(found.order.slice(0, 10), order.slice(0, 10));
    assert.ok(Math.abs(sum(found.probabilities) - 1) < 1e-9);
  });

  test(`${picture}: 49 cells and the bias are the score, also with channels off`, () => {
    for (const off of [{}, { block5_conv3: [183, 286], block5_pool: [5] }]) {
      const channels = silenced(known, off);
      const { scores } = answer(without(means, channels), known);
      for (const k of found.order.slice(0, 5)) {
        const cells = classActivation(maps, known, k, channels);
        assert.equal(cells.length, 49);
        assert.ok(Math.abs(sum(cells) + known.bias[k] - scores[k]) <= 1e-5 * largest);
      }
    }
  });

  test(`${picture}: what the channels add is the lead`, () => {
    const [first, second] = found.order;
    const parts = differences(means, known, { first, second });
    const ofBias = known.bias[first] - known.bias[second];
    assert.ok(Math.abs(sum(parts) + ofBias - lead(found)) <= 1e-9 * largest);
    const listed = reasons(means, known, { first, second });
    assert.equal(listed.length, 12);
    assert.equal(listed[0].share, Math.max(...parts));
  });

  test(`${picture}: a few channels off turn the answer, and one fewer does not`, () => {
    const off = turning(means, known);
    assert.ok(off);
    assert.notEqual(answer(without(means, off), known).order[0], found.order[0]);
    assert.equal(answer(without(means, off.slice(0, -1)), known).order[0], found.order[0]);
  });
}
