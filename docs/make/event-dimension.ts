/**
 * Two-body events: the dimension that instruments find where it is known, and what exact projection costs. Two tables in
 * docs/collisions.md and docs/images/event-dimension.svg. `npm run bench docs/make/event-dimension.ts`, some minutes.
 *
 * e+ e- -> W+ W- at 200 GeV with both W on their mass shell: eight numbers, energy and momentum of each, obey six equations.
 * Two angles are left.
 */
import { denoisingDimension, flipd, localPca, marginals, normalBundle } from "@scorefield/assess";
import { denoising, edm, edmPreconditioning, mlp, projected, sample, train, uniform, unipc } from "@scorefield/core";
import { momentumViolations, projectMomenta } from "@scorefield/domain/event";
import { concat, type NdArray, ndarray, setDefaultRuntime, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Curve, curveColours, curvesFigure } from "../../packages/scorefield/src/figure/curves.ts";
import { markdownTable, writeImage, writeSection } from "./page-section.ts";

setDefaultRuntime(native({ threads: 1 }));
const [energy, mass] = [200, 80.377];
const momentum = Math.sqrt((energy / 2) ** 2 - mass ** 2);
const beta = momentum / (energy / 2);
const steps = Number(process.argv[2] ?? 4000);

/** The cosine of the angle to the beam, drawn from 1 / (1 + beta^2 - 2 beta cos), the pole of neutrino exchange. */
const cosineOf = (u: number): number => {
  const [least, most] = [(1 + beta) ** 2, (1 - beta) ** 2];
  return (1 + beta ** 2 - least * (most / least) ** u) / (2 * beta);
};

/** Events in units of the model, [n, 8]: energies as their share beyond half of all, momenta in units of the exact one. */
const generate = (n: number, seed: number): NdArray<"float32"> => {
  const u = uniform([n, 2], { seed, dtype: "float64" }).data;
  const data = new Float32Array(8 * n);
  for (let i = 0; i < n; i++) {
    const [cos, phi] = [cosineOf(u[2 * i]!), 2 * Math.PI * u[2 * i + 1]!];
    const sin = Math.sqrt(1 - cos ** 2);
    for (const k of [0, 1])
      data.set(
        [sin * Math.cos(phi), sin * Math.sin(phi), cos].map((c) => (k === 0 ? c : -c)),
        8 * i + 4 * k + 1,
      );
  }
  return ndarray(data, [n, 8]);
};

/** Energies and momenta in GeV, [n, 2, 4]. */
const momentaOf = ({ data, shape: [n = 0] }: NdArray): NdArray<"float64"> =>
  ndarray(
    Float64Array.from(data as Float32Array, (value, k) =>
      k % 4 === 0 ? (energy / 2) * (1 + value) : momentum * value,
    ),
    [n, 2, 4],
  );

const training = generate(10_000, 1);
const { result } = train({
  data: training,
  process: edm(),
  network: mlp({ width: 128, depth: 4 }),
  preconditioning: edmPreconditioning({ sigmaData: 0.5 }),
  objective: denoising({ sigmaData: 0.5 }),
  learningRate: 2e-3,
  steps,
  seed: 0,
});
const model = await result;
console.error(`${steps} steps`);

const timeOf = (sigma: number): number => model.process.timeOfLogSnr(-2 * Math.log(sigma));
const points = generate(40, 2);
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const methods = ["normal-bundle spectra", "FLIPD", "denoising loss"] as const;
const estimates = async (sigma: number) => {
  const options = { time: timeOf(sigma) };
  return [
    (await normalBundle(model, points, options)).dimension.data,
    (await flipd(model, points, options)).data,
    (await denoisingDimension(model, points, { ...options, draws: 64 })).dimension.data,
  ] as const;
};
const sigmas = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const shown = [0.02, 0.05, 0.1, 0.2];
const curves = methods.map((name, k): Curve & { points: { x: number; y: number }[] } => ({
  name,
  colour: curveColours[k]!,
  points: [],
}));
for (const sigma of sigmas)
  for (const [k, values] of (await estimates(sigma)).entries()) curves[k]!.points.push({ x: sigma, y: mean(values) });
