/** What the project's other packages take of this one, besides what is public. It may change in any version. */
export { noises } from "./noise/noises.ts";
export { operators } from "./operator/operators.ts";
