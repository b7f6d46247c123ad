import assert from "node:assert/strict";
import test from "node:test";

import { LruCache } from "../../../vggviz/explorer/page/state/lru_cache.js";

test("what was asked for lately is held, what failed is not", async () => {
  const lru = new LruCache(2);
  let asked = 0;
  const make = (value) => async () => {
    asked += 1;
    if (value === "bad") throw new Error("bad");
    return value;
  };
  assert.equal(await lru.get("a", make(1)), 1);
  assert.equal(await lru.get("a", make(2)), 1);
  assert.equal(lru.atHand("a"), 1);
  await lru.get("b", make(3));
  await lru.get("a", make(4));
  await lru.get("c", make(5));
  assert.equal(lru.atHand("b"), null);
  assert.equal(lru.atHand("a"), 1);
  await assert.rejects(lru.get("d", make("bad")), /bad/);
  assert.equal(await lru.get("d", make(6)), 6);
  lru.forget("d");
  assert.equal(lru.atHand("d"), null);
  assert.equal(asked, 5);
});
