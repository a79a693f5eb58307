/** Damage to files: what disks, transfers and people with bad intentions do to them. The same seed damages the same way. */

/** Whole numbers below `n`, one after the other. */
export type Draw = (n: number) => number;

/** A small generator (Steele & Vigna's splitmix in 32 bits), keyed by seed and number of the file. */
export const drawsFor = (seed: number, index: number): Draw => {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  return (n) => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return Math.floor((((z ^ (z >>> 16)) >>> 0) / 2 ** 32) * n);
  };
};

type Mutation = (bytes: Uint8Array, draw: Draw, other: Uint8Array) => Uint8Array;

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** The bytes with a range replaced. */
const replace = (bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array =>
  join(bytes.subarray(0, from), by, bytes.subarray(Math.max(from, to)));

const range = (bytes: Uint8Array, draw: Draw, longest = bytes.length): [number, number] => {
  const from = draw(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + draw(longest))];
};

const changeAt = (bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array => {
  // A copy also of a Buffer, whose slices share its memory.
  const changed = new Uint8Array(bytes);
  changed.set(by.subarray(0, Math.max(0, changed.length - at)), at);
  return changed;
};

const lengths = [
  0,
  1,
  -1,
  2,
  7,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
];
const texts = [
  "9",
  "-",
  "=",
  '"',
  "'",
  "{",
  "}",
  "[",
  "]",
  ",",
  ";",
  "\n",
  "\r",
  "\t",
  " ",
  "e999",
  "null",
  "NaN",
  "1e308",
];
const tokens = [
  "nan",
  "true",
  "Infinity",
  "0x1f",
  "1_000",
  '"\\ud800"',
  '{"a":',
  "[[[[",
  "__proto__",
  "\ufeff",
  "\u0000",
];

const mutations: readonly Mutation[] = [
  // A flipped bit.
  (bytes, draw) => changeAt(bytes, draw(bytes.length), Uint8Array.of(bytes[draw(bytes.length)]! ^ (1 << draw(8)))),
  // Another byte.
  (bytes, draw) => changeAt(bytes, draw(bytes.length), Uint8Array.of([0, 1, 127, 128, 255, draw(256)][draw(6)]!)),
  // A length or offset of 1, 2, 4 or 8 bytes, either end first.
  (bytes, draw) => {
    const field = Buffer.alloc(8);
    const value = BigInt(lengths[draw(lengths.length)]! + (draw(4) === 0 ? draw(9) - 4 : 0));
    const size = 1 << draw(4);
    const big = draw(2) === 1;
    if (big) field.writeBigInt64BE(BigInt.asIntN(64, value));
    else field.writeBigInt64LE(BigInt.asIntN(64, value));
    return changeAt(bytes, draw(bytes.length), big ? field.subarray(8 - size) : field.subarray(0, size));
  },
  // The end cut off, or the start.
  (bytes, draw) => (draw(4) > 0 ? bytes.slice(0, draw(bytes.length)) : bytes.slice(draw(bytes.length))),
  // Other bytes between.
  (bytes, draw) => {
    const at = draw(bytes.length + 1);
    return replace(
      bytes,
      at,
      at,
      Uint8Array.from({ length: 1 + draw(16) }, () => draw(256)),
    );
  },
  // A part lost, doubled, or repeated.
  (bytes, draw) => replace(bytes, ...range(bytes, draw), new Uint8Array(0)),
  (bytes, draw) => {
    const [from, to] = range(bytes, draw);
    return replace(bytes, to, to, bytes.slice(from, to));
  },
  (bytes, draw) => {
    const [from, to] = range(bytes, draw, 8);
    return replace(bytes, to, to, join(...new Array(1 + draw(2000)).fill(bytes.slice(from, to))));
  },
  // The start of this file and the end of another.
  (bytes, draw, other) => join(bytes.subarray(0, draw(bytes.length)), other.subarray(draw(other.length))),
  // Zeros, as a disk leaves them that lost power.
  (bytes, draw) => {
    const [from, to] = range(bytes, draw);
    return replace(bytes, from, to, new Uint8Array(to - from));
  },
  // Text.
  (bytes, draw) => {
    const all = [...texts, ...tokens];
    const at = draw(bytes.length + 1);
    return replace(
      bytes,
      at,
      at + draw(4),
      Buffer.from(all[draw(all.length)]!.repeat(1 + (draw(8) === 0 ? draw(5000) : 0))),
    );
  },
];

/** A damaged copy: one kind of damage, or up to four. `other` is a sound file to splice with. */
export const mutate = (bytes: Uint8Array, draw: Draw, other: Uint8Array): Uint8Array => {
  let damaged = bytes;
  for (let left = draw(2) === 0 ? 1 : 1 + draw(4); left > 0; left--)
    if (damaged.length > 0) damaged = mutations[draw(mutations.length)]!(damaged, draw, other);
  return damaged;
};
