/** Samplers with the order of convergence that theory gives them. A new sampler is a line here. */
import {
  ancestral,
  ddim,
  deis,
  dpmSolver,
  euler,
  eulerMaruyama,
  heun,
  restart,
  reverseDiffusion,
  sdeDpmSolver,
  unipc,
} from "@scorefield/core";
import type { OrderTruth } from "./order-checks.ts";

// In equal steps of the log-SNR the leading errors of Gaussian data add up to nothing, and orders look higher than they are.
const plain = { grid: "karras", denoiseLast: false } as const;
const dpm = "Lu et al. 2022 (DPM-Solver++), theorem 4.1";

/** Every sampler whose error falls as a power of its steps. */
export const orders: readonly OrderTruth[] = [
  {
    name: "euler",
    source: "Karras et al. 2022, algorithm 1, first order",
    towards: "flow",
    order: 1,
    sampler: (steps) => euler({ steps, ...plain }),
  },
  {
    name: "ddim",
    source: "Song, Meng & Ermon 2021, equation 12",
    towards: "flow",
    order: 1,
    sampler: (steps) => ddim({ steps, ...plain }),
  },
  {
    name: "heun",
    source: "Karras et al. 2022, algorithm 1",
    towards: "flow",
    order: 2,
    sampler: (steps) => heun({ steps, ...plain }),
  },
  {
    name: "dpm-solver++ 1",
    source: dpm,
    towards: "flow",
    order: 1,
    sampler: (steps) => dpmSolver({ steps, order: 1, ...plain }),
  },
  {
    name: "dpm-solver++ 2M",
    source: dpm,
    towards: "flow",
    order: 2,
    sampler: (steps) => dpmSolver({ steps, order: 2, ...plain }),
  },
  {
    name: "dpm-solver++ 3M",
    source: dpm,
    towards: "flow",
    order: 3,
    steps: 64,
    sampler: (steps) => dpmSolver({ steps, order: 3, ...plain }),
  },
  {
    name: "deis 1",
    source: "Zhang & Chen 2023, equations 14-15",
    towards: "flow",
    order: 1,
    sampler: (steps) => deis({ steps, order: 1, ...plain }),
  },
  {
    name: "deis 2",
    source: "Zhang & Chen 2023, equations 14-15",
    towards: "flow",
    order: 2,
    sampler: (steps) => deis({ steps, order: 2, ...plain }),
  },
  {
    name: "deis 3",
    source: "Zhang & Chen 2023, equations 14-15",
    towards: "flow",
    order: 3,
    steps: 128,
    // Away from s = 1, where the leading error nearly cancels on some processes.
    deviations: [0.5, 0.3],
    sampler: (steps) => deis({ steps, order: 3, ...plain }),
  },
  {
    name: "unipc 1",
    source: "Zhao et al. 2023, theorem 3.1",
    towards: "flow",
    order: 2,
    sampler: (steps) => unipc({ steps, order: 1, ...plain }),
  },
  {
    name: "unipc 2",
    source: "Zhao et al. 2023, theorem 3.1",
    towards: "flow",
    order: 3,
    sampler: (steps) => unipc({ steps, order: 2, ...plain }),
  },
  {
    name: "unipc 3",
    source: "Zhao et al. 2023, theorem 3.1",
    towards: "flow",
    order: 4,
    sampler: (steps) => unipc({ steps, order: 3, ...plain }),
  },
  {
    name: "euler-maruyama",
    source: "Kloeden & Platen 1992, theorem 14.1.5",
    towards: "law",
    order: 1,
    steps: 200,
    sampler: (steps) => eulerMaruyama({ steps, grid: "karras" }),
  },
  {
    name: "reverse-diffusion",
    source: "Song et al. 2021, equation 46",
    towards: "law",
    order: 1,
    steps: 100,
    sampler: (steps) => reverseDiffusion({ steps, grid: "karras" }),
  },
  {
    name: "ancestral (posterior)",
    source: "Ho et al. 2020, equations 6-7",
    towards: "law",
    order: 1,
    steps: 100,
    sampler: (steps) => ancestral({ steps, grid: "karras" }),
  },
  {
    name: "ancestral (transition)",
    source: "Ho et al. 2020, section 3.2",
    towards: "law",
    order: 1,
    steps: 100,
    deviations: [0.7, 0.3],
    sampler: (steps) => ancestral({ steps, grid: "karras", variance: "transition" }),
  },
  {
    name: "ddim (eta 1)",
    source: "Song, Meng & Ermon 2021, equation 16",
    towards: "law",
    order: 1,
    steps: 100,
    sampler: (steps) => ddim({ steps, eta: 1, ...plain }),
  },
  {
    name: "sde-dpm-solver++ 2M",
    source: "Lu et al. 2022 (DPM-Solver++), appendix on SDEs",
    towards: "law",
    order: 2,
    sampler: (steps) => sdeDpmSolver({ steps }),
  },
  {
    name: "heun (churn)",
    source: "Karras et al. 2022, algorithm 2",
    towards: "law",
    order: 2,
    sampler: (steps) => heun({ steps, sChurn: 10, ...plain }),
  },
  {
    name: "restart",
    source: "Xu et al. 2023, algorithm 1",
    towards: "law",
    order: 2,
    sampler: (steps) =>
      restart({ steps, intervals: [{ low: 0.06, high: 0.3, steps: steps / 4, repeats: 2 }], ...plain }),
  },
];
