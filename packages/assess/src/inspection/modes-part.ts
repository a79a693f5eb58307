/** Modes: how many there are at every noise level, and where. */
import { noiseTimes } from "../instrument/calibration.ts";
import { type StationaryPoint, type StationaryPoints, stationaryPoints } from "../instrument/stationary-points.ts";
import { countHills, valleyDepth } from "./hills.ts";
import { instrumentOptions, noiseAt, noisyRows, type Part } from "./subject.ts";

/** What is found at one noise level. */
interface ModesLevel {
  readonly time: number;
  readonly noise: number;
  readonly modes: readonly {
    readonly kind: StationaryPoint["kind"];
    /** How many starts came here. */
    readonly starts: number;
    /** In the model's units; for samples of at most 64 numbers. */
    readonly point?: readonly number[];
    /** Of the score's Jacobian there. */
    readonly greatestEigenvalue: number;
  }[];
  /** Modes that a valley separates; up to 16 dimensions. */
  readonly hills?: number;
  readonly starts: number;
  /** Starts that came to rest. */
  readonly resting: number;
  /** Share of the starts that led to the largest mode. */
  readonly largest: number;
}

/** What is found of modes. */
export interface ModesFindings {
  /** Numbers of a sample. */
  readonly size: number;
  /** Steps uphill, at most. */
  readonly steps: number;
  /** How far a saddle lies below both modes where a valley separates them, in nats. */
  readonly valleyDepth: number;
  readonly levels: readonly ModesLevel[];
}

const modesOf = ({ points }: StationaryPoints) => points.filter(({ kind }) => kind === "mode" || kind === "flat");

export const modesPart: Part<ModesFindings> = async (subject, share) => {
  const { model, effort, scale, size } = subject;
  const count = size <= 64 ? 6 : 4;
  const times = noiseTimes(model.process, { lowest: 0.1 * scale, highest: scale, count });
  // Saddles are looked for up to 16 dimensions.
  const few = size <= 16;
  const levels: ModesLevel[] = [];
  for (const [k, time] of times.entries()) {
    const found = await stationaryPoints(model, noisyRows(subject, time, effort.starts), {
      time,
      iterations: effort.ascentSteps,
      ...(few ? { saddles: true } : { tolerance: 1e-2 }),
      ...instrumentOptions(subject, (done) => share((k + done) / times.length)),
    });
    const modes = modesOf(found);
    const saddles = found.points.filter(({ kind }) => kind === "saddle");
    levels.push({
      time,
      noise: noiseAt(subject, time),
      modes: modes.map(({ point, kind, eigenvalues, starts }) => ({
        kind,
        starts,
        ...(size <= 64 && { point: [...point] }),
        greatestEigenvalue: eigenvalues[0]!,
      })),
      ...(few && { hills: await countHills(subject, time, modes, saddles) }),
      starts: found.basin.length,
      resting: found.basin.filter((basin) => basin >= 0).length,
      largest:
        modes.length === 0 ? 0 : modes.reduce((most, mode) => Math.max(most, mode.starts), 0) / found.basin.length,
    });
  }
  return { size, steps: effort.ascentSteps, valleyDepth, levels };
};
