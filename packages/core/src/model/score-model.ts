/** The one idea of the library: a score model estimates where the data is, given a noisy point. */
import type { Shape, Tensor } from "@scorefield/tensor";
import type { Process } from "../process/process.ts";

/** What a model is conditioned on, by name: tensors with a row for each sample, [n, ...shape]. */
export type Given<T = Tensor> = Readonly<Record<string, T>>;

/** One thing that a model can be conditioned on. */
export interface Condition {
  /** Shape of its row for one sample. */
  readonly shape: Shape;
  /** Where it is a class: how many there are. Rows are one-hot then, and a row of zeros names no class. */
  readonly classes?: number;
}

/**
 * A model of data noised by a process. Exact densities, trained networks and guided or composed models are all score
 * models.
 */
export interface ScoreModel {
  readonly process: Process;
  /** Shape of one sample, without the batch axis. */
  readonly shape: Shape;
  /** What the model can be conditioned on, by name. Each of them may be left out of `given`. Left out: nothing. */
  readonly conditions?: Readonly<Record<string, Condition>>;
  /**
   * The posterior mean E[x_0 | x_t, given]. The result of a row does not depend on its place in the batch.
   * @param x noisy points, [n, ...shape], float32 or float64
   * @param t their times, [n], of the same element type
   * @param given some of {@link ScoreModel.conditions}, of the same element type. Default: no conditions
   * @returns [n, ...shape]
   */
  denoise(x: Tensor, t: Tensor, given?: Given): Tensor;
  /**
   * The score grad_x log p_t(x), [n, ...shape], for a model that knows it better than from `denoise`: Tweedie's formula
   * (alpha D - x) / sigma^2 loses digits to cancellation where sigma is small against x. It must agree with `denoise`.
   */
  score?(x: Tensor, t: Tensor, given?: Given): Tensor;
  /**
   * The log-density of noisy points at time t in nats, [n], where it is known: exactly, or of an energy up to a constant for
   * each time.
   */
  logDensity?(x: Tensor, t: Tensor, given?: Given): Tensor;
  /** Networks evaluated in one `denoise`; left out, one. */
  readonly evaluations?: number;
  /**
   * A model that gives the same at times from `earliest` to `latest` and costs less, or this one. The loop of sampling takes
   * it for steps that look no further. For equal answers it is the same object. A model made of another does not
   * inherit it.
   */
  within?(earliest: number, latest: number): ScoreModel;
}
