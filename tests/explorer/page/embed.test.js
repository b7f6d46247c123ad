import assert from "node:assert/strict";
import test from "node:test";

import { embedded } from "../../../vggviz/explorer/page/views/embed.js";

test("an address says what a chapter shows beside the maps, and only that", () => {
  assert.equal(embedded("?embed=cell"), "cell");
  assert.equal(embedded("?embed=grid&x=1"), "grid");
  assert.equal(embedded("?embed=1"), "map");
  assert.equal(embedded(""), null);
  assert.equal(embedded("?embed="), null);
});
