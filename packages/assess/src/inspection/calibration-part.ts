/** Calibration: the loss at every noise level, on data seen and unseen, compared with what the Jacobian implies. */
import { type CalibrationLevel, calibration, type LevelMean, noiseTimes } from "../instrument/calibration.ts";
import { firstRows, instrumentOptions, type Part } from "./subject.ts";

/** One noise level. */
interface LossLevel {
  readonly time: number;
  /** sigma / alpha, in units of the model's data. */
  readonly noise: number;
  /** E|z - E[z | x_t]|^2 / d: 0 where the model sees all the noise, 1 where it sees nothing. */
  readonly loss: LevelMean;
}

/** What calibration finds. */
export interface CalibrationFindings {
  /** Points of data at each level. */
  readonly points: number;
  readonly heldOut: readonly (LossLevel & {
    /**
     * The loss that the score's Jacobian implies, 1 + sigma^2 tr J / d. Left out where it is below 0, as no variance
     * is.
     */
    readonly implied?: LevelMean;
    /** The loss found minus the one implied: above 0, the model is too sure. */
    readonly excess: LevelMean;
  })[];
  /** On data that the model has seen, where known. */
  readonly training?: readonly LossLevel[];
}

export const calibrationPart: Part<CalibrationFindings> = async (subject, share) => {
  const { model, heldOut, training, effort, scale, seed } = subject;
  const times = noiseTimes(model.process, { lowest: 0.02 * scale, highest: 10 * scale, count: effort.levels });
  const sets = training ? 2 : 1;
  const run = (rows: typeof heldOut, k: number): Promise<CalibrationLevel[]> =>
    calibration(model, firstRows(subject, rows, effort.points), {
      times,
      seed,
      ...instrumentOptions(subject, (done) => share((done + k) / sets)),
    });
  const unseen = await run(heldOut, 0);
  const seen = training && (await run(training, 1));
  return {
    points: Math.min(effort.points, heldOut.shape[0]!),
    heldOut: unseen.map(({ believed, ...level }) => ({
      ...level,
      // For a true score this is a variance. A network's Jacobian may imply a number below 0, which is left out.
      ...(believed.mean >= 0 && { implied: believed }),
      excess: {
        mean: level.loss.mean - believed.mean,
        standardError: Math.hypot(level.loss.standardError, believed.standardError),
      },
    })),
    ...(seen && { training: seen.map(({ believed: _, ...level }) => level) }),
  };
};
