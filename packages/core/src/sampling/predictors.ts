/** Samplers with a grid whose times fall: what a predictor-corrector can follow. */
import { partList } from "../part/part-list.ts";
import { ancestral } from "./ancestral.ts";
import { ddim } from "./ddim.ts";
import { deis } from "./deis.ts";
import { dpmSolver } from "./dpm-solver.ts";
import { euler } from "./euler.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { heun } from "./heun.ts";
import { reverseDiffusion } from "./reverse-diffusion.ts";
import { sdeDpmSolver } from "./sde-dpm-solver.ts";
import { unipc } from "./unipc.ts";

/** Samplers of the probability-flow ODE on a grid of falling times. */
export const flowSamplers = [heun, euler, ddim, dpmSolver, unipc, deis] as const;

/** Samplers of the reverse-time SDE on a grid of falling times. */
export const sdeSamplers = [eulerMaruyama, reverseDiffusion, ancestral, sdeDpmSolver] as const;

/** The predictors of `predictorCorrector`. */
export const predictors = partList("predictor", [...flowSamplers, ...sdeSamplers]);
