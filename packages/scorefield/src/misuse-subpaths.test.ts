/** Callers without types, at every subpath: what they hand in wrongly gets an error of the library's own. */
import { afterAll, describe, expect, test } from "vitest";
import * as assess from "./assess.ts";
import * as browser from "./browser/index.ts";
import * as data from "./data.ts";
import * as discover from "./discover.ts";
import * as domain from "./domain.ts";
import * as figure from "./figure/index.ts";
import { defaultRuntime } from "./index.ts";
import * as inverse from "./inverse.ts";
import * as job from "./job.ts";
import * as verify from "./verify.ts";

afterAll(() => defaultRuntime().dispose());

// The packages core and tensor have a test of their own.
const subpaths = { assess, browser, discover, data, domain, figure, inverse, job, verify };

const calls: Readonly<Record<string, readonly unknown[]>> = {
  nothing: [],
  "a number": [5],
  "a word": ["x"],
  "an empty object": [{}],
  "an empty list": [[]],
  "an unknown option": [{ unknownOption: 1 }],
};

/** Functions that other packages call with what they have checked, or made. */
const amongPackages =
  "builtInCodec checkContent classNamed copyChecked dataName describeWork domainOfRecord identityOf isBuiltInCodec movePaths passes recogniseData sha256 shortList wholeId workId";
const leftOut = new Set(amongPackages.split(" "));

const result = async (call: () => unknown): Promise<unknown> => {
  const made = (await call()) as { result?: unknown; next?: () => unknown } | undefined;
  return typeof made?.next === "function" ? made.next() : ((await made?.result) ?? made);
};

/** Functions that callers call: no classes, which begin with a capital letter. */
const functionsOf = (names: object) =>
  Object.entries(names).filter(
    ([name, value]) => typeof value === "function" && !/^[A-Z]/.test(name) && !leftOut.has(name),
  ) as [string, (...args: readonly unknown[]) => unknown][];

describe.each(Object.entries(subpaths))("%s", (_, names) => {
  test("has no error but ours for what it does not take", async () => {
    for (const [name, call] of functionsOf(names))
      for (const [what, args] of Object.entries(calls)) {
        // Tries a whole verification.
        if (name === "verify" && what !== "an unknown option") continue;
        const error = await result(() => call(...args)).then(
          () => undefined,
          (error: unknown) => error as Error,
        );
        if (error !== undefined)
          expect
            .soft(error.name, `${name} of ${what}: ${error.message}`)
            .toMatch(/^[A-Z]\w+(?<!^Type|^Range|^Syntax|^Reference)Error$/);
      }
  });
});

test("no name that is left out has gone", () => {
  const all = new Set(Object.values(subpaths).flatMap((names) => Object.keys(names)));
  expect([...leftOut].filter((name) => !all.has(name))).toEqual([]);
});
