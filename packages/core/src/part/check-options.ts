/** Checks of what callers without types may give to a public function. */
import { ArgumentError } from "../errors.ts";
import { refuseUnknown } from "./read-value.ts";
import { showValue } from "./show-value.ts";

/**
 * Refuses options that are no object, and options that a function does not know, for callers whose code is not checked by
 * types. Call it first, before the options are taken apart, and say every option by name, which the compiler holds
 * complete:
 *
 *     const options = { count: true, seed: true, sampler: true } satisfies Known<SampleOptions>;
 *
 *     export const sample = async (model: ScoreModel, given: SampleOptions) => {
 *       checkMade("sample model", model, ["denoise"], "a score model such as exact(gaussian(...), edm())");
 *       checkOptions("sample", given, options);
 *       const { count, seed = 0, sampler = heun() } = given;
 *       checkMade("sample sampler", sampler, ["recipe"], "a sampler such as heun()");
 *
 * @param name of the function, for errors
 * @param given what the caller gave. `undefined` is refused too, so give the parameter the default `{}` where all
 *   options may be left out
 * @param known the names of all options, as keys
 * @throws ArgumentError naming the unknown option and the nearest known one
 */
export const checkOptions = (name: string, given: unknown, known: Readonly<Record<string, true>>): void => {
  const names = Object.keys(known);
  if (typeof given !== "object" || given === null || Array.isArray(given) || ArrayBuffer.isView(given))
    throw new ArgumentError(
      `${name}: expected options as an object with ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}; found ${showValue(given)}`,
    );
  refuseUnknown(given as Record<string, unknown>, names, "", {
    from: "library",
    refuse: (_, problem) => {
      throw new ArgumentError(`${name}: ${problem}`);
    },
  });
};

/** Every option of a type by name, for {@link checkOptions}: `const known = { ... } satisfies Known<Options>`. */
export type Known<Options> = { readonly [Name in keyof Required<Options>]: true };

/**
 * Refuses what is not a made thing, such as the word "heun" in place of `heun()`.
 * @param name of the function and the option, for errors: `sample sampler`
 * @param members what such a thing has; all must be there
 * @param expected what it should be and how one is made: `a sampler such as heun()`
 * @throws ArgumentError saying what was expected and found
 */
export const checkMade = (name: string, value: unknown, members: readonly string[], expected: string): void => {
  if (typeof value === "object" && value !== null && members.every((member) => member in value)) return;
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
