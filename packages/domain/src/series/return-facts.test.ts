import { stylisedFacts } from "@scorefield/assess";
import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { factSentences, returnFacts } from "./return-facts.ts";

const [n, length] = [40, 16];
const windows = (seed: number) => normal([n, 2, length], { seed, dtype: "float64" });
const seriesOf = (data: ArrayLike<number>, j: number): Float64Array =>
  Float64Array.from(
    { length: n * length },
    (_, at) => data[(Math.floor(at / length) * 2 + j) * length + (at % length)]!,
  );

test("facts are those of the windows one after the other, series by series; none look further than half a window", () => {
  const [samples, training] = [windows(1), windows(2)];
  const facts = returnFacts({ samples, training }, ["a", "b"]);
  const names = facts.filter(({ series }) => series === "a").map(({ fact }) => fact);
  expect(names).toEqual([
    "lossTail",
    "gainTail",
    "kurtosis1",
    "kurtosis5",
    "skewness",
    "memory1",
    "memory5",
    "clusters1",
    "clusters5",
  ]);
  const own = facts.find(({ series, fact }) => series === "b" && fact === "clusters1")!;
  expect(own.samples).toBe(stylisedFacts(seriesOf(samples.data, 1)).clusters1);
  expect(own.training).toBe(stylisedFacts(seriesOf(training.data, 1)).clusters1);
  expect(own.heldOut).toBeUndefined();
});

test("windows that lack values are left out, and too few returns say nothing", () => {
  const holes = windows(1);
  holes.data[3] = Number.NaN;
  const kept = ndarray(holes.data.slice(2 * length), [n - 1, 2, length]);
  const facts = (samples: typeof holes) => returnFacts({ samples }, ["a"]);
  expect(facts(holes)).toEqual(facts(kept));
  expect(facts(ndarray(holes.data.slice(0, 4 * length), [2, 2, length]))).toEqual([]);
  expect(factSentences([])).toEqual([]);
  expect(factSentences(facts(holes))[0]).toMatch(/^Stylised facts of returns of a: lossTail /);
});
