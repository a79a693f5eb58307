/** All instruments on one model: numbers for programs, sections of a page for people. */
import type { Section } from "../page.ts";
import { calibrationPart } from "./calibration.ts";
import { chainPart } from "./chains.ts";
import { dimensionPart } from "./dimension.ts";
import { integrabilityPart } from "./integrability.ts";
import { modesPart } from "./modes.ts";
import { planePart } from "./plane.ts";
import { smoothingPart } from "./smoothing.ts";
import { type Effort, type Instrument, inspected, type Subject } from "./subject.ts";

/** What was found. */
export interface Inspection {
  /** By the name of the instrument. */
  readonly numbers: Readonly<Record<string, Record<string, unknown>>>;
  readonly sections: readonly Section[];
}

/** News of an inspection: the part under way, and the share of all that is done. */
export interface InspectionProgress {
  readonly part: string;
  readonly done: number;
}

const instruments: readonly { readonly name: string; readonly run: Instrument; readonly planar?: boolean }[] = [
  { name: "plane", run: planePart, planar: true },
  { name: "calibration", run: calibrationPart },
  { name: "integrability", run: integrabilityPart },
  { name: "dimension", run: dimensionPart },
  { name: "modes", run: modesPart },
  { name: "smoothing", run: smoothingPart },
  { name: "chains", run: chainPart },
];

/** Names of the instruments, in the order of the report. */
export const instrumentNames: readonly string[] = instruments.map(({ name }) => name);

/**
 * Runs the instruments.
 * @param options `only` these; `effort` in place of the usual one; `onProgress`
 * @throws the signal's reason when aborted
 */
export const inspect = async (
  subject: Subject,
  {
    only = instrumentNames,
    effort,
    onProgress,
  }: {
    readonly only?: readonly string[];
    readonly effort?: Partial<Effort>;
    readonly onProgress?: (progress: InspectionProgress) => void;
  } = {},
): Promise<Inspection> => {
  const looked = inspected(subject, effort);
  const planar = looked.model.shape.join() === "2";
  const chosen = instruments.filter((each) => only.includes(each.name) && (planar || !each.planar));
  const numbers: Record<string, Record<string, unknown>> = {};
  const sections: Section[] = [];
  for (const [k, { name, run }] of chosen.entries()) {
    const share = (done: number) => onProgress?.({ part: name, done: (k + Math.min(1, done)) / chosen.length });
    share(0);
    const { numbers: found, title, parts } = await run(looked, share);
    numbers[name] = found;
    sections.push({ title, parts });
    share(1);
  }
  return { numbers, sections };
};
