/**
 * The pictures of docs/score.md, score-*.svg in docs/images: data, data with noise, the score, denoised estimates and the way
 * of samples. All are of one distribution that is known exactly. `npm run bench docs/make/score.ts`, some seconds.
 */
import { edm, exact, gaussianMixture, heun, sample, score } from "@scorefield/core";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { arrowMarks, densityMarks } from "../../packages/scorefield/src/figure/field-marks.ts";
import { Plot, palette } from "../../packages/scorefield/src/figure/plot.ts";
import { writeImage } from "./page-section.ts";
import { dots, planeRow } from "./plane-row.ts";

const runtime = native({ threads: 1 });
const half = 3.2;
const domain = [-half, half] as const;

/** Two moons, each of 12 round Gaussians along half a circle. */
const means = [0, 1].flatMap((moon) =>
  Array.from({ length: 12 }, (_, i) => {
    const angle = Math.PI * (i / 11 + moon);
    return [1.2 * Math.cos(angle) - 0.6 + 1.2 * moon, 1.2 * Math.sin(angle) - 0.3 + 0.6 * moon];
  }),
);
const density = gaussianMixture({ means, covariances: means.map(() => 0.012) });
const model = exact(density, edm({ sigmaMin: 0.01 }));
const count = 1500;
const data = density.sample(count, 1);

/** The data, and sigma times the same standard normal noise each time. */
const noise = exact(gaussianMixture({ means: [[0, 0]], covariances: [1] }), edm()).density.sample(count, 2);
const noisy = (sigma: number): NdArray =>
  ndarray(
    Float32Array.from(data.data as Float32Array, (value, i) => value + sigma * Number(noise.data[i])),
    [count, 2],
  );

/** What `f` says of points at one noise level. */
const at = async (f: (x: Tensor, t: Tensor) => Tensor, points: NdArray, sigma: number): Promise<NdArray> => {
  const n = points.shape[0]!;
  const time = model.process.timeOfLogSnr(-2 * Math.log(sigma));
  const compiled = await compile(f, [points, { shape: [n] }], { runtime });
  const result = await compiled(points, ndarray(new Float32Array(n).fill(time)));
  await compiled.dispose();
  return result;
};

const levels = [0.1, 0.4, 1.2];
writeImage(
  "score-noise.svg",
  planeRow(
    [0, ...levels].map((sigma) => ({
      title: sigma === 0 ? "data" : `noise of ${sigma}`,
      captions: [sigma === 0 ? "points of two moons" : `each point moved by ${sigma} z`],
      marks: [dots(noisy(sigma), palette.data)],
    })),
    { domain, description: "Points of two moons, and the same points with more and more noise until no moon is left." },
  ),
);

const side = 64;
const axis = Array.from({ length: side }, (_, i) => -half + (2 * half * i) / (side - 1));
const grid = ndarray(Float32Array.from(axis.flatMap((y) => axis.flatMap((x) => [x, y]))), [side * side, 2]);
const fields = [];
for (const sigma of levels) {
  const arrows = await at((x, t) => score(model, x, t), grid, sigma);
  const heights = await at((x, t) => model.logDensity(x, t), grid, sigma);
  fields.push({
    title: `noise of ${sigma}`,
    captions: ["arrows: score; shade: log-density"],
    marks: [
      ...densityMarks({ x: axis, y: axis, logDensity: Array.from(heights.data as Float32Array) }),
      ...arrowMarks({ x: axis, y: axis, score: { ...arrows, shape: [side, side, 2] } }, 236 / (2 * half)),
    ],
  });
}
writeImage(
  "score-field.svg",
  planeRow(fields, {
    domain,
    description:
      "Arrows that point to where the points are denser: along the moons at little noise, to the middle at much.",
  }),
);

/** Lines [from, to] between two lists of points [n, 2], the first of them. */
const lines = (from: NdArray, to: NdArray, most: number): Plot.Markish =>
  Plot.link(
    Array.from({ length: most }, (_, i) => [0, 1].map((k) => [from, to].map(({ data }) => Number(data[2 * i + k])))),
    {
      x1: (d: number[][]) => d[0]![0],
      x2: (d: number[][]) => d[0]![1],
      y1: (d: number[][]) => d[1]![0],
      y2: (d: number[][]) => d[1]![1],
      stroke: palette.muted,
      strokeWidth: 0.7,
      clip: true,
    },
  );

const estimates = [];
const shown = 150;
for (const sigma of levels) {
  const points = noisy(sigma);
  const denoised = await at((x, t) => model.denoise(x, t), points, sigma);
  const few = (array: NdArray): NdArray =>
    ({ ...array, data: array.data.slice(0, 2 * shown), shape: [shown, 2] }) as NdArray;
  estimates.push({
    title: `noise of ${sigma}`,
    captions: ["from noisy points to their estimates"],
    marks: [
      lines(points, denoised, shown),
      Plot.dot(pointsOf(few(points)), { r: 1.4, fill: palette.data, clip: true }),
      Plot.dot(pointsOf(few(denoised)), { r: 1.8, fill: palette.sample, clip: true }),
    ],
  });
}
function pointsOf({ data, shape }: NdArray): [number, number][] {
  return Array.from({ length: shape[0]! }, (_, i) => [Number(data[2 * i]), Number(data[2 * i + 1])]);
}
writeImage(
  "score-denoised.svg",
  planeRow(estimates, {
    domain,
    description:
      "Noisy points joined to their denoised estimates, which lie on the moons at little noise and near the middle at much.",
  }),
);

// From much noise to none: where the samples are at some noise levels, and how they came there.
const states: { sigma: number; x: NdArray }[] = [];
await sample(model, {
  count,
  batch: count,
  sampler: heun({ steps: 60 }),
  seed: 3,
  runtime,
  onProgress: ({ x, t }) => states.push({ sigma: t > 0 ? model.process.sigma(t) : 0, x }),
});
const stops = [1.2, 0.4, 0.1, 0];
const traced = 16;
const way = stops.map((stop, i) => {
  const { x, sigma } = states.find((state) => state.sigma <= stop)!;
  const before = states.filter((state) => state.sigma >= sigma && state.sigma <= 2);
  const paths = Array.from({ length: traced }, (_, k) =>
    Plot.line(
      before.map((state) => [Number(state.x.data[2 * k]), Number(state.x.data[2 * k + 1])] as [number, number]),
      { stroke: palette.ink, strokeOpacity: 0.6, strokeWidth: 0.7, clip: true },
    ),
  );
  return {
    title: i === stops.length - 1 ? "samples" : `noise of ${sigma.toPrecision(2)}`,
    captions: [`and the way of ${traced} of them`],
    marks: [dots(x, palette.sample, 800), ...paths],
  };
});
writeImage(
  "score-path.svg",
  planeRow(way, {
    domain,
    description:
      "A cloud of noise that draws together into two moons as noise is taken away, with the paths of some points.",
  }),
);
await runtime.dispose();
