/**
 * Every method that draws, on Gaussian data of 6 numbers with the exact score under four operators, against the closed form:
 *
 *     npm run bench bench/inverse-gaussian.ts [methods]
 *
 * The error of the mean in deviations of the posterior, variances of 2,000 draws along the posterior's directions with its own as 1, and
 * coverage of 90 % intervals along 8 directions in 400 measurements for each operator. Ranges are over the operators.
 */
import type { Mixture } from "@scorefield/core";
import { calibrate, exactPosterior, posterior, posteriorCatalogue } from "@scorefield/inverse";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import {
  gaussianPrior,
  gaussianProblems,
  measurementOf,
} from "../packages/inverse/src/posterior/gaussian-problem.case.ts";
import { momentErrors } from "../packages/inverse/src/posterior/moment-errors.case.ts";

const [only] = process.argv.slice(2);
const runtime = native({ threads: 1 });
const prior = gaussianPrior();
const settings: Record<string, object> = { mmps: { iterations: 8 } };
const rows: string[][] = [];
const range = (values: readonly number[], digits = 2): string => {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return least === most ? least! : `${least} to ${most}`;
};
for (const { kind, form } of posteriorCatalogue) {
  if (form === "estimate" || (only !== undefined && !only.split(",").includes(kind))) continue;
  const begun = performance.now();
  const [means, variances, coverages]: number[][] = [[], [], []];
  let evaluations = 0;
  for (const problem of Object.values(gaussianProblems)) {
    const { operator, noise } = problem;
    const options = { method: kind, ...settings[kind], runtime };
    const y = await measurementOf(problem, runtime);
    const truth = await exactPosterior(prior.density as Mixture, operator, noise, y, { runtime });
    const found = await posterior(prior, operator, noise, y, { ...options, draws: 2048, batch: 2048 } as never);
    const errors = momentErrors(found.draws, truth);
    evaluations = found.evaluations;
    means!.push(errors.mean);
    variances!.push(...errors.variances);
    const batch = form === "particles" ? 16 : 4096;
    const { coverage } = await calibrate(prior, operator, noise, {
      ...options,
      problems: 400,
      draws: 19,
      batch,
      ...(form === "particles" && { particles: 64 }),
    } as never);
    coverages!.push(coverage.found);
    process.stderr.write(
      `${kind} ${operator.kind}: ${errors.mean.toFixed(2)} ${errors.variances.map((v) => v.toFixed(2))} ${coverage.found.toFixed(3)} (${((performance.now() - begun) / 1000).toFixed(0)} s)\n`,
    );
  }
  rows.push([`\`${kind}\``, String(Math.round(evaluations)), range(means!), range(variances!), range(coverages!)]);
}
console.log(markdownTable(["method", "evaluations", "mean", "variance", "coverage"], rows));
