import { compile, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { quickDraws } from "../../random/quick-draws.ts";
import { lineBetweenKnown } from "./line-between-known.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** The line of one signal, as one reads it off; NaN is not known. */
const lineOf = (values: readonly number[]): number[] => {
  const known = [...values.keys()].filter((t) => !Number.isNaN(values[t]!));
  return values.map((_, t) => {
    const [before, after] = [known.findLast((k) => k <= t), known.find((k) => k >= t)];
    if (before === undefined || after === undefined) return values[before ?? after ?? -1] ?? 0;
    return before === after
      ? values[t]!
      : values[before]! + ((values[after]! - values[before]!) * (t - before)) / (after - before);
  });
};

test.each([1, 2, 7, 16, 33])(
  "signals of %i places: the line at random known places, none and all of them",
  async (places) => {
    const draw = quickDraws(places);
    const signals = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: places }, () => (draw() < (i % 6) / 5 ? 4 * draw() - 2 : Number.NaN)),
    );
    const spec = { shape: [60, places], dtype: "float64" } as const;
    const line = await compile(lineBetweenKnown, [spec, spec], { runtime });
    const flat = Float64Array.from(signals.flat());
    const { data } = await line(
      ndarray(
        flat.map((value) => (Number.isNaN(value) ? 0 : value)),
        [60, places],
      ),
      ndarray(
        flat.map((value) => (Number.isNaN(value) ? 0 : 1)),
        [60, places],
      ),
    );
    await line.dispose();
    for (const [i, signal] of signals.entries())
      for (const [t, value] of lineOf(signal).entries()) expect(data[i * places + t]).toBeCloseTo(value, 12);
  },
);
