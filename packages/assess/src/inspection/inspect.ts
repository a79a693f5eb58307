/** All instruments on one model: what they find, as plain JSON. */
import { type AnySampler, ArgumentError, didYouMean, unipc } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import type { NdArray, Runtime } from "@scorefield/tensor";
import { flatPoints } from "../instrument/field.ts";
import { type Json, plainJson } from "../quality/plain-json.ts";
import { type CalibrationFindings, calibrationPart } from "./calibration-part.ts";
import { type ChainsFindings, chainsPart } from "./chains-part.ts";
import { type DimensionFindings, dimensionPart } from "./dimension-part.ts";
import { type IntegrabilityFindings, integrabilityPart } from "./integrability-part.ts";
import { type ModesFindings, modesPart } from "./modes-part.ts";
import { type PlaneFindings, planePart } from "./plane-part.ts";
import { type SmoothingFindings, smoothingPart } from "./smoothing-part.ts";
import { type Effort, inspected, type Part, type Subject } from "./subject.ts";

/** What every instrument finds, by its name. */
export interface Findings {
  /** For samples of two numbers: the field, its landscapes, streamlines, basins and curl. */
  readonly plane?: PlaneFindings;
  readonly calibration?: CalibrationFindings;
  readonly integrability?: IntegrabilityFindings;
  readonly dimension?: DimensionFindings;
  readonly modes?: ModesFindings;
  readonly smoothing?: SmoothingFindings;
  readonly chains?: ChainsFindings;
}

/** The name of an instrument. */
export type InstrumentName = keyof Findings;

/**
 * What was found. Plain JSON: lists, numbers and texts alone, in the model's units. A number that is not finite is
 * null, and a note says which.
 */
export type Inspection = Json<Findings> & { readonly notes: readonly string[] };

/** Progress of an inspection: the instrument at work, and the share of all that is done, in [0, 1]. */
export interface InspectProgress {
  readonly part: InstrumentName;
  readonly done: number;
}

/** Data to inspect a model with, [n, ...shape], in the model's units. */
export interface InspectData {
  /** That the model has not seen, two samples at least. */
  readonly heldOut: NdArray;
  /** That it has seen, where known. */
  readonly training?: NdArray | undefined;
}

/** Options of {@link inspect}. */
export interface InspectOptions {
  /** These instruments alone; default all: `plane`, `calibration`, `integrability`, `dimension`, `modes`, `smoothing`, `chains`. */
  readonly only?: readonly string[] | undefined;
  /** Draws the samples whose tails and peaks are compared, default {@link unipc}. */
  readonly sampler?: AnySampler;
  /**
   * How much of everything is looked at. The default takes some minutes, by the size of a sample and the kind of
   * network.
   */
  readonly effort?: Partial<Effort>;
  /** Of all draws, default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  readonly onProgress?: (progress: InspectProgress) => void;
}

const instruments: { readonly [Name in InstrumentName]-?: Part<NonNullable<Findings[Name]>> } = {
  plane: planePart,
  calibration: calibrationPart,
  integrability: integrabilityPart,
  dimension: dimensionPart,
  modes: modesPart,
  smoothing: smoothingPart,
  chains: chainsPart,
};

/** Names of the instruments, in the order in which they are run. */
export const instrumentNames = Object.keys(instruments) as readonly InstrumentName[];

const dataNames = { heldOut: true, training: true } satisfies Known<InspectData>;
const optionNames = {
  only: true,
  sampler: true,
  effort: true,
  seed: true,
  signal: true,
  runtime: true,
  onProgress: true,
} satisfies Known<InspectOptions>;
const effortNames = {
  levels: true,
  points: true,
  looked: true,
  draws: true,
  probes: true,
  starts: true,
  ascentSteps: true,
  chains: true,
  chainSteps: true,
  samples: true,
  grid: true,
} satisfies Known<Effort>;

/** Where in a result numbers are not finite, such as `chains.chains.2.worstRHat`. */
const notFinite = (value: unknown, path: string): string[] => {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => notFinite(item, path === "" ? name : `${path}.${name}`));
};

const listed = 20;

/**
 * Looks at the score of a model as a field: calibration at every noise level, whether it is a gradient, the dimension
 * of the data, modes, tails and peaks, Langevin chains. For samples of two numbers also the field itself.
 *
 *     const { calibration, modes } = await inspect(model, { heldOut, training }, { only: ["calibration", "modes"] });
 *
 * @param data in the model's units: what it was trained on, after scaling
 * @throws ArgumentError for unknown options and instruments, and data that are not finite; ShapeError for data of another
 *   shape; the signal's reason when aborted
 */
export const inspect = async (
  model: Subject["model"],
  data: InspectData,
  options: InspectOptions = {},
): Promise<Inspection> => {
  checkOptions("inspect data", data, dataNames);
  checkOptions("inspect", options, optionNames);
  const { only = instrumentNames, sampler = unipc(), effort = {}, seed = 0, signal, runtime, onProgress } = options;
  checkOptions("inspect effort", effort, effortNames);
  const unknown = only.find((name) => !(name in instruments));
  if (unknown !== undefined)
    throw new ArgumentError(
      `inspect only: expected some of ${instrumentNames.join(", ")}; found ${unknown}${didYouMean(unknown, instrumentNames)}`,
    );
  const { heldOut, training } = data;
  if (flatPoints("inspect heldOut", model, heldOut).count < 2)
    throw new ArgumentError(`inspect heldOut: expected at least 2 samples, found ${heldOut.shape[0]}`);
  if (training) flatPoints("inspect training", model, training);
  const subject = inspected({ model, sampler, heldOut, training, seed, signal, runtime }, effort);
  const planar = model.shape.join() === "2";
  const chosen = instrumentNames.filter((name) => only.includes(name) && (planar || name !== "plane"));
  const found: Partial<Record<InstrumentName, unknown>> = {};
  for (const [k, part] of chosen.entries()) {
    const share = (done: number) => onProgress?.({ part, done: (k + Math.min(1, done)) / chosen.length });
    share(0);
    found[part] = await instruments[part](subject, share);
    share(1);
  }
  const paths = notFinite(found, "");
  const more = paths.length > listed ? ` and ${paths.length - listed} more` : "";
  const notes = paths.length > 0 ? [`Not finite: ${paths.slice(0, listed).join(", ")}${more}.`] : [];
  return plainJson({ ...found, notes }) as Inspection;
};
