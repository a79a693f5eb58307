import { expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { checkMade, checkOptions, type Known } from "./check-options.ts";
import { declare } from "./declare.ts";

interface Options {
  readonly count: number;
  readonly seed?: number;
}
const known = { count: true, seed: true } satisfies Known<Options>;

test("unknown options are named with the nearest known one", () => {
  expect(() => checkOptions("draw", { count: 1 }, known)).not.toThrow();
  expect(() => checkOptions("draw", { coutn: 1 }, known)).toThrow(
    "draw: unknown option coutn; known are count, seed; did you mean count?",
  );
  for (const given of [undefined, null, "count", 3, [1], new Float32Array(2)]) {
    expect(() => checkOptions("draw", given, known)).toThrow(ArgumentError);
    expect(() => checkOptions("draw", given, known)).toThrow(
      /^draw: expected options as an object, such as \{ count, seed \}, found/,
    );
  }
  // @ts-expect-error an option that is not named
  ({ count: true }) satisfies Known<Options>;
});

const heun = declare({
  kind: "heun",
  summary: "",
  source: "",
  settings: {},
  make: (_, recipe) => ({ recipe }),
});

test("what is not a made thing is refused", () => {
  const check = (value: unknown) => () => checkMade("draw sampler", value, ["recipe"], "a sampler such as heun()");
  expect(check(heun())).not.toThrow();
  expect(check("heun")).toThrow('draw sampler: expected a sampler such as heun(), found "heun"');
  expect(check(undefined)).toThrow("draw sampler: expected a sampler such as heun(), found nothing");
  expect(check(heun)).toThrow(
    "draw sampler: expected a sampler such as heun(), found the function that makes one; call it",
  );
  expect(check({ result: Promise.resolve() })).toThrow(/found a training; its model is: await training\.result$/);
});
