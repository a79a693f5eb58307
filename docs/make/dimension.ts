/**
 * The dimension of known manifolds by four methods: tables in docs/instruments.md and docs/images/dimension.svg.
 * `npm run bench docs/make/dimension.ts`, about a minute.
 */

import { denoisingDimension, flipd, localPca, normalBundle } from "@scorefield/assess";
import { type Density, edm, exact, gaussian, gaussianMixture, uniformSphere } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { type Curve, curveColours, curvesFigure } from "../../packages/scorefield/src/figure/curves.ts";
import { markdownTable, writeImage, writeSection } from "./page-section.ts";

const process = edm();
const runtime = native({ threads: 1 });
const timeOf = (sigma: number): number => process.timeOfLogSnr(-2 * Math.log(sigma));
const points = 40;
const rows = 2000;
const draws = 64;

interface Manifold {
  readonly name: string;
  readonly density: Density;
  /** The dimension of the part that a point lies on. */
  readonly dimensionAt: (point: ArrayLike<number>) => number;
}

const plane = (k: number, d: number): Manifold => ({
  name: `affine Gaussian, ${k} in ${d}`,
  density: gaussian({ mean: new Array(d).fill(0), covariance: Array.from({ length: d }, (_, j) => (j < k ? 1 : 0)) }),
  dimensionAt: () => k,
});

const sphere = (k: number, d: number): Manifold => ({
  name: `sphere, ${k} in ${d}`,
  // As wide as the Gaussian in each direction that it has.
  density: uniformSphere({ dimension: k, ambient: d, radius: Math.sqrt(k + 1) }),
  dimensionAt: () => k,
});

/** Flat parts of several dimensions, in directions that they do not share, far apart along the last coordinate. */
const union = (dimensions: readonly number[], d: number): Manifold => {
  const starts = dimensions.map((_, i) => dimensions.slice(0, i).reduce((a, b) => a + b, 0));
  return {
    name: `planes of ${dimensions.join(", ")} in ${d}`,
    density: gaussianMixture({
      means: dimensions.map((_, i) => Array.from({ length: d }, (_, j) => (j === d - 1 ? 6 * i : 0))),
      covariances: dimensions.map((k, i) =>
        Array.from({ length: d }, (_, j) => (j >= starts[i]! && j < starts[i]! + k ? 1 : 0)),
      ),
    }),
    dimensionAt: (point) => dimensions[Math.round(point[d - 1]! / 6)]!,
  };
};

const manifolds = [
  ...[plane, sphere].flatMap((make) => [make(2, 16), make(4, 16), make(2, 64), make(4, 64), make(16, 64)]),
  union([2, 4], 16),
  union([2, 4, 16], 64),
];

const methodNames = ["normal-bundle spectra", "FLIPD", "denoising loss", "local PCA"] as const;

/** What each method says of some points. */
const estimates = async ({ density }: Manifold, sigma: number) => {
  const model = exact(density, process);
  const x = density.sample(points, 1);
  const options = { time: timeOf(sigma), runtime };
  return {
    x,
    found: [
      (await normalBundle(model, x, options)).dimension.data,
      (await flipd(model, x, options)).data,
      (await denoisingDimension(model, x, { ...options, draws })).dimension.data,
      localPca(density.sample(rows, 2), x).dimension.data,
    ] as const,
  };
};

const compared = 0.02;
const table: string[][] = [];
for (const manifold of manifolds) {
  const { x, found } = await estimates(manifold, compared);
  const d = x.shape[1]!;
  const errors = found.map((values) => {
    const absolute = Array.from(values, (value, i) =>
      Math.abs(value - manifold.dimensionAt(x.data.subarray(i * d, (i + 1) * d))),
    );
    return absolute.reduce((a, b) => a + b, 0) / points;
  });
  table.push([manifold.name, ...errors.map((error) => (error < 0.005 ? "0.00" : error.toFixed(2)))]);
  console.log(table.at(-1)!.join("  "));
}
writeSection("instruments.md", "dimension", markdownTable(["mean absolute error", ...methodNames], table));

// What each method sees as noise grows.
const sigmas = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6];
const shown = [sphere(4, 16), union([2, 4], 16)];
const plots = [];
for (const manifold of shown) {
  const values: number[][] = [[], [], [], []];
  for (const sigma of sigmas) {
    const { found } = await estimates(manifold, sigma);
    for (const [k, each] of found.entries()) values[k]!.push(each.reduce((a, b) => a + b, 0) / points);
  }
  plots.push({
    title: `Mean dimension seen: ${manifold.name}`,
    x: { label: "noise sigma", log: true },
    y: { label: "dimension", domain: [-1, 9] as const },
    curves: methodNames.map(
      (name, k): Curve => ({
        name,
        colour: curveColours[[0, 1, 2, 5][k]!]!,
        dashed: name === "local PCA",
        points: sigmas.map((x, i) => ({ x, y: values[k]![i]! })),
      }),
    ),
  });
}
await runtime.dispose();
const description =
  "Two plots of the mean dimension that four methods see against noise: all see the true one under little noise, and forget it as noise reaches the size of the data.";
writeImage("dimension.svg", curvesFigure(plots, { description }));
