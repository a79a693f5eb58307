import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { shard, shardRange } from "./options.ts";

test("a part and how many there are, from 1/n to n/n", () => {
  expect(shard("2/8")).toEqual({ part: 2, parts: 8 });
  expect(shard("1/1")).toEqual({ part: 1, parts: 1 });
  for (const text of ["0/3", "4/3", "3", "1/0", "a/b", "1/3/5", "-1/3", "1.5/3", "1/99999999999999999999"])
    expect(() => shard(text), text).toThrow(InvalidArgumentError);
});

test("parts follow one another, cover all samples and differ by one at most", () => {
  for (const [count, parts] of [
    [11, 3],
    [8, 8],
    [2 ** 32, 7],
    [3, 5],
  ] as const) {
    const ranges = Array.from({ length: parts }, (_, k) => shardRange(count, { part: k + 1, parts }));
    let next = 0;
    for (const { first, count: size } of ranges) {
      expect(first).toBe(next);
      expect([Math.floor(count / parts), Math.ceil(count / parts)]).toContain(size);
      next += size;
    }
    expect(next).toBe(count);
  }
});
