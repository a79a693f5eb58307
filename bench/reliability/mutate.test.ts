import { expect, test } from "vitest";
import { drawsFor, mutate } from "./mutate.ts";

const sound = Buffer.from("a,b\n1,2\n3,4\n".repeat(20));

test("the sound file stays as it is, and a number always stands for the same damage", () => {
  const before = sound.toString();
  const damaged = (index: number) => Buffer.from(mutate(sound, drawsFor(1, index), sound)).toString("latin1");
  const all = Array.from({ length: 2000 }, (_, index) => damaged(index));
  expect(sound.toString()).toBe(before);
  expect(Array.from({ length: 2000 }, (_, index) => damaged(index))).toEqual(all);
  expect(new Set(all).size).toBeGreaterThan(1900);
});
