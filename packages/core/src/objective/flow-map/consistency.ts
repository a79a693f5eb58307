/** Consistency training and tuning: two points of one path end at the same place. */
import { stopGradient } from "@scorefield/tensor";
import { moved } from "../../model/flow-map/average-velocity.ts";
import { declare } from "../../part/declare.ts";
import { part, whole } from "../../part/setting.ts";
import { timeOfLogRatio } from "../../process/time-of-log-ratio.ts";
import { logNormalNoise, noiseDistributions } from "../noise-distribution.ts";
import { type FlowMapObjective, onLineBetween } from "./flow-map-objective.ts";
import { errorSettings, heldBack } from "./held-back.ts";

/** How much nearer the other point is at small noise than at large: n = 1 + 8 sigmoid(-sigma). */
const nearness = (sigma: number): number => 1 + 8 / (1 + Math.exp(sigma));

/**
 * The points z and z' have noise levels sigma > sigma' and the same noise, so at small distances they lie on one path:
 *
 *     |X(z, sigma -> end) - stopgrad X(z', sigma' -> end)| / (sigma - sigma')     sigma' = sigma (1 - n(sigma) / 2^k), at least 0
 *
 * k starts at 1, where most pairs have sigma' = 0: plain denoising. It grows by 1 every `stage` steps, and the distance halves. So
 * training leads from a diffusion model to a consistency model. No derivative of the network is needed.
 */
export const consistency = declare({
  kind: "consistency",
  summary: "ECT: two near points of a path end at the same place; from a trained model to one step",
  source: "Geng et al. 2024 (Consistency models made easy), section 3.2; Song et al. 2023",
  settings: {
    noiseDistribution: part(noiseDistributions, {
      default: logNormalNoise({ mean: -1.1, deviation: 2 }),
      help: "how often training visits each noise level",
    }),
    stage: whole({ least: 1, default: 500, help: "steps after which the distance of the two points is halved" }),
    stages: whole({ least: 1, most: 30, default: 8, help: "how often it is halved at most" }),
    ...errorSettings(0.5),
  },
  make: ({ noiseDistribution, stage, stages, power, floor }, recipe): FlowMapObjective => ({
    recipe,
    target: "data",
    times: (process, [a], step) => {
      const from = noiseDistribution.time(process, a);
      const k = Math.min(stages, 1 + Math.floor(step / stage));
      const sigma = Math.exp(-0.5 * process.logSnr(from));
      const left = 1 - nearness(sigma) / 2 ** k;
      const to = left > 0 ? timeOfLogRatio(process, Math.log(sigma * left)) : process.times.first;
      return { from, to: Math.max(process.times.first, Math.min(from, to)) };
    },
    loss: (u, { x, noise, from, to, end, teacher }) => {
      const z = onLineBetween({ x, noise }, from);
      const far = moved(u, z, from, end);
      // A teacher knows which path z is on; without one, the path of the same noise is right on average.
      const next = teacher ? moved(teacher, z, from, to) : onLineBetween({ x, noise }, to);
      const near = stopGradient(moved(u, next, to, end));
      const sigma = (share: typeof from) => share.divide(share.negate().add(1));
      // A pair at the end of the path has no distance, and nothing to learn.
      const distance = sigma(from).subtract(sigma(to)).add(sigma(end));
      return heldBack(far.subtract(near), { power, floor }).divide(distance).mean();
    },
  }),
});
