/** Counts different texts by hashes of 53 bits, without keeping the texts. */

/** Different texts that are counted one by one; more are all counted as one more. */
const mostCounted = 1 << 20;

/** A hash of 53 bits: two 32-bit multiplicative mixes, as MurmurHash3's finaliser (Appleby 2011), of even quality for short texts. */
const hash53 = (text: string): number => {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x9e3779b1);
    b = Math.imul(b ^ c, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
};

/** Counts different texts, up to {@link mostCounted} + 1. */
export interface DistinctCount {
  add(text: string): void;
  readonly count: number;
}

/** An empty count. 8 bytes a slot, at most half of which are used: 16 MiB at most. */
export const distinctCount = (): DistinctCount => {
  let slots = new Float64Array(1 << 16).fill(-1);
  let count = 0;
  const place = (into: Float64Array, hash: number): boolean => {
    const mask = into.length - 1;
    let at = hash & mask;
    while (into[at] !== -1) {
      if (into[at] === hash) return false;
      at = (at + 1) & mask;
    }
    into[at] = hash;
    return true;
  };
  return {
    add(text) {
      if (count > mostCounted || !place(slots, hash53(text))) return;
      count++;
      if (2 * count <= slots.length || count > mostCounted) return;
      const larger = new Float64Array(2 * slots.length).fill(-1);
      for (const hash of slots) if (hash !== -1) place(larger, hash);
      slots = larger;
    },
    get count() {
      return count;
    },
  };
};

/** How many different numbers there are, NaN aside. */
export const distinctNumbers = (values: Float64Array): number => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  return count;
};
