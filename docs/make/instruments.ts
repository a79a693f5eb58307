/**
 * A network's field in the plane and the price of Langevin steps: docs/images/field.svg and a table in docs/instruments.md.
 * `npm run bench docs/make/instruments.ts`, about a minute.
 */

import { inspect, langevinChain } from "@scorefield/assess";
import { type Findings, fromJson } from "@scorefield/assess/internal";
import { edm, exact, gaussian, mlp, train } from "@scorefield/core";
import { moons } from "@scorefield/domain";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { landscapeFigure } from "../../packages/scorefield/src/figure/landscape.ts";
import { planePanels } from "../../packages/scorefield/src/report/inspect/plane.ts";
import { markdownTable, writeImage, writeSection } from "./page-section.ts";

const runtime = native({ threads: 1 });
setDefaultRuntime(runtime);
const process = edm();

const draw = moons();
const model = await train({ data: draw(16_000, 1), process, network: mlp(), steps: 5000, seed: 0 }).result;
const { plane } = fromJson<Findings>(await inspect(model, { heldOut: draw(4000, 1, 16_000) }, { only: ["plane"] }));
const { panels, axes } = planePanels(plane!);
writeImage("field.svg", landscapeFigure(panels, axes));

const line = exact(gaussian({ mean: [0] }), process);
const [chains, steps] = [64, 2000];
const initial = line.density.sample(chains, 5);
const rows = [];
for (const stepSize of [0.02, 0.1, 0.3, 1, 1.5]) {
  const found = await langevinChain(line, { stepSize, steps, burnIn: 200, chains, initial, runtime });
  const { slowest, varianceRatio, acceptance } = found;
  rows.push([
    `${stepSize}`,
    slowest.integratedTime.toPrecision(3),
    ((2 - stepSize) / stepSize).toPrecision(3),
    `${varianceRatio.value.toFixed(3)} ± ${varianceRatio.standardError.toFixed(3)}`,
    (2 / (2 - stepSize)).toFixed(3),
    acceptance.value.toFixed(3),
  ]);
}
await runtime.dispose();
writeSection(
  "instruments.md",
  "chains",
  markdownTable(
    ["step eta", "steps per draw", "(2 − eta) / eta", "variance ratio", "2 / (2 − eta)", "acceptance"],
    rows,
  ),
);
