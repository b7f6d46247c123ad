import assert from "node:assert/strict";
import test from "node:test";

import { svg } from "../../../vggviz/explorer/page/views/svg.js";

test("a saved view is one image with its words, and no text breaks out of it", () => {
  const row = { title: 'a "cat" <b>', photograph: "data:p", map: "data:m", box: [1, 2, 3, 4], image: { rows: 8, columns: 8 } };
  const view = { rows: [row, row], bar: "data:b", limit: 4.5, signed: false, title: "A & B", words: "w".repeat(300), provenance: "made of" };
  const text = svg(view);
  assert.equal(text.match(/<image /g).length, 5);
  assert.equal(text.match(/<rect /g).length, 3);
  assert.ok(text.includes("A &amp; B") && text.includes("a &quot;cat&quot; &lt;b&gt;") && !text.includes("<b>"));
  assert.ok(text.includes(">4.5</text>") && text.includes("made of"));
});
