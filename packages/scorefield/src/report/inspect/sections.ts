/** An inspection as sections of a page, from its JSON alone. */
import type { Inspection } from "@scorefield/assess";
import { type Findings, fromJson } from "@scorefield/assess/internal";
import { remark, type Section } from "../page.ts";
import { calibrationSection } from "./calibration.ts";
import { chainsSection } from "./chains.ts";
import { dimensionSection } from "./dimension.ts";
import { integrabilitySection } from "./integrability.ts";
import { modesSection } from "./modes.ts";
import { planeSection } from "./plane.ts";
import { smoothingSection } from "./smoothing.ts";

/** @param columns names of the numbers of a sample, of a table */
export const inspectionSections = ({ notes, ...inspection }: Inspection, columns?: readonly string[]): Section[] => {
  const found = fromJson<Findings>(inspection);
  return [
    ...(found.plane ? [planeSection(found.plane, columns)] : []),
    ...(found.calibration ? [calibrationSection(found.calibration)] : []),
    ...(found.integrability ? [integrabilitySection(found.integrability)] : []),
    ...(found.dimension ? [dimensionSection(found.dimension)] : []),
    ...(found.modes ? [modesSection(found.modes, columns)] : []),
    ...(found.smoothing ? [smoothingSection(found.smoothing)] : []),
    ...(found.chains ? [chainsSection(found.chains)] : []),
    ...(notes.length > 0 ? [{ title: "Notes", parts: notes.map(remark) }] : []),
  ];
};