const pca = mean(localPca(training, points).dimension.data);
const valueAt = (k: number, sigma: number): string => curves[k]!.points.find(({ x }) => x === sigma)!.y.toFixed(2);
const dimensions = markdownTable(
  ["mean dimension of 40 events", ...shown.map((sigma) => `noise ${sigma}`)],
  [
    ...methods.map((name, k) => [name, ...shown.map((sigma) => valueAt(k, sigma))]),
    ["local PCA of 10,000 events", ...shown.map(() => pca.toFixed(2))],
  ],
);
console.log(dimensions);
writeSection("collisions.md", "event-dimension", dimensions);
writeImage(
  "event-dimension.svg",
  curvesFigure(
    [
      {
        title: "Mean dimension of two-body events",
        x: { label: "noise sigma, in units of the momentum", log: true },
        y: { label: "dimension", domain: [0, 9] },
        curves,
      },
    ],
    { description: "Curves of the dimension that three methods find against noise: two under little noise." },
  ),
);

/** The nearest event of two bodies back to back with the energy and masses that physics gives, in units of the model. */
const backToBack = (x: Tensor): Tensor => {
  const [first, second] = [
    x.slice([
      [0, x.shape[0]!],
      [1, 4],
    ]),
    x.slice([
      [0, x.shape[0]!],
      [5, 8],
    ]),
  ];
  const apart = first.subtract(second);
  const unit = apart.divide(apart.square().sum(1, { keepDims: true }).sqrt());
  const none = x
    .slice([
      [0, x.shape[0]!],
      [0, 1],
    ])
    .multiply(0);
  return concat([none, unit, none, unit.multiply(-1)], 1);
};
const count = 10_000;
const options = { count, sampler: unipc({ steps: 32 }), seed: 3 };
const constraints = { masses: [mass, mass], total: { energy, px: 0, py: 0, pz: 0 } };
const plain = momentaOf(await sample(model, options));
const after = projectMomenta(plain, constraints);
const during = momentaOf(await sample(projected(model, backToBack), options));
const truth = momentaOf(generate(count, 4));
/** Of the first particle: the cosine to the beam, and the azimuth. */
const anglesOf = ({ data }: NdArray<"float64">): NdArray<"float64"> =>
  ndarray(
    Float64Array.from({ length: 2 * count }, (_, k) => {
      const [x, y, z] = data.subarray(8 * (k >> 1) + 1, 8 * (k >> 1) + 4) as unknown as [number, number, number];
      return k % 2 === 0 ? z / Math.hypot(x, y, z) : Math.atan2(y, x);
    }),
    [count, 2],
  );
const residualOf = (momenta: NdArray<"float64">): readonly [number, number] => {
  // The violations that projection would begin with: those of nothing moved.
  const residuals = momentumViolations(momenta, constraints);
  return [mean(residuals), residuals.reduce((a, b) => Math.max(a, b), 0)];
};
const sets = [
  ["as the model draws them", plain],
  ["projected after sampling", after.momenta],
  ["projected at every step", during],
  ["other exact events", momentaOf(generate(count, 5))],
] as const;
const rows = sets.map(([name, momenta]) => {
  const [average, largest] = residualOf(momenta);
  const [cosine, azimuth] = marginals(anglesOf(momenta), anglesOf(truth));
  const exponent = (value: number): string => (value === 0 ? "0" : value.toExponential(1));
  return [name, exponent(average), exponent(largest), cosine!.wasserstein.toFixed(4), azimuth!.wasserstein.toFixed(3)];
});
const projection = markdownTable(["events", "mean residual", "largest", "W1 of the cosine", "W1 of the azimuth"], rows);
console.log(projection);
console.log(`moved by ${mean(after.moved).toFixed(2)} GeV in the mean`);
writeSection("collisions.md", "event-projection", projection);
