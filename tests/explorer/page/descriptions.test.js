import assert from "node:assert/strict";
import test from "node:test";

import {
  describeChannel, describePreferred, describeSight, describeSum,
} from "../../../vggviz/explorer/page/views/descriptions.js";
import { captionParts } from "../../../vggviz/explorer/page/views/stage.js";
import { sumTexts } from "../../../vggviz/explorer/page/arithmetic/sum_texts.js";
import { chance } from "./vgg16.js";
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

test("where a change is shown, a channel without one is unchanged, not silent", () => {
  const change = { ...deep, signed: true, isChange: true };
  assert.equal(describeChannel({ layer: change, channel: 1, zeros: 1 }), "block3_conv2, channel 1 of 256: unchanged.");
  assert.match(describeChannel({ layer: change, channel: 1, strongest }), /largest 41.2/);
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
    describeSum(explained, sumTexts(explained)),
    "0.875 = −1.500 from channel 2 + 0.250 from channel 0 + 0.125 from one other + 2.000 bias.",
  );
  const negative = { ...explained, others: 0, remainder: 0, bias: -1, sum: -2.25, value: 0 };
  const named = describeSum(negative, sumTexts(negative), ["blue", "green", "red"].map((colour) => `${colour} minus its mean`));
  assert.equal(named, "−2.250, made 0.000 by the ReLU, = −1.500 from red + 0.250 from blue − 1.000 bias.");
  const products = Array.from({ length: 8 }, (_, channel) => ({ channel, sum: 8 - channel }));
  const many = { ...explained, products, others: 9, sum: 38.125, value: 38.125 };
  assert.match(describeSum(many, sumTexts(many)), /\+ 15.13 from 14 others \+ 2.00 bias/);
});

test("the numbers of a sum add up as they are written, in the sentence and in the rows", () => {
  const roll = chance(3);
  const numbers = (text) => Number(text.replace("−", "-").replaceAll(",", ""));
  for (const [size, others] of [[1, 9], [1000, 500], [0.002, 0], [90, 0], [1e5, 3], [1, 0]]) {
    for (let i = 0; i < 40; i++) {
      const value = () => (size * (roll(20001) - 10000)) / 10000;
      const products = Array.from({ length: others ? 8 : 3 }, (_, channel) => ({ channel, sum: value() }));
      const [remainder, bias] = [others ? value() : 0, value() / 7];
      const sum = products.reduce((all, each) => all + each.sum, remainder + bias);
      const texts = sumTexts({ products, remainder, others, bias, sum, value: Math.max(sum, 0) });
      const shown = [...texts.products, ...(others ? [texts.others] : []), texts.bias].map(numbers);
      const whole = numbers(texts.sum);
      const unit = 10 ** -(texts.sum.split(".")[1]?.length ?? 0);
      assert.ok(Math.abs(shown.reduce((all, each) => all + each, 0) - whole) < unit / 100, texts.sum);
      assert.ok(Math.abs(whole - sum) <= 0.51 * unit);
      texts.products.forEach((text, k) => assert.ok(Math.abs(numbers(text) - products[k].sum) <= 1.51 * unit, text));
      const three = texts.products.slice(0, 3).map(numbers).reduce((all, each) => all + each);
      assert.ok(Math.abs(three + numbers(texts.first(3)) + numbers(texts.bias) - whole) < unit / 100);
    }
  }
  const nothing = { products: [{ channel: 0, sum: 0 }], remainder: 0, others: 0, bias: 0, sum: 0, value: 0 };
  assert.equal(describeSum(nothing, sumTexts(nothing)), "0 = 0 from channel 0 + 0 bias.");
});

test("the classes that a channel prefers are told with their effect sizes, or nothing", () => {
  const words = describePreferred([["pretzel", 10.6], ["espresso", 3]]);
  assert.equal(words, "Strongest for: pretzel (10.6), espresso (3.0).");
  assert.equal(describePreferred([]), "");
});

test("the parts of a caption make the caption, and what a small picture leaves out is not the channel", () => {
  const left = (text) => captionParts(text).filter(([name]) => name === "name").map(([, part]) => part).join("");
  const cases = {
    "channel 286, up to 3,350": "286", "channel 286, up to 335, now": "286, now", "channel 7, thumbnail: averaged": "7",
    "channel 7: silent here": "7: silent", "channel 7: switched off": "7: off", "channel 7, before painting": "7, before",
    "my cat, up to 3.jpg": "my cat, up to 3.jpg", cat: "cat", "": "",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(captionParts(text).map(([, part]) => part).join(""), text);
    assert.equal(left(text), expected, text);
  }
});
