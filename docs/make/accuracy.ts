/**
 * Evaluations against accuracy of the samplers of the probability-flow ODE: the figure docs/images/accuracy.svg and the
 * tables in docs/samplers.md. `npm run bench docs/make/accuracy.ts`, about a minute.
 */

import { slicedWasserstein } from "@scorefield/assess";
import {
  type AnySampler,
  ddim,
  deis,
  dormandPrince,
  dpmSolver,
  edm,
  euler,
  evaluations,
  exact,
  type FlowSamplerOptions,
  gaussianMixture,
  gridNames,
  heun,
  restart,
  type Sampler,
  sample,
  unipc,
} from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Label, Plot, page, palette } from "../../packages/scorefield/src/figure/plot.ts";
import { markdownTable, minus, writeImage, writeSection } from "./page-section.ts";

const count = 4000;
const budgets = [5, 8, 10, 18, 35, 50, 100, 200];

// Eight components on the unit circle, from round to thin and turned by the same angle each.
const components = Array.from({ length: 8 }, (_, k) => {
  const place = (k * Math.PI) / 4;
  const turn = (k * Math.PI) / 8;
  const [long, short] = [0.2 - 0.01 * k, 0.12 - 0.014 * k].map((s) => s ** 2) as [number, number];
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  return {
    mean: [Math.cos(place), Math.sin(place)],
    covariance: [
      [c * c * long + s * s * short, c * s * (long - short)],
      [c * s * (long - short), s * s * long + c * c * short],
    ],
  };
});
const mixture = gaussianMixture({
  means: components.map(({ mean }) => mean),
  covariances: components.map(({ covariance }) => covariance),
});
const process = edm();
const model = exact(mixture, process);
const runtime = native({ threads: 1 });

const draw = async (sampler: AnySampler): Promise<{ samples: NdArray<"float64">; spent: number }> => {
  let spent = 0;
  const samples = await sample(model, {
    count,
    batch: count,
    sampler,
    seed: 1,
    dtype: "float64",
    runtime,
    onProgress: (event) => {
      spent = event.evaluations;
    },
  });
  return { samples, spent };
};

/** The sampler with the most steps that a budget of evaluations allows; undefined where it allows none. */
const withinBudget = (make: (steps: number) => Sampler, budget: number): Sampler | undefined => {
  for (let steps = budget; steps > 1; steps--) {
    const sampler = make(steps);
    if (evaluations(sampler, process) <= budget) return sampler;
  }
  return undefined;
};

interface Method {
  name: string;
  colour: string;
  make: (steps: number) => Sampler;
  /** Fresh noise leads elsewhere than the ODE. */
  stochastic?: boolean;
}

const methods: readonly Method[] = [
  { name: "ddim", colour: "#8b95a1", make: (steps) => ddim({ steps }) },
  { name: "euler", colour: "#8b95a1", make: (steps) => euler({ steps }) },
  { name: "heun", colour: palette.data, make: (steps) => heun({ steps }) },
  { name: "dpm-solver++ 2", colour: "#e2a33b", make: (steps) => dpmSolver({ steps, order: 2 }) },
  { name: "dpm-solver++ 3", colour: palette.sample, make: (steps) => dpmSolver({ steps, order: 3 }) },
  { name: "unipc 3", colour: "#2d936c", make: (steps) => unipc({ steps, order: 3 }) },
  { name: "deis 3", colour: "#8057a8", make: (steps) => deis({ steps, order: 3 }) },
  {
    name: "restart",
    colour: "#c65b8e",
    stochastic: true,
    // Each of two descents from 0.3 to 0.06 has a quarter of the steps of the main one.
    make: (steps) =>
      restart({ steps, intervals: [{ low: 0.06, high: 0.3, steps: Math.max(1, Math.floor(steps / 4)), repeats: 2 }] }),
  },
];

/** The median distance of samples from their counterparts; a mean would speak of the few that end in another mode. */
const apart = ({ data: a }: NdArray<"float64">, { data: b }: NdArray<"float64">): number => {
  const distances = Float64Array.from({ length: count }, (_, i) =>
    Math.hypot(a[2 * i]! - b[2 * i]!, a[2 * i + 1]! - b[2 * i + 1]!),
  );
  return distances.sort()[count >> 1]!;
};

const reference = mixture.sample(count, 100);
const floors = Array.from({ length: 16 }, (_, i) => slicedWasserstein(mixture.sample(count, 101 + i), reference));
const floor = floors.reduce((a, b) => a + b) / floors.length;
const deviation = Math.sqrt(floors.reduce((sum, f) => sum + (f - floor) ** 2, 0) / (floors.length - 1));
const band = [floor - 2 * deviation, floor + 2 * deviation] as const;
console.log("floor", floor, deviation, "largest", Math.max(...floors));

