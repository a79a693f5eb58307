/** Populations: a sample is all particles of one, so that sampling, seeds and batches work as for any model. */
import type { Condition, Given, ScoreModel } from "@scorefield/core";
import { iota, scatterAdd, type Tensor } from "@scorefield/tensor";
import { measuredConditions, type Problem, withoutMeasurement } from "../method/problem.ts";
import { runningSum } from "./running-sum.ts";

/** The same row for each particle of a population: [n, ...] to [n * particles, ...]. */
export const toParticles = (rows: Tensor, particles: number): Tensor => {
  const [n = 0, ...rest] = rows.shape;
  return rows
    .expandDims(1)
    .broadcastTo([n, particles, ...rest])
    .reshape([n * particles, ...rest]);
};

/**
 * The prior of populations [particles, ...shape], whose particles are independent, as a model that takes a measurement for each
 * population. A population counts as many evaluations as it has particles.
 */
export const populationModel = (problem: Problem, particles: number): ScoreModel => {
  const { model } = problem;
  const { process, shape, evaluations = 1 } = model;
  const conditions: Record<string, Condition> = measuredConditions(problem);
  return {
    process,
    shape: [particles, ...shape],
    conditions,
    evaluations: evaluations * particles,
    denoise: (x, t, given: Given = {}) => {
      const own = Object.entries(withoutMeasurement(given)).map(([name, rows]) => [name, toParticles(rows, particles)]);
      const flat = x.reshape([x.shape[0]! * particles, ...shape]);
      return model.denoise(flat, toParticles(t, particles), Object.fromEntries(own)).reshape(x.shape);
    },
  };
};

/**
 * Systematic resampling (Carpenter, Clifford & Fearnhead 1999; Douc & Cappe 2005, section 2.4): particle j of the next population is
 * the first whose running sum of weights reaches (j + u) / particles. A particle of weight w is taken floor(w particles) times, or once
 * more.
 * @param weights [n, particles], with sum 1
 * @param uniforms one for each population, [n]
 * @returns where each comes from among all particles of the batch, int32 [n * particles]
 */
export const systematic = (weights: Tensor, uniforms: Tensor): Tensor => {
  const [n = 0, particles = 0] = weights.shape;
  const sums = runningSum(weights);
  // The last sum may round to less than 1.
  const reached = sums.divide(sums.slice([null, [particles - 1, particles]]));
  // How many marks (j + u) / particles the sums have reached: floor(sum particles - u) + 1.
  const marks = reached
    .multiply(particles)
    .subtract(uniforms.reshape([n, 1]))
    .add(1)
    .min(particles)
    .cast("int32");
  // Mark j comes from the first particle that reaches it, whose place is the number of those that reach no more than j marks.
  const rows = iota(n).reshape([n, 1]);
  const slots = marks.add(rows.multiply(particles + 1)).reshape([n * particles]);
  const ones = weights
    .multiply(0)
    .add(1)
    .reshape([n * particles]);
  const counts = scatterAdd(slots, ones, n * (particles + 1)).reshape([n, particles + 1]);
  const place = runningSum(counts.slice([null, [0, particles]]))
    .min(particles - 1)
    .cast("int32");
  return place.add(rows.multiply(particles)).reshape([n * particles]);
};
