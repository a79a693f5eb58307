/** Callers without types: whatever they hand to a function of the root, an error of ours says so, and no option is ignored. */
import { afterAll, describe, expect, test } from "vitest";
import * as scorefield from "./index.ts";

const { ArgumentError, defaultRuntime, edm, exact, fromNested, gaussian, native, setDefaultRuntime, verify } =
  scorefield;

afterAll(() => defaultRuntime().dispose());

const model = exact(gaussian({ mean: [0, 0] }), edm());
const points = fromNested([[1, 2]]);

/** What takes nothing, or says itself what it makes of nothing. */
const without = new Set(["defaultRuntime", "verify"]);

const calls: Readonly<Record<string, readonly unknown[]>> = {
  null: [null],
  "a word": ["heun"],
  "a number": [3],
  "a nested list": [
    [
      [1, 2],
      [3, 4],
    ],
  ],
  "an unknown option": [{ step: 50 }],
  "names of prototypes": [JSON.parse('{"__proto__": {}, "constructor": 3}')],
  "a model and null": [model, null],
  "a model and a word": [model, "heun"],
  "a model and a nested list": [model, [[1, 2]]],
  "a model, points and a word": [model, points, "heun"],
};

const result = async (call: () => unknown): Promise<unknown> => {
  const made = (await call()) as { result?: unknown; next?: () => unknown } | undefined;
  return typeof made?.next === "function" ? made.next() : ((await made?.result) ?? made);
};

const functions = Object.entries(scorefield).filter(
  ([name, value]) => typeof value === "function" && !name.endsWith("Error") && !without.has(name),
) as [string, (...args: readonly unknown[]) => unknown][];

describe.each(functions)("%s", (_, call) => {
  test("has no error but ours for what it does not take", async () => {
    for (const [what, args] of [...Object.entries(calls), ["nothing", []] as const]) {
      const error = await result(() => call(...args)).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (error !== undefined)
        expect.soft((error as Error).name, what).toMatch(/^[A-Z]\w+(?<!^Type|^Range|^Syntax|^Reference)Error$/);
    }
  });
});

test("what would be ignored in silence is refused", async () => {
  expect(() => native("cuda" as never)).toThrow(/native: expected options as an object.*found "cuda"/);
  expect(() => native({ providers: "cuda" } as never)).toThrow(/found providers/);
  expect(() => setDefaultRuntime("cpu" as never)).toThrow(/expected a runtime such as native\(\), found "cpu"/);
  expect(() => fromNested([["a"]] as never)).toThrow(/expected numbers.*found string/);
  expect(() => gaussian({ mean: [0], variance: 2 } as never)).toThrow(/unknown option variance/);
  expect(() => scorefield.projected(model, [[1, 2]] as never)).toThrow(ArgumentError);
  await expect(scorefield.readTable("a.csv", { column: ["x"] } as never)).rejects.toThrow(/found column/);
  await expect(scorefield.loadRun("runs/x", { checkpoints: 3 } as never)).rejects.toThrow(/unknown option checkpoints/);
  await expect(verify({ fast: true } as never).next()).rejects.toThrow(/unknown option fast/);
});
