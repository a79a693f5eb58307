/** What the project's other packages take of this one, besides what is public. It may change in any version. */
export { fieldOf, gridAxis } from "./inspection/grid-field.ts";
export { type Findings, instrumentNames } from "./inspection/inspect.ts";
export type { PlanePoint } from "./inspection/plane-part.ts";
export { meanOf } from "./inspection/subject.ts";
export { categoriesOf, cellsOf, isCategory, numberColumns } from "./metric/cells.ts";
export type { ClassesSeen } from "./metric/class-accuracy.ts";
export { fewestRows } from "./metric/metric.ts";
export type { NearestPairs } from "./metric/nearest-training.ts";
export { type CompareOptions, compareSets } from "./quality/compare-sets.ts";
export { type FreshDistance, type FreshDistances, freshDistances } from "./quality/fresh-distances.ts";
export { mixedUnits } from "./quality/mixed-units.ts";
export { fromJson, plainJson } from "./quality/plain-json.ts";
export { standardUnits } from "./quality/standard-units.ts";
