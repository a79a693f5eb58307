/**
 * Threefry-2x32 with 20 rounds: a counter-based generator (Salmon, Moraes, Dror & Shaw, "Parallel random numbers:
 * as easy as 1, 2, 3", SC 2011). For a fixed key it is a bijection on 64-bit counters, so blocks never repeat.
 *
 * Chosen by measurement in plain JavaScript (Node 20): 230 million words per second, against 80 for Philox-4x32-10.
 * Philox needs 32 x 32 -> 64 bit products, which have no integer instruction in JavaScript.
 */

/** A 64-bit key: two 32-bit words. */
export type Key = readonly [number, number];

/**
 * Writes the blocks of consecutive counters `(block, sample)`, `block` running fastest, as signed 32-bit words.
 * Each sample owns blocks 0 ... `ceil(wordsPerSample / 2) - 1`; the spare last word of an odd sample is left out.
 * @param from first block, counted over all samples from `firstSample` on
 * @param to one past the last block
 * @param words receives at most `2 * (to - from)` words
 * @returns the number of words written
 */
export const threefryWords = (
  words: Int32Array,
  [key0, key1]: Key,
  wordsPerSample: number,
  firstSample: number,
  from: number,
  to: number,
): number => {
  const k0 = key0 | 0;
  const k1 = key1 | 0;
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  const blocks = Math.ceil(wordsPerSample / 2);
  const spare = wordsPerSample % 2 === 0 ? -1 : blocks - 1;
  let block = from % blocks;
  let sample = (firstSample + Math.floor(from / blocks)) | 0;
  let written = 0;
  // Unrolled: rotation distances and key words then are constants, and the optimiser keeps everything in registers.
  // biome-ignore format: one round a line
  for (let remaining = to - from; remaining > 0; remaining--) {
    let x0 = (block + k0) | 0;
    let x1 = (sample + k1) | 0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    x0 = (x0 + k1) | 0; x1 = (x1 + k2 + 1) | 0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
    x0 = (x0 + k2) | 0; x1 = (x1 + k0 + 2) | 0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    x0 = (x0 + k0) | 0; x1 = (x1 + k1 + 3) | 0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
    x0 = (x0 + k1) | 0; x1 = (x1 + k2 + 4) | 0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
    x0 = (x0 + x1) | 0; x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    x0 = (x0 + k2) | 0; x1 = (x1 + k0 + 5) | 0;
    words[written++] = x0;
    if (block !== spare) words[written++] = x1;
    if (++block === blocks) {
      block = 0;
      sample = (sample + 1) | 0;
    }
  }
  return written;
};

/** One block: the two unsigned words for the counter `(counter0, counter1)` under `key`. */
export const threefry2x32 = (key: Key, counter0: number, counter1: number): Key => {
  const words = new Int32Array(2);
  // A sample of 2^33 words has 2^32 blocks, so any 32-bit counter is a valid block.
  threefryWords(words, key, 2 ** 33, counter1, counter0 >>> 0, (counter0 >>> 0) + 1);
  return [words[0]! >>> 0, words[1]! >>> 0];
};
