/** Score distillation: samples move along the difference of two scores, their own and the teacher's. */
import { stopGradient, type Tensor } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";
import { onLineBetween } from "./flow-map-objective.ts";

/** What score distillation sees of a batch. Velocities are of points z [n, ...shape] at shares of noise [n]. */
export interface ScoreDistillationInputs {
  /** Samples of the generator, [n, ...shape]: what is learned. */
  readonly x: Tensor;
  /** Standard normal draws, [n, ...shape]. */
  readonly noise: Tensor;
  /** Shares of noise, [n], in (0, 1). */
  readonly share: Tensor;
  /** The velocity of the data. */
  readonly teacher: (z: Tensor, share: Tensor) => Tensor;
  /** The velocity of the generator's samples, learned alongside. */
  readonly student: (z: Tensor, share: Tensor) => Tensor;
}

// Against a division by 0 where the teacher's estimate is the sample itself.
const floor = 1e-4;

/**
 * Two losses in one, each with the other's part held fixed. The generator's has the gradient of the Kullback-Leibler divergence of noisy
 * samples and noisy data, at z = (1 - s) x + s e, in denoised points D = z - s v:
 *
 *     (D_student - D_teacher) / mean |x - D_teacher|
 *
 * It is 0 where samples are distributed as the data. The student's is the error of its velocity on samples, whose least is the velocity of
 * their distribution.
 *
 * Source: Yin et al. 2024 (One-step diffusion with distribution matching distillation), equations 7 and 8, without regression.
 * @returns each a scalar
 */
export const scoreDistillation = ({ x, noise, share, teacher, student }: ScoreDistillationInputs) => {
  const known = stopGradient(x);
  const z = onLineBetween({ x: known, noise }, share);
  const own = student(z, share);
  const taught = stopGradient(teacher(z, share));
  const s = expandTime(share, x.rank);
  const axes = Array.from({ length: x.rank - 1 }, (_, k) => k + 1);
  const distance = known
    .subtract(z.subtract(s.multiply(taught)))
    .abs()
    .mean(axes, { keepDims: true })
    .add(floor);
  // D_student - D_teacher = s (v_teacher - v_student)
  const slope = stopGradient(s.multiply(taught.subtract(own)).divide(distance));
  return {
    generator: x.multiply(slope).mean(),
    student: own.subtract(noise.subtract(known)).square().mean(),
  };
};
