/**
 * How many dimensions each digit has: for a run on labelled images, `npm run bench docs/make/digit-dimension.ts RUN`, some
 * minutes. Writes a table into docs/instruments.md, docs/images/digit-dimension.svg (the mean by scale) and
 * docs/images/digit-dimension.png (held-out images of the lowest and the highest dimension).
 */
import { writeFile } from "node:fs/promises";
import { denoisingDimension, flipd, localPca, noiseTimes, normalBundle, sampleCorrelation } from "@scorefield/assess";
import { meanOf } from "@scorefield/assess/internal";
import { ndarray, setDefaultRuntime, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type Curve, curveColours, curvesFigure } from "../../packages/scorefield/src/figure/curves.ts";
import { imageGrid } from "../../packages/scorefield/src/figure/image-grid.ts";
import { loadLabelledRun } from "./labelled-run.ts";
import { markdownTable, writeImage, writeSection } from "./page-section.ts";

const [path] = process.argv.slice(2);
if (!path) throw new Error("expected a run on labelled images: docs/make/digit-dimension.ts RUN");
setDefaultRuntime(native());
const { model, classes, training, heldOut } = await loadLabelledRun(path);

const perClass = 20;
const compared = 0.2;
const chosen = classes.flatMap((_, k) =>
  Array.from({ length: heldOut.count }, (_, i) => i)
    .filter((i) => heldOut.labels![i] === k)
    .slice(0, perClass),
);
const labels = chosen.map((i) => heldOut.labels![i]!);
const x = await heldOut.read(chosen);
const size = sizeOf(model.shape);
const timeOf = (sigma: number): number => model.process.timeOfLogSnr(-2 * Math.log(sigma));

/** What FLIPD and the denoising loss say of all images at one level. */
const estimates = async (time: number) => {
  const slopes = await flipd(model, x, { time, probes: 16 });
  const losses = await denoisingDimension(model, x, { time, draws: 32 });
  return [slopes.data, losses.dimension.data] as const;
};

const times = noiseTimes(model.process, { lowest: 0.02, highest: 4, count: 10 });
const curves = ["FLIPD", "denoising loss"].map((name, k) => ({
  name,
  colour: curveColours[k]!,
  points: [] as { x: number; y: number; error: number }[],
}));
for (const time of times) {
  const noise = model.process.sigma(time) / model.process.alpha(time);
  for (const [k, values] of (await estimates(time)).entries()) {
    const { mean, standardError } = meanOf(values);
    curves[k]!.points.push({ x: noise, y: mean, error: standardError });
  }
  console.log(noise.toFixed(3), ...curves.map((curve) => curve.points.at(-1)!.y.toFixed(1)));
}

const known = await training.read(Array.from({ length: Math.min(10_000, training.count) }, (_, i) => i));
const [slopes, losses] = await estimates(timeOf(compared));
const baseline = localPca(known, x).dimension.data;
// A spectrum takes thousands of evaluations for an image. It has no gap here; values below 1/2 are more tangent than normal.
const firsts = ndarray(
  Float32Array.from(classes.flatMap((_, k) => [...x.data.subarray(k * perClass * size, (k * perClass + 1) * size)])),
  [classes.length, ...model.shape],
);
const { singularValues } = await normalBundle(model, firsts, { time: timeOf(compared) });
const methods = [losses, baseline, slopes];
const rows = classes.map((name, k) => {
  const tangents = singularValues.data.subarray(k * size, (k + 1) * size).filter((value) => value < 0.5).length;
  const means = methods.map((values) => {
    const { mean, standardError } = meanOf(values.filter((_, i) => labels[i] === k));
    return `${mean.toFixed(1)} ± ${standardError.toFixed(1)}`;
  });
  return [name, ...means, `${tangents} (${losses[k * perClass]!.toFixed(0)})`];
});
const agreement = sampleCorrelation(
  ndarray(Float64Array.from(labels.flatMap((_, i) => methods.map((values) => values[i]!))), [labels.length, 3]),
);
console.log(rows.map((row) => row.join("  ")).join("\n"));
const between = (i: number, j: number): string => agreement.data[3 * i + j]!.toFixed(2);
writeSection(
  "instruments.md",
  "digit-dimension",
  [
    markdownTable(
      ["digit", "denoising loss", "local PCA", "FLIPD", "spectrum of one image (its denoising loss)"],
      rows,
    ),
    `Correlation over the ${labels.length} images: denoising loss and local PCA ${between(0, 1)}, denoising loss and FLIPD ${between(0, 2)}.`,
  ].join("\n\n"),
);
const plot = {
  title: "Mean dimension by scale",
  x: { label: "noise sigma, pixels in [−1, 1]", log: true },
  y: { label: "dimension", domain: [-50, 150] as const },
  curves: curves satisfies readonly Curve[],
};
const description =
  "The mean dimension that FLIPD and the denoising loss see around held-out digits, against noise: it falls as noise grows.";
writeImage("digit-dimension.svg", curvesFigure([plot], { width: 560, description }));

const order = Array.from(labels.keys()).sort((a, b) => losses[a]! - losses[b]!);
const across = 16;
const shown = [...order.slice(0, across), ...order.slice(-across)];
const sheet = new Float32Array(shown.length * size);
for (const [k, i] of shown.entries()) sheet.set(x.data.subarray(i * size, (i + 1) * size), k * size);
await writeFile(
  new URL("../images/digit-dimension.png", import.meta.url),
  await imageGrid(ndarray(sheet, [shown.length, ...model.shape]), { columns: across, scale: 2 }),
);
