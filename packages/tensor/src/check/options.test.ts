import { expect, test } from "vitest";
import { native } from "../runtime/native.ts";
import { type Known, optionsProblem } from "./options.ts";

interface Options {
  readonly count: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: unknown;
  readonly onProgress?: () => void;
}
const known = { count: true, seed: true, signal: true, runtime: true, onProgress: true } satisfies Known<Options>;

test("good options have no problem", () => {
  const { signal } = new AbortController();
  const all = { count: 1, seed: 0, signal, runtime: native(), onProgress: () => {} };
  for (const options of [{}, { count: 1 }, { signal: undefined, onProgress: undefined }, all])
    expect(optionsProblem(options, known)).toBe(undefined);
  // @ts-expect-error an option that is not named
  ({ count: true }) satisfies Known<Options>;
});

test("a value that is not an object, and an unknown name, are reported", () => {
  for (const given of [undefined, null, "count", 3, [1], new Float32Array(2)])
    expect(optionsProblem(given, known)?.expected).toBe("options as an object, such as { count, seed, signal }");
  expect(optionsProblem({ sede: 1 }, known)).toEqual({
    expected: "options among count, seed, signal, runtime, onProgress",
    found: "sede",
    near: "seed",
  });
  // A name that every object has is no name of an option.
  expect(optionsProblem(JSON.parse('{"__proto__": 1}'), known)?.found).toBe("__proto__");
  expect(optionsProblem({ constructor: 1 }, known)?.found).toBe("constructor");
});

test("a signal, a runtime and a function are distinguished from other values in every list of options", () => {
  const wrong = {
    signal: [5, null, {}, "stop", new AbortController()],
    runtime: [5, null, {}, "native", native],
    onProgress: [5, null, {}, "log"],
  };
  for (const [name, values] of Object.entries(wrong))
    for (const value of values)
      expect(optionsProblem({ [name]: value }, known)?.expected).toMatch(new RegExp(`^${name} to be an? `));
  // Where it is not known, it is an unknown option.
  expect(optionsProblem({ signal: 5 }, { count: true })?.found).toBe("signal");
});
