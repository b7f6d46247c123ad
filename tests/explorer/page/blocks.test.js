import assert from "node:assert/strict";
import test from "node:test";

import { blocksOf } from "../../../vggviz/explorer/page/state/blocks.js";
import { manifest } from "./vgg16.js";

test("VGG16 has its five blocks, and each layer its name within the block", () => {
  const blocks = blocksOf(manifest.layers);
  assert.deepEqual(blocks.map(({ name }) => name), ["block1", "block2", "block3", "block4", "block5"]);
  assert.deepEqual(blocks[2].layers.map(({ label }) => label), ["conv1", "conv2", "conv3", "pool"]);
  assert.equal(blocks.flatMap(({ layers }) => layers).length, 18);
});

test("layers of other names are in blocks by the size of their maps", () => {
  const layer = (name, rows, kind = "convolution") => ({ name, rows, kind });
  const layers = [layer("stem", 32), layer("a", 16), layer("b", 16), layer("max", 8, "pooling"), layer("c", 8)];
  const blocks = blocksOf(layers);
  assert.deepEqual(blocks.map((block) => block.layers.map(({ label }) => label)), [["stem"], ["a", "b", "max"], ["c"]]);
  assert.deepEqual(blocks.map(({ name }) => name), ["part 1", "part 2", "part 3"]);
});
