/** Forward noising: x_t = alpha(t) x_0 + sigma(t) z with z ~ N(0, I), for t in [0, 1] from data to noise. */
import type { Tensor } from "@scorefield/tensor";
import type { KindRecipe } from "../recipe.ts";

/** A number on the host, or a tensor in a traced function: schedules take and return either. */
export type Scalar = number | Tensor;

/** A function of time (or of a log-SNR), elementwise on tensors; a number gives a number. */
export interface NoiseSchedule {
  (t: number): number;
  (t: Tensor): Tensor;
  <T extends Scalar>(t: T): T;
}

/** A Gaussian noising process, given by its schedule. */
export interface Process {
  /** Its name and settings, as plain JSON: enough to build it again. */
  readonly recipe: KindRecipe;
  /**
   * The times in use, `0 <= first < last <= 1`. Outside, the schedule may be singular (a signal-to-noise ratio of
   * infinity or zero). Training and time grids stay inside, where every schedule is accurate in float32.
   */
  readonly times: { readonly first: number; readonly last: number };
  /** Scale of the data. */
  readonly alpha: NoiseSchedule;
  /** Standard deviation of the noise. */
  readonly sigma: NoiseSchedule;
  /** d alpha / dt */
  readonly alphaRate: NoiseSchedule;
  /** d sigma / dt */
  readonly sigmaRate: NoiseSchedule;
  /** The f of dx = f(t) x dt + g(t) dw; f = alpha' / alpha (Song et al. 2021, section 3.4). */
  readonly drift: NoiseSchedule;
  /** The g of dx = f(t) x dt + g(t) dw; g^2 = (sigma^2)' - 2 f sigma^2. */
  readonly diffusion: NoiseSchedule;
  /** Natural logarithm of the signal-to-noise ratio alpha^2 / sigma^2 (Kingma et al. 2021), falling in t. */
  readonly logSnr: NoiseSchedule;
  /** The time at which {@link Process.logSnr} takes a value. */
  readonly timeOfLogSnr: NoiseSchedule;
  /**
   * Standard deviation s of the Gaussian N(0, s^2 I) from which sampling starts: sigma at `times.last`, the marginal
   * there, except what is left of the data.
   */
  readonly priorDeviation: number;
}
