/**
 * Checks of samplers where they have no error at all: on a point, and where a step is the exact conditional
 * distribution.
 */
import type { Process, Sampler } from "@scorefield/core";
import {
  ancestral,
  ddim,
  deis,
  dpmSolver,
  euler,
  heun,
  restart,
  sdeDpmSolver,
  unipc,
  vp,
  vpCosine,
} from "@scorefield/core";
import { absolute, type Check, type CheckContext, type Finding, worst } from "./check.ts";
import { pointError } from "./probe/flow-probe.ts";
import { varianceErrors } from "./probe/linear-probe.ts";
import { knownProcesses } from "./schedules.ts";

const one = { steps: 1, denoiseLast: false } as const;
const some = { steps: 5, denoiseLast: false } as const;
const orders = [1, 2, 3] as const;

/** Deterministic samplers that take a state x = alpha m + sigma z to alpha' m + sigma' z, in any number of steps. */
const flows: readonly {
  readonly name: string;
  readonly source: string;
  readonly samplers: readonly Sampler[];
  /** In units of the last noise, default 1e-7. */
  readonly tolerance?: number;
}[] = [
  { name: "euler", source: "Karras et al. 2022, section 3", samplers: [euler(one), euler(some)] },
  {
    name: "ddim",
    source: "Song, Meng & Ermon 2021, section 4.1",
    samplers: [ddim(one), ddim(some)],
    tolerance: 1e-10,
  },
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
    samplers: orders.flatMap((order) => [dpmSolver({ ...one, order }), dpmSolver({ ...some, order })]),
    tolerance: 1e-9,
  },
  {
    name: "unipc",
    source: "Zhao et al. 2023, equation 3",
    samplers: orders.flatMap((order) => [unipc({ ...one, order }), unipc({ ...some, order })]),
    tolerance: 1e-9,
  },
  {
    name: "deis",
    source: "Zhang & Chen 2023, proposition 2",
    samplers: orders.flatMap((order) => [deis({ ...one, order }), deis({ ...some, order })]),
  },
];

/** Samplers with fresh noise that keep the exact marginal of a point: their step is its conditional distribution. */
const distributions: readonly {
  readonly name: string;
  readonly source: string;
  readonly samplers: readonly Sampler[];
}[] = [
  {
    name: "ancestral (posterior)",
    source: "Ho et al. 2020, equations 6-7",
    samplers: [3, 5].map((steps) => ancestral({ steps })),
  },
  {
    name: "ddim (eta 0.5)",
    source: "Song, Meng & Ermon 2021, lemma 1",
    samplers: [one, some].map((steps) => ddim({ ...steps, eta: 0.5 })),
  },
  {
    name: "ddim (eta 1)",
    source: "Song, Meng & Ermon 2021, lemma 1",
    samplers: [one, some].map((steps) => ddim({ ...steps, eta: 1 })),
  },
  {
    name: "sde-dpm-solver++",
    source: "Lu et al. 2022 (DPM-Solver++), appendix",
    samplers: [3, 5].map((steps) => sdeDpmSolver({ steps })),
  },
  { name: "heun (churn)", source: "Karras et al. 2022, algorithm 2", samplers: [heun({ ...some, sChurn: 2 })] },
  {
    name: "restart",
    source: "Xu et al. 2023, algorithm 1",
    samplers: [
      restart({
        steps: 12,
        intervals: [{ low: 0.06, high: 1, steps: 3, repeats: 2 }],
        denoiseLast: false,
      }),
    ],
  },
];

const every = async (
  samplers: readonly Sampler[],
  of: (sampler: Sampler, process: Process) => Promise<number>,
  tolerance: number,
  signal: AbortSignal,
): Promise<Finding> => {
  const findings: Finding[] = [];
  for (const { process } of knownProcesses)
    for (const sampler of samplers) {
      signal.throwIfAborted();
      const detail = `${process.recipe.kind}, ${JSON.stringify(sampler.recipe)}`;
      findings.push(absolute(0, Math.abs(await of(sampler, process)), tolerance, { detail }));
    }
  return worst(findings);
};

/** Checks of exactness, over every process each. */
export const exactChecks: readonly Check[] = [
  ...flows.map(
    ({ name, source, samplers, tolerance = 1e-7 }): Check => ({
      name: `${name}: exact on a point in 1 step and in 5`,
      group: "exact",
      source,
      sampler: samplers[0]!.recipe.kind,
      run: ({ runtime, signal }: CheckContext) =>
        every(samplers, (sampler, process) => pointError(sampler, process, runtime), tolerance, signal),
    }),
  ),
  ...distributions.map(
    ({ name, source, samplers }): Check => ({
      name: `${name}: the exact distribution of a noisy point after any steps`,
      group: "exact",
      source,
      sampler: samplers[0]!.recipe.kind,
      run: ({ runtime, signal }: CheckContext) => {
        const errorOf = async (sampler: Sampler, process: Process): Promise<number> =>
          (await varianceErrors(sampler, process, [0], runtime))[0]!;
        return every(samplers, errorOf, 1e-9, signal);
      },
    }),
  ),
  {
    name: "ancestral (transition): the exact distribution of N(0, 1) after any steps, variance-preserving",
    group: "exact",
    source: "Ho et al. 2020, section 3.2: beta is right for N(0, 1)",
    sampler: "ancestral",
    run: async ({ runtime }) => {
      const findings: Finding[] = [];
      for (const process of [vp(), vpCosine()])
        for (const steps of [4, 5, 50]) {
          const sampler = ancestral({ steps, variance: "transition" });
          const [error] = await varianceErrors(sampler, process, [1], runtime);
          findings.push(absolute(0, error!, 1e-12, { detail: `${process.recipe.kind}, ${steps} steps` }));
        }
      return worst(findings);
    },
  },
];
