import { expect, test } from "vitest";
import { redisQueue } from "./redis-queue.ts";
import { s3Store } from "./s3-store.ts";

test.each([
  [[undefined], /expected an address/],
  [[5], /expected an address/],
  [["redis://h", 5], /expected an object of options, found number/],
  [
    ["redis://h", { unknown: 1 }],
    /expected the options password, ca, prefix, lease, rate, found unknown; leave it out/,
  ],
  [["redis://h", { lease: "5" }], /expected lease to be a number, found a string/],
  [["redis://h", { lease: 10 }], /expected a lease of at least 1000 ms, found 10/],
  [["redis://h", { rate: 0 }], /expected a positive rate, found 0/],
  [["redis://h", { prefix: "a b" }], /expected a prefix of letters/],
] as const)("a queue refuses %j before it connects", async (args, message) => {
  const call = redisQueue as (...args: readonly unknown[]) => Promise<unknown>;
  await expect(call(...args)).rejects.toMatchObject({ name: "JobError", message: expect.stringMatching(message) });
});

test("a store refuses options that it does not know", async () => {
  await expect(s3Store("s3://bucket", { place: 1 } as never)).rejects.toThrow(/found place; leave it out/);
  await expect(s3Store("s3://bucket", null as never)).rejects.toThrow(/found null/);
});
