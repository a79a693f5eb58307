/** What the samplers are, in a line each: for lists in a command or a document. */

/** What a sampler follows from noise to data. */
export type SamplerFamily = "probability-flow ODE" | "reverse-time SDE" | "Langevin dynamics";

/** A line about a sampler. */
export interface SamplerEntry {
  /** Its name in `samplerFromRecipe`. */
  readonly kind: string;
  readonly family: SamplerFamily;
  /** What it is and when it serves, in one line. */
  readonly summary: string;
  /** Authors, year, and the equation or algorithm. */
  readonly source: string;
}

/** Every sampler of `samplerKinds`, family by family. */
export const samplerCatalogue: readonly SamplerEntry[] = [
  {
    kind: "heun",
    family: "probability-flow ODE",
    summary: "second order, two evaluations per step; with churn, fresh noise in every step; the default",
    source: "Karras et al. 2022, algorithms 1 and 2",
  },
  {
    kind: "euler",
    family: "probability-flow ODE",
    summary: "first order; the simplest, and the yardstick for the others",
    source: "Karras et al. 2022, algorithm 1 without its correction",
  },
  {
    kind: "ddim",
    family: "probability-flow ODE",
    summary: "first order; eta from 0 (no noise, equal to euler) to 1 (as much as ancestral)",
    source: "Song, Meng & Ermon 2021, equations 12 and 16",
  },
  {
    kind: "dpm-solver++",
    family: "probability-flow ODE",
    summary: "multistep of order 1, 2 (the default) or 3, one evaluation per step; for few steps",
    source: "Lu et al. 2022 (DPM-Solver++), equation 9 and algorithm 2",
  },
  {
    kind: "unipc",
    family: "probability-flow ODE",
    summary: "multistep predictor and corrector of order up to 3 + 1, one evaluation per step; for few steps",
    source: "Zhao et al. 2023, algorithms 1 and 2",
  },
  {
    kind: "deis",
    family: "probability-flow ODE",
    summary: "multistep of order up to 3 by extrapolation of the noise in time, one evaluation per step",
    source: "Zhang & Chen 2023, equations 14 and 15",
  },
  {
    kind: "restart",
    family: "probability-flow ODE",
    summary: "heun, and part of the way again from fresh noise, which contracts the errors made before",
    source: "Xu et al. 2023, algorithm 1",
  },
  {
    kind: "dormand-prince",
    family: "probability-flow ODE",
    summary: "adaptive steps of order 5 to a tolerance, for each sample; for references and likelihoods",
    source: "Dormand & Prince 1980; step control of Hairer & Wanner 1996, section IV.2",
  },
  {
    kind: "euler-maruyama",
    family: "reverse-time SDE",
    summary: "weak order 1; the simplest, for many steps",
    source: "Song et al. 2021 (score SDE), equation 6; Anderson 1982",
  },
  {
    kind: "reverse-diffusion",
    family: "reverse-time SDE",
    summary: "weak order 1; discretised as the forward process is; the usual predictor",
    source: "Song et al. 2021 (score SDE), equation 46",
  },
  {
    kind: "ancestral",
    family: "reverse-time SDE",
    summary: "weak order 1; draws from the posterior given the denoised estimate, as DDPM does",
    source: "Ho et al. 2020, algorithm 2 and equations 6 and 7",
  },
  {
    kind: "sde-dpm-solver++",
    family: "reverse-time SDE",
    summary: "multistep of weak order 2, one evaluation per step; fresh noise in fewer steps",
    source: "Lu et al. 2022 (DPM-Solver++), appendix on SDEs",
  },
  {
    kind: "adaptive-sde",
    family: "reverse-time SDE",
    summary: "adaptive steps to a tolerance, for each sample",
    source: "Jolicoeur-Martineau et al. 2021, algorithm 1; noise kept after a failed step, Rackauckas & Nie 2017",
  },
  {
    kind: "predictor-corrector",
    family: "reverse-time SDE",
    summary: "any sampler whose times fall, and Langevin steps at each time that it reaches",
    source: "Song et al. 2021 (score SDE), algorithms 1, 4 and 5",
  },
  {
    kind: "langevin",
    family: "Langevin dynamics",
    summary: "unadjusted, at one noise level; local: far modes keep the weights of the start",
    source: "Roberts & Tweedie 1996",
  },
  {
    kind: "mala",
    family: "Langevin dynamics",
    summary: "with a Metropolis test, so without error of the step; needs a model that knows its log-density",
    source: "Besag 1994; Roberts & Tweedie 1996",
  },
  {
    kind: "underdamped-langevin",
    family: "Langevin dynamics",
    summary: "with momentum, at one noise level; error of second order in the step",
    source: "Leimkuhler & Matthews 2013",
  },
  {
    kind: "annealed-langevin",
    family: "Langevin dynamics",
    summary: "from the most noise to the least, level by level; weights of modes come out right",
    source: "Song & Ermon 2019, algorithm 1; Jolicoeur-Martineau et al. 2020 for the last denoising",
  },
];
