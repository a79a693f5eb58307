import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gainPreconditioning } from "./gain-preconditioning.ts";
import { edmPreconditioning, type Preconditioning } from "./preconditioning.ts";
import { preconditioningFromRecipe } from "./preconditionings.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const rows = (...data: number[]) => ndarray(Float64Array.from(data), [2, 2]);
// Two samples of one complex number each, of a real and an imaginary channel.
const samples = rows(0.4, -1, 2, 0.3);
const end = rows(3, -2, 0.5, 1);

/** What a network that gives `output`, or what it is given, denoises to at a ratio of noise to data. */
const denoised = async (
  preconditioning: Preconditioning,
  ratio: number,
  output: readonly [number, number] | undefined,
  observed = true,
) => {
  const spec = { shape: [2, 2], dtype: "float64" } as const;
  const run = await compile(
    (y: Tensor, e: Tensor, F: Tensor) =>
      preconditioning.denoise(
        y,
        y
          .slice([null, [0, 1]])
          .multiply(0)
          .add(ratio),
        (x) => (output ? x.multiply(0).add(F) : x),
        observed ? { observed: e } : {},
      ),
    [spec, spec, spec],
    { runtime },
  );
  const [re, im] = output ?? [0, 0];
  const { data } = await run(samples, end, rows(re, im, re, im));
  await run.dispose();
  return Array.from(data as Float64Array);
};

test("at high noise an output multiplies the other end as a complex number: -1 takes it away, 0 keeps it", async () => {
  const close = (found: readonly number[], expected: readonly number[]) => {
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
  };
  close(await denoised(gainPreconditioning(), 1e5, [-1, 0]), [-3, 2, -0.5, -1]);
  close(await denoised(gainPreconditioning(), 1e5, [0, 0]), [0, 0, 0, 0]);
  // (2 - i) (3 - 2i) = 4 - 7i and (2 - i) (0.5 + i) = 2 + 1.5i
  close(await denoised(gainPreconditioning(), 1e5, [2, -1]), [4, -7, 2, 1.5]);
});

test("at low noise, and without the other end, it is edm", async () => {
  const [low, edm] = [
    await denoised(gainPreconditioning(), 1e-3, [0.7, 0.7]),
    await denoised(edmPreconditioning(), 1e-3, [0.7, 0.7]),
  ];
  for (const [i, value] of low.entries()) expect(value).toBeCloseTo(edm[i]!, 7);
  for (const output of [[0.7, 0.1] as const, undefined])
    expect(await denoised(gainPreconditioning({ sigmaData: 0.5 }), 0.8, output, false)).toEqual(
      await denoised(edmPreconditioning({ sigmaData: 0.5 }), 0.8, output),
    );
});

test("its formula, written out, with a network that gives back what it sees", async () => {
  const [s, r] = [0.5, 0.8];
  const skip = s ** 2 / (r ** 2 + s ** 2);
  const out = (r * s) / Math.sqrt(r ** 2 + s ** 2);
  const found = await denoised(gainPreconditioning({ sigmaData: s }), r, undefined);
  for (const i of [0, 2]) {
    const [yr, yi, er, ei] = [samples.data[i]!, samples.data[i + 1]!, end.data[i]! / s, end.data[i + 1]! / s];
    const [Fr, Fi] = [(skip * yr) / s, (skip * yi) / s];
    expect(found[i]).toBeCloseTo(skip * yr + out * (skip * Fr + (1 - skip) * (Fr * er - Fi * ei)), 12);
    expect(found[i + 1]).toBeCloseTo(skip * yi + out * (skip * Fi + (1 - skip) * (Fr * ei + Fi * er)), 12);
  }
});

test("its recipe rebuilds it; fewer numbers than the other end, and odd channels, are refused", async () => {
  expect(preconditioningFromRecipe({ kind: "gain" }).recipe).toEqual(gainPreconditioning().recipe);
  const tried = (channels: number, size: number) =>
    compile(
      (y: Tensor, e: Tensor) => gainPreconditioning().denoise(y, y.slice([null, [0, 1]]), (x) => x, { observed: e }),
      [
        { shape: [2, channels], dtype: "float64" },
        { shape: [2, size], dtype: "float64" },
      ],
      { runtime },
    );
  await expect(tried(2, 1)).rejects.toThrow(/expected observed \[n, 2 or more\]/);
  await expect(tried(3, 3)).rejects.toThrow(/even number of channels/);
});
