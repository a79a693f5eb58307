import { checkMade } from "../part/check-options.ts";
import type { Process } from "./process.ts";

/**
 * Refuses a value that is not a process.
 * @param name of the function, for errors
 * @throws ArgumentError saying what was expected and found
 */
export const checkProcess = (name: string, process: Process): void =>
  checkMade(`${name} process`, process, ["times", "alpha", "sigma", "logSnr"], "a process such as edm()");
