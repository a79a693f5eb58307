import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import { parseClasses } from "./class-option.ts";

const run = (count: number, classes?: readonly string[]) =>
  ({
    path: "runs/pets",
    record: { model: { network: { classes: count } } },
    ...(classes && { classes }),
  }) as unknown as LoadedRun;
const pets = run(3, ["cat", "dog", "owl"]);

test("classes are named by their text or their number, or all of them", () => {
  expect(parseClasses(pets, "owl, cat")).toEqual([2, 0]);
  expect(parseClasses(pets, "2,0")).toEqual([2, 0]);
  expect(parseClasses(pets, "all")).toEqual([0, 1, 2]);
  expect(parseClasses(run(2, ["3", "8"]), "8")).toEqual([1]);
  expect(parseClasses(run(3), "1")).toEqual([1]);
});

test("what is no class is refused with those that are", () => {
  expect(() => parseClasses(pets, "cow")).toThrow(UsageError);
  expect(() => parseClasses(pets, "dgo")).toThrow(
    "--class dgo: expected classes among cat, dog, owl; found dgo; did you mean dog?",
  );
  expect(() => parseClasses(pets, "3")).toThrow(/found 3$/);
  expect(() => parseClasses(run(2, ["3", "8"]), "0")).toThrow(/among 3, 8; found 0/);
  expect(() => parseClasses(run(0), "0")).toThrow(/learnt none/);
});
