/** What the project's other packages take of this one, besides what is public. It may change in any version. */
export { checkNoise } from "./noise/noise.ts";
export { noiseRecipeFromText, noises } from "./noise/noises.ts";
export { checkOperator } from "./operator/operator.ts";
export { operatorMatrix } from "./operator/operator-matrix.ts";
export { isNamedFile, type NamedFile } from "./operator/operator-text.ts";
export { operatorRecipeFromText, operators } from "./operator/operators.ts";
export { moments } from "./posterior/draw-rows.ts";
export { posteriors } from "./posterior/posteriors.ts";