const { samples: ends, spent: referenceCost } = await draw(dormandPrince({ rtol: 1e-11, atol: 1e-11 }));
console.log("reference", referenceCost, "evaluations; distance", slicedWasserstein(ends, reference));

interface Point {
  name: string;
  colour: string;
  /** The budget, or of an adaptive method the tolerance. */
  setting: number;
  spent: number;
  distance: number;
  /** From where the exact flow takes the same noise; undefined where the sampler draws fresh noise. */
  error: number | undefined;
}

const points: Point[] = [];
const measure = async (name: string, colour: string, setting: number, sampler: AnySampler, stochastic = false) => {
  const { samples, spent } = await draw(sampler);
  const distance = slicedWasserstein(samples, reference);
  const point = { name, colour, setting, spent, distance, error: stochastic ? undefined : apart(samples, ends) };
  points.push(point);
  console.log(name, setting, spent, distance.toPrecision(4), point.error?.toExponential(2) ?? "");
};
for (const { name, colour, make, stochastic } of methods)
  for (const budget of budgets) {
    const sampler = withinBudget(make, budget);
    if (sampler) await measure(name, colour, budget, sampler, stochastic);
  }
const tolerances = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
for (const tolerance of tolerances)
  await measure("dormand-prince", palette.ink, tolerance, dormandPrince({ rtol: tolerance, atol: tolerance }));

/** Median distances from the exact flow with each grid, all with the same number of evaluations. */
const gridBudget = 18;
const onGrids: string[][] = [];
for (const { name, make } of [
  { name: "heun", make: (options: FlowSamplerOptions) => heun(options) },
  { name: "dpm-solver++ 2", make: (options: FlowSamplerOptions) => dpmSolver({ ...options, order: 2 }) },
  { name: "dpm-solver++ 3", make: (options: FlowSamplerOptions) => dpmSolver({ ...options, order: 3 }) },
  { name: "unipc 3", make: (options: FlowSamplerOptions) => unipc({ ...options, order: 3 }) },
  { name: "deis 3", make: (options: FlowSamplerOptions) => deis({ ...options, order: 3 }) },
]) {
  const row = [`\`${name}\``];
  for (const grid of gridNames) {
    const { samples } = await draw(withinBudget((steps) => make({ steps, grid }), gridBudget)!);
    row.push(apart(samples, ends).toPrecision(2));
  }
  onGrids.push(row);
}
await runtime.dispose();

const cells = (value: (point: Point) => string | undefined) =>
  methods.map(({ name }) => [
    `\`${name}\``,
    ...budgets.map((budget) => {
      const point = points.find((p) => p.name === name && p.setting === budget);
      return (point && value(point)) ?? "–";
    }),
  ]);
const power = (v: number) => minus(v.toExponential(1));
const distances = markdownTable(
  ["sliced Wasserstein at", ...budgets.map(String)],
  cells(({ distance }) => distance.toFixed(3)),
);
const errors = markdownTable(
  ["median distance from the flow at", ...budgets.map(String)],
  cells(({ error }) => (error === undefined ? undefined : power(error))).filter((row) =>
    row.some((c) => c !== "–" && !c.startsWith("`")),
  ),
);
const adaptive = markdownTable(
  ["`dormand-prince`, rtol = atol", "evaluations", "sliced Wasserstein", "median distance from the flow"],
  points
    .filter(({ name }) => name === "dormand-prince")
    .map(({ setting, spent, distance, error }) => [
      power(setting).replace("1.0", "1"),
      `${spent}`,
      distance.toFixed(3),
      power(error!),
    ]),
);
const noise = `Between two exact sets of ${count.toLocaleString("en-US")} it is ${floor.toFixed(3)} ± ${deviation.toFixed(3)}: the floor.`;
writeSection("samplers.md", "distances", [distances, noise].join("\n\n"));
writeSection("samplers.md", "errors", [errors, adaptive].join("\n\n"));
writeSection(
  "samplers.md",
  "grids",
  markdownTable([`${gridBudget} evaluations on the grid`, ...gridNames.map((name) => `\`${name}\``)], onGrids),
);

