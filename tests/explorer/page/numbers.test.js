import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";

import { half, halves } from "../../../vggviz/explorer/page/arithmetic/half_precision.js";
import { counted, formatted, formattedBytes, hundredths } from "../../../vggviz/explorer/page/arithmetic/number_format.js";
import { at, plane, planes, strongest } from "../../../vggviz/explorer/page/arithmetic/planes.js";
import { gunzip } from "../../../vggviz/explorer/page/state/gzip.js";
import { npy } from "../../../vggviz/explorer/page/views/npy.js";
import { chance } from "./vgg16.js";

const everyHalf = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

/** A float16 by the bits of the float32 that has the same value. */
function throughFloat32(bits) {
  const view = new DataView(new ArrayBuffer(4));
  const [sign, exponent, fraction] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return (sign ? -1 : 1) * fraction * Math.pow(2, -24);
  const wide = exponent === 31 ? 255 : exponent - 15 + 127;
  view.setUint32(0, ((sign << 31) | (wide << 23) | (fraction << 13)) >>> 0);
  return view.getFloat32(0);
}

test("each of the 65536 half numbers is read as it is", () => {
  for (const bits of everyHalf) assert.ok(Object.is(half(bits), throughFloat32(bits)), bits.toString(16));
  const all = halves(everyHalf.buffer);
  for (const bits of everyHalf) assert.ok(Object.is(all[bits], half(bits)), bits.toString(16));
});

test("a browser without Float16Array reads the same", () => {
  const there = Object.getOwnPropertyDescriptor(globalThis, "Float16Array");
  try {
    delete globalThis.Float16Array;
    const all = halves(everyHalf.buffer);
    for (const bits of everyHalf) assert.ok(Object.is(all[bits], half(bits)));
  } finally {
    if (there) Object.defineProperty(globalThis, "Float16Array", there);
  }
});

test("gzip is unpacked; what the server unpacked passes; what is damaged is said", async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
  const packed = gzipSync(bytes);
  const exact = packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.length);
  for (const form of [packed, exact, bytes, bytes.buffer]) {
    assert.deepEqual(new Uint8Array(await gunzip(form)), bytes);
  }
  assert.equal((await gunzip(new ArrayBuffer(0))).byteLength, 0);
  await assert.rejects(gunzip(packed.subarray(0, 60)), /cut short or damaged/);
  const damaged = Uint8Array.from(packed);
  damaged[damaged.length - 5] ^= 1;
  await assert.rejects(gunzip(damaged), /cut short or damaged/);
});

test("numbers are written with three digits, or all whole ones", () => {
  const written = {
    "41.2": 41.234, "0.00312": 0.0031249, "1,234": 1234.4, "1,000": 999.9, 0: -0, "−5": -5, 3: 3.0001, "−0.0001": -0.0001,
    "2,412": 2412.3, "−7,951": -7951.16, 996: 996.4, "1.23e9": 1234567890,
    "1.2e−7": 1.2e-7, "999,999": 999999, "−1.23e9": -1234567890, "not a number": NaN, "−infinite": -Infinity,
  }; // prettier-ignore
  for (const [text, value] of Object.entries(written)) assert.equal(formatted(value), text);
});

test("bytes are written in MB or kB, never as none", () => {
  assert.deepEqual([1, 1499, 999_400, 1e6, 57_649_999].map(formattedBytes), ["1 kB", "1 kB", "999 kB", "1.0 MB", "57.6 MB"]);
});

test("things are counted in words, and cosines have two decimals and a minus sign", () => {
  assert.deepEqual([0, 1, 2, 1024].map((count) => counted(count, "layer")), ["0 layers", "1 layer", "2 layers", "1,024 layers"]);
  assert.deepEqual([-0.126, 0, 1].map(hundredths), ["−0.13", "0.00", "1.00"]);
});

test("a number as written is the number to half a unit of its third digit", () => {
  const roll = chance(4);
  for (let i = 0; i < 2000; i++) {
    const value = (roll(20001) - 10000) * 10 ** (roll(20) - 12);
    const again = Number(formatted(value).replaceAll("−", "-").replaceAll(",", ""));
    assert.ok(Math.abs(again - value) <= 0.00501 * Math.abs(value), `${value} ${again}`);
  }
});

const layer = { name: "conv", rows: 2, columns: 3, channels: 4 };
const numbered = () => ({ data: Float32Array.from({ length: 24 }, (_, i) => i), rows: 2, columns: 3, channels: 4 });

test("planes are channel by channel, and a wrong size is said", () => {
  const found = planes(new Uint16Array(24).fill(0x3c00).buffer, layer);
  assert.deepEqual(found.data, new Float32Array(24).fill(1));
  const input = planes(numbered().data.buffer, { ...layer, name: "input" });
  assert.equal(at(input, 2, [1, 0]), 15);
  assert.deepEqual([...plane(input, 1)], [6, 7, 8, 9, 10, 11]);
  assert.throws(() => planes(new ArrayBuffer(46), layer), /conv have 46 bytes, not 48/);
});

test("the strongest is the farthest from zero, the first of equals, with its sign", () => {
  assert.deepEqual(strongest([1, -7, 3, 7, 0, 2], 3), { value: -7, cell: [0, 1] });
  assert.deepEqual(strongest([NaN, 2, -3, NaN], 2), { value: -3, cell: [1, 0] });
  assert.deepEqual(strongest([0, 0], 2), { value: 0, cell: [0, 0] });
});

test("a .npy has its header, its shape, and the values with channels last", () => {
  const file = npy(numbered());
  const view = new DataView(file.buffer);
  assert.deepEqual([...file.subarray(0, 8)], [0x93, ..."NUMPY"].map((c) => (c.charCodeAt ? c.charCodeAt(0) : c)).concat(1, 0));
  const length = view.getUint16(8, true);
  assert.equal((10 + length) % 64, 0);
  const words = String.fromCharCode(...file.subarray(10, 10 + length));
  assert.match(words, /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(1, 2, 3, 4\), \} *\n$/);
  assert.equal(file.length, 10 + length + 4 * 24);
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 3; column++)
      for (let c = 0; c < 4; c++) {
        const place = (row * 3 + column) * 4 + c;
        assert.equal(view.getFloat32(10 + length + 4 * place, true), at(numbered(), c, [row, column]));
      }
});
