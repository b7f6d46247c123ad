// Parts of the page whose modules are loaded when they are wanted.

import assert from "node:assert/strict";
import test from "node:test";
import { LatePart } from "../../../vggviz/explorer/page/views/late_part.js";

/** A part that is wanted where "yes" is shown; each call of `load` waits until the test ends it. */
function made() {
  const log = [];
  const problems = [];
  const loads = [];
  const late = new LatePart({
    isWanted: (shown) => shown.startsWith("yes"),
    load: () => new Promise((resolve, reject) => loads.push({ resolve, reject })),
    make: (name) => ({ name, show: (shown) => log.push(shown) }),
    failed: ({ message }) => problems.push(message),
  });
  return { late, log, problems, loads };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test("it is loaded once, when it is wanted, and told what was shown before and what is shown now", async () => {
  const { late, log, loads } = made();
  late.show("no 1");
  late.show("no 2");
  assert.equal(loads.length, 0);
  late.show("yes 1");
  late.show("yes 2"); // the mouse moves while it is loaded
  late.show("yes 3");
  loads[0].resolve("part");
  await turn();
  assert.deepEqual(log, ["no 2", "yes 3"]);
  late.show("no 3");
  late.show("yes 4");
  assert.deepEqual(log, ["no 2", "yes 3", "no 3", "yes 4"]);
  assert.equal((await late.get()).name, "part");
  assert.equal(loads.length, 1);
});

test("it can be asked for, whatever is shown", async () => {
  const { late, log, loads } = made();
  late.show("no");
  const part = late.get();
  loads[0].resolve("part");
  assert.equal((await part).name, "part");
  assert.deepEqual(log, ["no"]);
});

test("what could not be loaded is told, and loaded when it is wanted again", async () => {
  const { late, log, problems, loads } = made();
  late.show("yes 1");
  loads[0].reject(new TypeError("Failed to fetch dynamically imported module: http://localhost/x.js"));
  assert.equal(await late.get(), null);
  assert.match(problems.join(), /^This part of the page could not be loaded: there is no connection\./);
  late.show("yes 2"); // not at each move of the mouse
  assert.equal(loads.length, 1);
  late.show("no");
  late.show("yes 3");
  loads[1].resolve("part");
  await turn();
  assert.deepEqual([log, problems.length], [["no", "yes 3"], 1]);
});

test("a fault of the part itself is not told as a lost connection", async () => {
  const problems = [];
  const make = () => { throw new Error("no canvas"); };
  const late = new LatePart({ isWanted: () => true, load: async () => ({}), make, failed: ({ message }) => problems.push(message) });
  late.show("it");
  assert.equal(await late.get(), null);
  assert.deepEqual(problems, ["no canvas"]);
});