const shown = points.filter(({ name }) => name !== "euler");
const side = 300;
const [left, top, gap] = [44, 40, 66];
const frame = {
  width: side + 58,
  height: side + 28,
  marginLeft: 54,
  marginRight: 4,
  marginTop: 4,
  marginBottom: 24,
  style: { fontSize: "11px" },
};
const x = {
  type: "log",
  domain: [4.3, 240],
  label: null,
  ticks: [5, 10, 20, 50, 100, 200],
  tickSize: 4,
  tickFormat: (v: number) => `${v}`,
} as const;
const curves = (value: "distance" | "error", list: readonly Point[]): Plot.Markish[] => {
  const drawn = list.filter((point) => point.spent <= 240);
  return [
    Plot.line(drawn, { x: "spent", y: value, z: "name", stroke: "colour", strokeWidth: 1.6, clip: true }),
    Plot.dot(drawn, { x: "spent", y: value, fill: "colour", r: 2.2, clip: true }),
  ];
};
const exponent = (v: number) => (v === 1 ? "1" : minus(`1e${Math.round(Math.log10(v))}`));
const scatter = mixture.sample(3000, 7);
const at = (i: number) => left + i * (side + gap);
const panels = [
  {
    left: at(0) - 54,
    top: top - 4,
    options: {
      ...frame,
      x: {
        domain: [-1.7, 1.7],
        label: null,
        ticks: [-1, 0, 1],
        tickSize: 4,
        tickFormat: (v: number) => minus(`${v}`),
      },
      y: {
        domain: [-1.7, 1.7],
        label: null,
        ticks: [-1, 0, 1],
        tickSize: 4,
        tickFormat: (v: number) => minus(`${v}`),
      },
      marks: [
        Plot.dot(
          Array.from({ length: 3000 }, (_, i) => [scatter.data[2 * i]!, scatter.data[2 * i + 1]!]),
          { x: "0", y: "1", r: 1, fill: palette.data, fillOpacity: 0.5, clip: true },
        ),
        Plot.frame({ stroke: palette.rule }),
      ],
    },
  },
  {
    left: at(1) - 54,
    top: top - 4,
    options: {
      ...frame,
      color: { type: "identity" as const },
      x,
      y: {
        type: "log" as const,
        domain: [0.01, 1],
        label: null,
        ticks: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
        tickSize: 4,
        tickFormat: (v: number) => `${v}`,
      },
      marks: [
        Plot.rect([0], { x1: 4.3, x2: 240, y1: band[0], y2: band[1], fill: "#e6eaef" }),
        ...curves("distance", shown),
        Plot.frame({ stroke: palette.rule }),
      ],
    },
  },
  {
    left: at(2) - 54,
    top: top - 4,
    options: {
      ...frame,
      color: { type: "identity" as const },
      x,
      y: {
        type: "log" as const,
        domain: [1e-7, 1],
        label: null,
        ticks: [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1],
        tickSize: 4,
        tickFormat: exponent,
      },
      marks: [
        ...curves(
          "error",
          shown.filter(({ error }) => error !== undefined),
        ),
        Plot.frame({ stroke: palette.rule }),
      ],
    },
  },
];
const labels: Label[] = ["Exact mixture, 3,000 draws", "Distance to exact samples", "Distance from the exact flow"].map(
  (text, i) => ({ x: at(i), y: top - 12, text: `${"abc"[i]}  ${text}`, size: 13, weight: 600 }),
);
for (const i of [1, 2])
  labels.push({ x: at(i) + side / 2, y: top + side + 40, text: "evaluations of the model", anchor: "middle" });
labels.push({ x: at(1) - 44, y: top + side / 2, text: "sliced Wasserstein distance", anchor: "middle", rotate: -90 });
labels.push({ x: at(2) - 44, y: top + side / 2, text: "median distance", anchor: "middle", rotate: -90 });
const legend = [...new Map(shown.map(({ name, colour }) => [name, colour]))];
for (const [i, [name, colour]] of legend.entries()) {
  const y = top + side - 14 - (legend.length - 1 - i) * 16;
  labels.push({ x: at(2) + 10, y: y + 3, text: "•", fill: colour, size: 20 });
  labels.push({ x: at(2) + 22, y, text: name === "ddim" ? "ddim = euler" : name, fill: colour, weight: 600 });
}
labels.push({ x: at(1) + 10, y: top + side - 18, text: "floor: exact against exact", fill: palette.muted });
const size = { width: at(2) + side + 12, height: top + side + 52 };
const description =
  "Three plots: a mixture of eight Gaussians on a circle; the sliced Wasserstein distance of samplers to exact samples " +
  "against evaluations, which falls to the sampling floor; and their distance from the exact flow, steeper the higher the order.";
writeImage("accuracy.svg", page({ ...size, panels, labels, description }));
