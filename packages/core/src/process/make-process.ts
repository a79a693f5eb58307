/** What all processes share: drift, diffusion, log-SNR and prior follow from the schedule and its rates. */
import { ArgumentError } from "../errors.ts";
import type { Process, Scalar } from "./process.ts";
import { divide, log, multiply, sqrt, subtract } from "./scalar.ts";

type Formula = <T extends Scalar>(t: T) => T;

/** A process by its schedule; the rest is derived. */
interface Definition extends Pick<Process, "recipe" | "times"> {
  readonly alpha: Formula;
  readonly sigma: Formula;
  readonly alphaRate: Formula;
  readonly sigmaRate: Formula;
  readonly timeOfLogSnr: Formula;
  /** Where they are simpler than from alpha and sigma, or where what follows from these would subtract like from like. */
  readonly logSnr?: Formula;
  readonly drift?: Formula;
  readonly diffusion?: Formula;
}

/**
 * Completes a process. Where alpha never rises and sigma never falls, no derived formula subtracts like from like. A process
 * whose sigma falls again gives its own diffusion.
 * @throws ArgumentError when the noise levels leave the range in which float32 holds their squares
 */
export const makeProcess = (definition: Definition): Process => {
  const { recipe, times, alpha, sigma, alphaRate, sigmaRate } = definition;
  const priorDeviation = sigma(times.last);
  if (!(sigma(times.first) >= 1e-9 && alpha(times.last) >= 1e-9 && priorDeviation <= 1e9))
    throw new ArgumentError(
      `${recipe.kind}: expected noise between 1e-9 and 1e9 and a data scale of at least 1e-9, found sigma ` +
        `${sigma(times.first)} to ${priorDeviation} and alpha down to ${alpha(times.last)}; choose a narrower schedule`,
    );
  const drift: Formula = (t) => divide(alphaRate(t), alpha(t));
  // (sigma^2)' - 2 f sigma^2 = 2 sigma (sigma' - f sigma) with f <= 0 <= sigma'
  const diffusion: Formula = (t) => {
    const rise = subtract(sigmaRate(t), multiply(drift(t), sigma(t)));
    return sqrt(multiply(multiply(rise, sigma(t)), 2));
  };
  const logSnr: Formula = (t) => multiply(subtract(log(alpha(t)), log(sigma(t))), 2);
  return { drift, diffusion, logSnr, priorDeviation, ...definition };
};

/** @throws ArgumentError unless 0 < low < high, both finite */
export const checkRange = (kind: string, lowName: string, low: number, highName: string, high: number): void => {
  if (!(Number.isFinite(low) && Number.isFinite(high) && 0 < low && low < high))
    throw new ArgumentError(
      `${kind}: expected finite 0 < ${lowName} < ${highName}, found ${lowName} ${low}, ${highName} ${high}`,
    );
};
