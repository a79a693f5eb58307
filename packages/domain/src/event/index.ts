export { events } from "./domain.ts";
export { type EventLayout, layoutOfTable } from "./event-layout.ts";
export { type EventRows, eventRows, eventsOfRows } from "./event-rows.ts";
export { invariantMass, type PolarVector, pairMass } from "./kinematics.ts";
export { type ObservableName, observablesOf } from "./observables.ts";
export {
  type MomentumConstraints,
  momentumViolations,
  type ProjectedMomenta,
  projectMomenta,
} from "./project-momenta.ts";
export type { EventSettings } from "./read-event-rows.ts";
