// A large file that comes in pieces: what breaks off goes on, and what is not of the file is loaded again.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { download } from "../../../vggviz/explorer/page/state/download.js";

const FILE = Uint8Array.of(1, 2, 3, 4, 5);
const EXPECTED = { bytes: FILE.length, sha256: createHash("sha256").update(FILE).digest("hex") };

/** A browser whose cache is empty, and a server that answers one request after the other. */
function begin(...answers) {
  const held = new Map();
  globalThis.caches = { open: async () => ({
    match: async (address) => held.get(address)?.clone(),
    put: async (address, response) => void held.set(address, response),
    delete: async (address) => held.delete(address),
  }) };
  const asked = [];
  globalThis.fetch = async (_, { headers }) => {
    asked.push(headers.Range ?? "");
    return answers.shift();
  };
  return asked;
}

const part = (from, to) => new Response(FILE.slice(from, to), { status: 206, headers: { "Content-Range": `bytes ${from}-${to - 1}/5` } });
const load = async () => new Uint8Array((await download("https://a.example/file", EXPECTED, () => {})).buffer);

test("a file that ends too early, as Firefox has it when the connection breaks off, goes on from there", async () => {
  const asked = begin(new Response(FILE.slice(0, 3)), part(3, 5));
  await assert.rejects(load(), /broke off after 0\.0 MB.*goes on from there/);
  assert.deepEqual(await load(), FILE);
  assert.deepEqual(asked, ["", "bytes=3-"]);
});

test("where the server has nothing more, the file is loaded from its beginning", async () => {
  const asked = begin(new Response(FILE.slice(0, 3)), new Response(null, { status: 416 }), new Response(FILE));
  await assert.rejects(load(), /broke off/);
  assert.deepEqual(await load(), FILE);
  assert.deepEqual(asked, ["", "bytes=3-", ""]);
});
