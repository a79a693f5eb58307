/** What the project's other packages take of this one, besides what is public. It may change in any version. */
export { didYouMean, nearestWord } from "./check/nearest-word.ts";
export { hasMembers, isFields, type Known, optionsProblem } from "./check/options.ts";
export { showValue } from "./check/show-value.ts";
