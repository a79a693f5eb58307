/**
 * Energies over noise levels: normalising constants and the landscape of the moons, in docs/energies.md and
 * docs/images/landscape.svg. `npm run bench docs/make/energy-levels.ts`, about a minute.
 */

import { energyLandscape } from "@scorefield/assess";
import {
  annealedImportance,
  edm,
  energyModel,
  energyPreconditioning,
  exact,
  gaussianMixture,
  logDensity,
  mlp,
  normal,
  normalised,
  train,
} from "@scorefield/core";
import { moons } from "@scorefield/domain";
import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable, minus, writeImage, writeSection } from "./page-section.ts";
import { basin, planeRow } from "./plane-row.ts";

const runtime = native({ threads: 1 });
const process = edm();

// The normalising constant of a mixture of six dimensions, which is 1.
const six = exact(
  gaussianMixture({
    means: [
      [-1, 0.5, 0, 0.7, -0.4, 1],
      [0.8, -0.5, 0.9, -0.7, 0.3, -1],
    ],
    covariances: [0.2, [0.05, 0.3, 0.3, 0.1, 0.5, 0.2]],
  }),
  process,
);
const table: string[][] = [];
for (const count of [25, 50, 100, 200, 400]) {
  const { logNormaliser, standardError, effectiveSampleSize, acceptance } = await annealedImportance(six, {
    levels: count,
    runtime,
  });
  table.push([
    `${count}`,
    `${minus(logNormaliser.at(-1)!.toFixed(3))} ± ${standardError.at(-1)!.toFixed(3)}`,
    `${effectiveSampleSize.at(-1)!.toFixed(0)}`,
    `${(acceptance.reduce((a, b) => a + b) / count).toFixed(2)}`,
  ]);
}
writeSection(
  "energies.md",
  "importance",
  markdownTable(["levels", "log Z, which is 0", "effective chains of 1,000", "mean acceptance"], table),
);

// An energy of the two moons: its landscape, and its log-density by two ways.
const points = moons()(20_000, 1);
const moonTraining = train({
  data: points,
  process,
  network: mlp(),
  preconditioning: energyPreconditioning(),
  steps: 10_000,
  runtime,
});
const moon = energyModel(await moonTraining.result);
const sigmas = [0.05, 0.25, 0.7, 2];
const reach = 3;
const axis = Array.from({ length: 121 }, (_, i) => -reach + (2 * reach * i) / 120);
const landscape = await energyLandscape(moon, { x: axis, y: axis, times: sigmas.map((sigma) => sigma / 80), runtime });
const cells = axis.length ** 2;
const panels = sigmas.map((sigma, k) => {
  const energies = landscape.data.subarray(k * cells, (k + 1) * cells);
  const [least, most] = energies.reduce(([a, b], e) => [Math.min(a, e), Math.max(b, e)], [1e9, -1e9]) as [
    number,
    number,
  ];
  return {
    title: `σ = ${sigma}`,
    captions: [`from ${minus(least.toFixed(1))} to ${most.toFixed(0)} nats`, ""],
    marks: [basin(energies, axis)],
  };
});
writeImage(
  "landscape.svg",
  planeRow(panels, {
    domain: [-reach, reach],
    description:
      "The learned energy of the two moons at four noise levels: two thin curved valleys join, become one basin and then a " +
      "wide bowl as the noise grows.",
  }),
);

const estimate = await annealedImportance(moon, { levels: 400, runtime });
const known = normalised(moon, estimate);
const clean = moons()(300, 5);
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const compared: string[][] = [];
for (const sigma of [1, 0.3, 0.1, 0.05, 0.02, 0.005]) {
  const time = sigma / 80;
  const noise = normal([300, 2], { seed: 6 });
  const points = ndarray(
    clean.data.map((value, i) => value + sigma * noise.data[i]!),
    [300, 2],
  );
  const compiled = await compile((x: Tensor, t: Tensor) => known.logDensity(x, t), [points, { shape: [300] }], {
    runtime,
  });
  const byEnergy = (await compiled(points, ndarray(new Float32Array(300).fill(time)))).data as Float32Array;
  await compiled.dispose();
  const byFlow = (await logDensity(moon, points, { time, runtime })).data as Float32Array;
  const apart = Math.sqrt(mean(Array.from(byFlow, (value, i) => (value - byEnergy[i]!) ** 2)));
  const k = estimate.times.findIndex((t) => t <= time);
  compared.push([
    `${sigma}`,
    minus(`${estimate.logNormaliser[k]!.toFixed(2)} ± ${estimate.standardError[k]!.toFixed(2)}`),
    minus(mean(byEnergy).toFixed(3)),
    minus(mean(byFlow).toFixed(3)),
    apart.toFixed(3),
  ]);
}
writeSection(
  "energies.md",
  "moons",
  markdownTable(
    ["σ", "log Z", "mean log-density, nats", "by the flow", "root mean square of the difference"],
    compared,
  ),
);
await runtime.dispose();
