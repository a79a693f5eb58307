import { type Inspection, inspect } from "@scorefield/assess";
import { instrumentNames } from "@scorefield/assess/internal";
import { edm, exact, gaussian, type ScoreModel, uniformSphere } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { htmlPage } from "../page.ts";
import { inspectionSections } from "./sections.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const tiny = {
  levels: 4,
  points: 300,
  looked: 20,
  draws: 16,
  starts: 20,
  ascentSteps: 100,
  chains: 4,
  chainSteps: 100,
  samples: 300,
  grid: 24,
};

const process = edm();
// biome-ignore lint/suspicious/noExplicitAny: numbers as a program reads them
type Numbers = Record<string, any>;

describe("the exact model of a Gaussian in the plane", () => {
  const model = exact(gaussian({ mean: [1, -1], covariance: [1, 0.25] }), process);
  const data = { heldOut: model.density.sample(300, 1), training: model.density.sample(600, 2) };
  const seen: number[] = [];
  let found: Inspection;
  let numbers: Numbers;
  beforeAll(async () => {
    found = await inspect(model, data, { effort: tiny, onProgress: ({ done }) => seen.push(done) });
    numbers = found;
  }, 60_000);

  test("every instrument finds what is known of it", () => {
    expect(Object.keys(numbers)).toEqual([...instrumentNames, "notes"]);
    expect(found.notes).toEqual([]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    const { plane, calibration, integrability, dimension, modes, smoothing, chains } = numbers;
    for (const { pathDependence } of plane.landscapes) expect(pathDependence.share).toBeLessThan(1e-4);
    expect(plane.largestCurl).toBeLessThan(1e-6);
    expect(plane.stationary.length).toBe(1);
    expect(plane.stationary[0]).toMatchObject({ kind: "mode", starts: 300 });
    for (const [j, value] of plane.stationary[0].point.entries()) expect(value).toBeCloseTo([1, -1][j]!, 3);
    for (const { loss, implied, excess } of calibration.heldOut) {
      expect(Math.abs(loss.mean - implied.mean)).toBeLessThan(4 * loss.standardError);
      expect(excess.mean).toBeCloseTo(loss.mean - implied.mean, 12);
    }
    for (const { asymmetry } of integrability.levels) expect(asymmetry).toBeLessThan(1e-4);
    expect(integrability.loops.circulation).toBeLessThan(1e-2);
    for (const { modes: list, hills } of modes.levels) expect([list.length, hills]).toEqual([1, 1]);
    // Under little noise the plane has two dimensions.
    for (const method of ["flipd", "denoising"]) {
      const { mean, standardError } = dimension.levels[0][method];
      expect(Math.abs(mean - 2)).toBeLessThan(4 * standardError + 0.01);
    }
    for (const { ratio, standardError } of [smoothing.tails, smoothing.peaks])
      expect(Math.abs(ratio - 1)).toBeLessThan(4 * standardError);
    expect(chains.chains.length).toBe(4);
    expect(chains.chains[0].acceptance.value).toBeGreaterThan(0.9);
    expect(seen.at(-1)).toBe(1);
    for (const [i, done] of seen.entries()) expect(done).toBeGreaterThanOrEqual(seen[i - 1] ?? 0);
  });

  test("its page holds a section and a figure for each, and stands alone", () => {
    // Of what was written as text and read again: pages need nothing but the JSON.
    const sections = inspectionSections(JSON.parse(JSON.stringify(found)), ["left", "right"]);
    const page = htmlPage({ title: "t", subtitle: "s", sections });
    expect(sections.length).toBe(instrumentNames.length);
    expect(page).toContain("Modes are not groups of the data");
    expect(page).toContain("left");
    expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(6);
    expect(page).toContain("Basins of attraction");
    // Squares of one row reach under their neighbours, so that no rounding leaves a line of the ground between.
    const cells = page.match(/<g[^>]*crispEdges.*?<\/g>/gs)!.flatMap((group) => group.match(/<rect[^>]*>/g)!);
    const squares = cells.map((cell) =>
      ["x", "width", "y"].map((name) => Number(new RegExp(` ${name}="([^"]+)"`).exec(cell)![1])),
    ) as [number, number, number][];
    expect(squares.length).toBeGreaterThan(2 * 14 ** 2);
    for (const [k, [x, width, y]] of squares.entries()) {
      const next = squares[k + 1];
      if (next?.[2] === y && next[0] > x) expect(x + width).toBeGreaterThan(next[0] + 0.4);
    }
    expect(page).not.toMatch(/NaN|undefined|<script|(src|href)="(?!#)/);
    // One sign for minus, in text and in the text of figures.
    const words = page.replace(/<style>.*?<\/style>/gs, "").match(/>[^<]+|aria-label="[^"]*/g)!;
    expect(words.filter((text) => /(^|[>"\s(,])-\d|\de-\d/.test(text))).toEqual([]);
  });
});

test("a Jacobian that no score has implies no loss, and the report says so", async () => {
  const truth = exact(gaussian({ mean: [0, 0] }), process);
  // A denoiser that points away from the data: 1 + sigma^2 tr J / d is -1/2 at every level.
  const model = { ...truth, score: undefined, denoise: (x: Tensor) => x.multiply(-0.5) } as unknown as ScoreModel;
  const heldOut = truth.density.sample(50, 1);
  const found = await inspect(model, { heldOut }, { effort: tiny, only: ["calibration"] });
  for (const level of (found as Numbers).calibration.heldOut) {
    expect(level).not.toHaveProperty("implied");
    expect(level.excess.mean).toBeCloseTo(level.loss.mean + 0.5, 9);
  }
  const html = inspectionSections(found)[0]!
    .parts.map((part) => part.html)
    .join("");
  expect(html).toContain("At 4 of 4 levels the Jacobian implies a variance below 0");
  expect(html).not.toContain("−0.5");
});

test("in more dimensions the plane is left out; chosen instruments alone; without training data no tails", async () => {
  const model = exact(uniformSphere({ dimension: 2, ambient: 6 }), process);
  const only = ["plane", "dimension", "smoothing"];
  const found = await inspect(model, { heldOut: model.density.sample(200, 1) }, { effort: tiny, only });
  expect(Object.keys(found)).toEqual(["dimension", "smoothing", "notes"]);
  const [spectra] = (found as Numbers).dimension.methods.filter(
    ({ name }: Numbers) => name === "normal-bundle spectra",
  );
  expect(spectra.mean).toBeCloseTo(2, 9);
  expect(inspectionSections(found)[1]!.parts[0]!.html).toContain("Left out");
});

test("samples of many numbers are looked at by probes", async () => {
  const variances = Array.from({ length: 100 }, (_, j) => (j < 5 ? 1 : 0));
  const model = exact(gaussian({ mean: new Array(100).fill(0), covariance: variances }), process);
  const only = ["integrability", "dimension", "modes"];
  const data = { heldOut: model.density.sample(60, 1) };
  const { dimension, integrability, modes } = (await inspect(model, data, {
    effort: { looked: 6, levels: 3, starts: 4 },
    only,
  })) as Numbers;
  for (const { name, mean } of dimension.methods)
    if (name !== "local PCA of the data") expect(Math.abs(mean - 5)).toBeLessThan(1.5);
  for (const { asymmetry } of integrability.levels) expect(asymmetry).toBeLessThan(1e-3);
  for (const { modes: list } of modes.levels) expect(list.length).toBe(1);
});

test("stops with the signal's reason", async () => {
  const model = exact(gaussian({ mean: [0] }), process);
  const signal = AbortSignal.abort(new Error("enough"));
  const heldOut = model.density.sample(20, 1);
  await expect(inspect(model, { heldOut }, { effort: tiny, signal })).rejects.toThrow("enough");
});
