/** Bytes read in order, wherever they come from. No Node module is used here. */

/** Bytes read one after the other. `fill` returns how many it got: fewer than asked only at the end. */
export interface ByteSource {
  fill(target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A {@link ByteSource} over pieces. */
export const byteSource = (pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteSource => {
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  let rest = new Uint8Array(0);
  return {
    async fill(target) {
      let filled = 0;
      while (filled < target.length) {
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done) break;
          rest = next.value as Uint8Array<ArrayBuffer>;
        }
        const part = rest.subarray(0, target.length - filled);
        target.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return filled;
    },
    async close() {
      await iterator.return?.();
    },
  };
};
