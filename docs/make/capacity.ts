/**
 * How a narrow network smooths what it learns: docs/images/capacity.svg and a table in docs/instruments.md.
 * `npm run bench docs/make/capacity.ts`, about three minutes.
 */

import { lineIntegrals, noiseTimes, scoreError, smoothing } from "@scorefield/assess";
import { edm, exact, gaussianMixture, mlp, type ScoreModel, sample, train } from "@scorefield/core";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Curve, curveColours, curvesFigure } from "../../packages/scorefield/src/figure/curves.ts";
import { palette } from "../../packages/scorefield/src/figure/plot.ts";
import { markdownTable, writeImage, writeSection } from "./page-section.ts";

const runtime = native({ threads: 1 });
const process = edm();
// Peaks of several widths on a line, of unit variance together.
const mixture = gaussianMixture({
  weights: [3, 4, 3],
  means: [[-1.2], [0.1], [1.25]],
  covariances: [0.2 ** 2, 0.3 ** 2, 0.12 ** 2],
});
const truth = exact(mixture, process);
const widths = [2, 4, 8, 16, 32, 64, 128];
const steps = 8000;
const count = 10_000;
const data = mixture.sample(50_000, 1);

/** The true log-density of points. */
const heightsOf = async (points: NdArray): Promise<NdArray> => {
  const n = points.shape[0]!;
  const height = await compile(
    (x: Tensor, alpha: Tensor, sigma: Tensor) => mixture.noisy(x, alpha, sigma).logDensity,
    [{ shape: [n, 1] }, { shape: [n] }, { shape: [n] }],
    { runtime },
  );
  const found = await height(points, ndarray(new Float32Array(n).fill(1)), ndarray(new Float32Array(n).fill(1e-4)));
  await height.dispose();
  return found;
};

const grid = Array.from({ length: 401 }, (_, i) => -2.4 + (4.6 * i) / 400);
const little = process.timeOfLogSnr(-2 * Math.log(0.1));

/** The density of a model on the grid, by line integrals of its score from each point to the next. */
const densityOf = async (model: ScoreModel): Promise<number[]> => {
  const paths = grid.slice(1).flatMap((x, i) => [grid[i]!, x]);
  const { integral } = await lineIntegrals(model, ndarray(Float64Array.from(paths), [400, 2, 1]), {
    time: little,
    runtime,
  });
  const logs = [0];
  for (const difference of integral.data) logs.push(logs.at(-1)! + difference);
  const top = Math.max(...logs);
  const heights = logs.map((value) => Math.exp(value - top));
  const mass = heights.reduce((a, b) => a + b, 0) * (grid[1]! - grid[0]!);
  return heights.map((height) => height / mass);
};

const reference = await heightsOf(mixture.sample(count, 2));
const times = noiseTimes(process, { lowest: 0.02, highest: 5, count: 9 });
/** What networks of a width learn. */
const learnt = async (width: number) => {
  const model = await train({
    data,
    process,
    network: mlp({ width, depth: 3 }),
    steps,
    decay: "cosine",
    seed: 0,
    runtime,
  }).result;
  const samples = await sample(model, { count, seed: 3, runtime });
  const { tails, peaks } = smoothing(await heightsOf(samples), reference);
  const errors = await scoreError(model, truth, mixture.sample(4000, 4), { times, runtime });
  console.log(width, tails, peaks);
  return { width, tails, peaks, errors, density: await densityOf(model) };
};
const found: Awaited<ReturnType<typeof learnt>>[] = [];
for (const width of widths) found.push(await learnt(width));
const exactly = await densityOf(truth);
await runtime.dispose();

const number = ({ ratio, standardError }: { ratio: number; standardError: number }) =>
  `${ratio.toFixed(2)} ± ${standardError.toFixed(2)}`;
writeSection(
  "instruments.md",
  "capacity",
  markdownTable(
    ["width", "tails, samples over data", "peaks, samples over data", "score error at noise 0.02", "at noise 0.16"],
    found.map(({ width, tails, peaks, errors }) => [
      `${width}`,
      number(tails),
      number(peaks),
      errors[0]!.error.mean.toPrecision(2),
      errors[3]!.error.mean.toPrecision(2),
    ]),
  ),
);

const drawn = [4, 16, 128];
const colourOf = (width: number) => curveColours[drawn.indexOf(width)]!;
const curve = (name: string, colour: string, ys: readonly number[], dashed = false): Curve => ({
  name,
  colour,
  dashed,
  points: grid.map((x, i) => ({ x, y: ys[i]! })),
});
const description =
  "Three plots: learnt densities of narrow and wide networks beside the truth; shares of samples in the tails and on the peaks against width; errors of the score against noise.";
writeImage(
  "capacity.svg",
  curvesFigure(
    [
      {
        title: "Density under noise of 0.1",
        x: { label: "x", domain: [-2.4, 2.2] },
        y: { label: "density", domain: [0, 1.3] },
        curves: [
          curve("true", palette.muted, exactly, true),
          ...drawn.map((width) =>
            curve(`width ${width}`, colourOf(width), found.find((each) => each.width === width)!.density),
          ),
        ],
      },
      {
        title: "Probability, samples over data",
        x: { label: "width of the network", log: true },
        y: { label: "ratio" },
        curves: [
          ...(["tails", "peaks"] as const).map((part, k) => ({
            name: part,
            colour: [palette.sample, palette.data][k]!,
            points: found.map((each) => ({ x: each.width, y: each[part].ratio, error: each[part].standardError })),
          })),
          { name: "", colour: palette.muted, dashed: true, points: widths.map((x) => ({ x, y: 1 })) },
        ],
      },
      {
        title: "Error of the score",
        x: { label: "noise sigma", log: true },
        y: { label: "sigma² E|s − s*|²", log: true },
        curves: drawn.map((width) => ({
          name: `width ${width}`,
          colour: colourOf(width),
          points: found
            .find((each) => each.width === width)!
            .errors.map(({ noise, error }) => ({ x: noise, y: error.mean, error: error.standardError })),
        })),
      },
    ],
    { width: 1200, description },
  ),
);
