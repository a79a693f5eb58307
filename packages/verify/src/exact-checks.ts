/** Checks of samplers where they have no error at all: on a point, and where a step is the exact conditional law. */
import type { Process, Sampler } from "@scorefield/core";
import { ancestral, ddim, deis, dpmSolver, euler, heun, restart, sdeDpmSolver, unipc, vp } from "@scorefield/core";
import { absolute, type Check, type CheckContext, type Finding, worst } from "./check.ts";
import { pointError } from "./probe/flow-probe.ts";
import { varianceErrors } from "./probe/linear-probe.ts";
import { knownProcesses } from "./schedules.ts";

const one = { steps: 1, denoiseLast: false } as const;
const some = { steps: 5, denoiseLast: false } as const;

/** Deterministic samplers that take a state x = alpha m + sigma z to alpha' m + sigma' z, in any number of steps. */
const flows: readonly {
  readonly name: string;
  readonly source: string;
  readonly samplers: readonly Sampler[];
  /** In units of the last noise, default 1e-7. */
  readonly tolerance?: number;
}[] = [
  { name: "euler", source: "Karras et al. 2022, section 3", samplers: [euler(one), euler(some)] },
  { name: "ddim", source: "Song, Meng & Ermon 2021, section 4.1", samplers: [ddim(one), ddim(some)] },
  {
    name: "heun",
    source: "Karras et al. 2022, section 3",
    samplers: [heun(one), heun(some)],
    // In one step rounding grows by the square of the ratio of the noises, up to 1e12.
    tolerance: 1e-3,
  },
  {
    name: "dpm-solver++",
    source: "Lu et al. 2022 (DPM-Solver++), equation 8",
    samplers: [dpmSolver({ ...one, order: 3 }), dpmSolver({ ...some, order: 3 })],
  },
  {
    name: "unipc",
    source: "Zhao et al. 2023, equation 3",
    samplers: [unipc({ ...one, order: 3 }), unipc({ ...some, order: 3 })],
  },
  {
    name: "deis",
    source: "Zhang & Chen 2023, proposition 2",
    samplers: [deis({ ...one, order: 3 }), deis({ ...some, order: 3 })],
  },
];

/** Samplers with fresh noise that keep the exact marginal of a point: their step is its conditional law. */
const laws: readonly { readonly name: string; readonly source: string; readonly sampler: Sampler }[] = [
  { name: "ancestral (posterior)", source: "Ho et al. 2020, equations 6-7", sampler: ancestral({ steps: 5 }) },
  { name: "ddim (eta 0.5)", source: "Song, Meng & Ermon 2021, lemma 1", sampler: ddim({ ...some, eta: 0.5 }) },
  { name: "ddim (eta 1)", source: "Song, Meng & Ermon 2021, lemma 1", sampler: ddim({ ...some, eta: 1 }) },
  { name: "sde-dpm-solver++", source: "Lu et al. 2022 (DPM-Solver++), appendix", sampler: sdeDpmSolver({ steps: 5 }) },
  { name: "heun (churn)", source: "Karras et al. 2022, algorithm 2", sampler: heun({ ...some, sChurn: 2 }) },
  {
    name: "restart",
    source: "Xu et al. 2023, algorithm 1",
    sampler: restart({
      steps: 12,
      intervals: [{ low: 0.06, high: 1, steps: 3, repeats: 2 }],
      denoiseLast: false,
    }),
  },
];

const every = async (of: (process: Process) => Promise<number>, tolerance: number): Promise<Finding> => {
  const findings: Finding[] = [];
  for (const { process } of knownProcesses)
    findings.push(absolute(0, await of(process), tolerance, { detail: String(process.recipe.kind) }));
  return worst(findings);
};

/** Checks of exactness, over every process each. */
export const exactChecks: readonly Check[] = [
  ...flows.map(
    ({ name, source, samplers, tolerance = 1e-7 }): Check => ({
      name: `${name}: exact on a point in 1 step and in 5`,
      group: "exact",
      source,
      run: ({ runtime, signal }: CheckContext) =>
        every(async (process) => {
          let most = 0;
          for (const sampler of samplers) {
            signal.throwIfAborted();
            const error = await pointError(sampler, process, runtime);
            if (!(error <= most)) most = error;
          }
          return most;
        }, tolerance),
    }),
  ),
  ...laws.map(
    ({ name, source, sampler }): Check => ({
      name: `${name}: the exact law of a noisy point after any steps`,
      group: "exact",
      source,
      run: ({ runtime }: CheckContext) =>
        every(async (process) => Math.abs((await varianceErrors(sampler, process, [0], runtime))[0]!), 1e-9),
    }),
  ),
  {
    name: "ancestral (transition), vp: the exact law of N(0, 1) after any steps",
    group: "exact",
    source: "Ho et al. 2020, section 3.2: beta is right for N(0, 1)",
    run: async ({ runtime }) => {
      const sampler = ancestral({ steps: 5, variance: "transition" });
      return absolute(0, (await varianceErrors(sampler, vp(), [1], runtime))[0]!, 1e-12);
    },
  },
];
