/** Checks of what callers without types may give to a public function. */
import { hasMembers, isFields, type Known, optionsProblem, showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";
import { refuseUnknown } from "./refuse-unknown.ts";

export type { Known };

/**
 * Refuses options that are not an object, and options that a function does not know, for callers whose code is not checked
 * by types. Call it before the options are taken apart. List every option by name; the compiler reports a missing one:
 *
 *     const options = { count: true, seed: true, sampler: true } satisfies Known<SampleOptions>;
 *
 *     export const sample = async (model: ScoreModel, given: SampleOptions) => {
 *       checkModel("sample", model);
 *       checkOptions("sample", given, options);
 *       const { count, seed = 0, sampler = heun() } = given;
 *       checkSampler("sample", sampler);
 *
 * @param name of the function, for errors
 * @param given what the caller gave. `undefined` is refused too, so give the parameter the default `{}` where all
 *   options may be left out
 * @param known the names of all options, as keys
 * @throws ArgumentError naming the unknown option and the nearest known one, and for a `signal`, `runtime`, `dtype` or
 *   `onProgress` of another type
 */
export const checkOptions = (name: string, given: unknown, known: Readonly<Record<string, true>>): void => {
  const refuse = (problem: string): never => {
    throw new ArgumentError(`${name}: ${problem}`);
  };
  // Names of earlier versions are refused with the names of now.
  if (isFields(given))
    refuseUnknown(given, Object.keys(known), "", { from: "library", refuse: (_, problem) => refuse(problem) });
  const problem = optionsProblem(given, known);
  if (problem) refuse(`expected ${problem.expected}, found ${problem.found}`);
};

/**
 * Refuses what is not a made thing, such as the word "heun" in place of `heun()`.
 * @param name of the function and the option, for errors: `sample sampler`
 * @param members what such a thing has; all must be there
 * @param expected what it should be and how one is made: `a sampler such as heun()`
 * @throws ArgumentError saying what was expected and found
 */
export const checkMade = (name: string, value: unknown, members: readonly string[], expected: string): void => {
  if (hasMembers(value, members)) return;
  // A maker that was not called.
  const uncalled = typeof value === "function" && "declaration" in value;
  // What `train` returns, in place of the model that it trains.
  const training = typeof value === "object" && value !== null && "result" in value && value.result instanceof Promise;
  const found = uncalled
    ? "the function that makes one; call it"
    : training
      ? "a training; its model is: await training.result"
      : showValue(value);
  throw new ArgumentError(`${name}: expected ${expected}, found ${found}`);
};
