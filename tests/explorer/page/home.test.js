import assert from "node:assert/strict";
import test from "node:test";

import { homeOf } from "../../../vggviz/explorer/page/views/home.js";

test("the way back is to a page of the same site, and none to the explorer itself", () => {
  const base = "https://example.org/explorers/vgg16/";
  assert.equal(homeOf("https://example.org/book/index.html", base), "https://example.org/book/index.html");
  assert.equal(homeOf("https://example.org/explorers/vgg16/index.html", base), null);
  assert.equal(homeOf("https://example.com/", base), null);
  assert.equal(homeOf("", base), null);
});
