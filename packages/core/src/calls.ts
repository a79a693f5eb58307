/**
 * How calls are refused, without the rest of the package: what is to start fast, such as the command, takes it from here. It is for the
 * project's other packages, and may change in any version.
 */
export { ArgumentError } from "./errors.ts";
export { checkOptions, type Known } from "./part/check-options.ts";
