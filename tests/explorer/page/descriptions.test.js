import assert from "node:assert/strict";
import test from "node:test";

import {
  describeChannel, describePreferred, describeSight, describeSum,
} from "../../../vggviz/explorer/page/views/descriptions.js";
import { layer } from "./vgg16.js";

const deep = layer("block3_conv2");
const strongest = { value: 41.234, cell: [12, 30] };

test("a channel is told with its number, its largest value and where", () => {
  const words = describeChannel({ layer: deep, channel: 17, strongest, zeros: 0.631 });
  assert.equal(
    words,
    "block3_conv2, channel 17 of 256: largest 41.2 at row 12, column 30; zero in 63% of its cells.",
  );
  assert.equal(describeChannel({ layer: deep, channel: 0, maximum: 3 }), "block3_conv2, channel 0 of 256: largest 3.");
});

test("a silent channel is called silent, whether its map is there or not", () => {
  const given = { layer: deep, channel: 1, zeros: 1 };
  for (const rest of [{ maximum: 0 }, { strongest: { value: 0, cell: [0, 0] }, maximum: 0 }]) {
    assert.match(describeChannel({ ...given, ...rest }), /silent on this picture/);
  }
});

test("nearly none is not none, nearly all is not all, and signed maps have no share of zeros", () => {
  const say = (zeros, signed = false) => describeChannel({ layer: { ...deep, signed }, channel: 0, strongest, zeros });
  assert.match(say(0.0001), /less than 1%/);
  assert.match(say(0.9999), /more than 99%/);
  assert.match(say(0), /zero in 0%/);
  assert.doesNotMatch(say(0.5, true), /zero/);
});

test("a cell is told with what it sees, both ends counted", () => {
  assert.equal(describeSight([34, 106, 66, 138]), "It sees rows 34 to 65 and columns 106 to 137 of the picture.");
  assert.match(describeSight([4, 5, 5, 7]), /It sees row 4 and columns 5 to 6 of/);
  assert.match(describeSight([0, 0, 0, 9]), /sees nothing/);
  assert.match(describeSight(null), /not known/);
});

test("the arithmetic is one line that adds up", () => {
  const explained = { products: [{ channel: 2, sum: -1.5 }, { channel: 0, sum: 0.25 }], remainder: 0.125, others: 1, bias: 2, sum: 0.875, value: 0.875 };
  assert.equal(
    describeSum(explained, 0.875),
    "0.875 = −1.5 from channel 2 + 0.25 from channel 0 + 0.125 from one other + 2 bias.",
  );
  const named = describeSum({ ...explained, others: 0, remainder: 0, bias: -1, sum: -2.25, value: 0 }, 0, ["blue", "green", "red"]);
  assert.equal(named, "−2.25, made 0 by the ReLU, = −1.5 red + 0.25 blue − 1 bias.");
  const many = Array.from({ length: 8 }, (_, channel) => ({ channel, sum: 8 - channel }));
  assert.match(describeSum({ ...explained, products: many, others: 9 }, 1), /\+ 15.1 from 14 others \+ 2 bias/);
});

test("the classes that a channel prefers are told with their effect sizes, or nothing", () => {
  const words = describePreferred([["pretzel", 10.6], ["espresso", 3]]);
  assert.equal(words, "Strongest for: pretzel (10.6), espresso (3.0).");
  assert.equal(describePreferred([]), "");
});
