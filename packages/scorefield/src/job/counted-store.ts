/** A store that counts the bytes that go to it and come from it. */
import type { Store } from "./store.ts";

/** Bytes between a machine and the store. */
export interface Traffic {
  readonly up: number;
  readonly down: number;
}

/** The sum of traffics. */
export const trafficOf = (all: readonly Traffic[]): Traffic =>
  all.reduce((sum, { up, down }) => ({ up: sum.up + up, down: sum.down + down }), { up: 0, down: 0 });

/** A store, and what has gone to it and come from it through this object. */
export const countedStore = (store: Store): Store & { traffic(): Traffic } => {
  let [up, down] = [0, 0];
  return {
    title: store.title,
    put: async (bytes) => {
      const content = await store.put(bytes);
      up += content.bytes;
      return content;
    },
    get: async (content) => {
      const bytes = await store.get(content);
      down += bytes.length;
      return bytes;
    },
    copyTo: async (content, file) => {
      await store.copyTo(content, file);
      down += content.bytes;
    },
    has: (content) => store.has(content),
    putReceipt: (receipt) => store.putReceipt(receipt),
    receipt: (work) => store.receipt(work),
    traffic: () => ({ up, down }),
  };
};
