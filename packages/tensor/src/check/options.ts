/** What is wrong with options that a caller without types hands to a public function. */
import { RuntimeError } from "../errors.ts";
import { isRuntime } from "./is-runtime.ts";
import { nearestWord } from "./nearest-word.ts";
import { showValue } from "./show-value.ts";

/** Every option of a type by name: `const known = { ... } satisfies Known<Options>`, where the compiler reports a missing one. */
export type Known<Options> = { readonly [Name in keyof Required<Options>]: true };

/** What is wrong, for an error of the package that was called. */
export interface Problem {
  readonly expected: string;
  readonly found: string;
  /** The known name nearest to an unknown one, if one is near. */
  readonly near?: string | undefined;
}

const isFunction = (value: unknown): boolean => typeof value === "function";

/** Not by its class: an AbortSignal of another realm, such as a test's page, is one too. */
const isSignal = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<AbortSignal>).aborted === "boolean" &&
  isFunction((value as Partial<AbortSignal>).throwIfAborted);

/** Options that have one meaning in the whole project, wherever a function knows them. */
const common: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly expected: string }>> = {
  signal: { is: isSignal, expected: "an AbortSignal such as the signal of new AbortController()" },
  runtime: { is: isRuntime, expected: "a runtime such as native()" },
  dtype: { is: (value) => value === "float32" || value === "float64", expected: "float32 or float64" },
  onProgress: { is: isFunction, expected: "a function" },
};

/** Whether a value is an object with named fields, as options are: no list, and no array of numbers. */
export const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Whether a value is an object that has all of these members. */
export const hasMembers = (value: unknown, members: readonly string[]): boolean =>
  typeof value === "object" && value !== null && members.every((member) => member in value);

/**
 * What is wrong with options: a value that is not an object, an unknown name, or a wrong value of an option that has one
 * meaning in the whole project: `signal`, `runtime`, `dtype`, `onProgress`. Other values are checked where they are used.
 * Undefined where nothing is wrong.
 * @param known the names of all options, as keys
 */
export const optionsProblem = (given: unknown, known: Readonly<Record<string, true>>): Problem | undefined => {
  const names = Object.keys(known);
  if (!isFields(given))
    return { expected: `options as an object, such as { ${names.slice(0, 3).join(", ")} }`, found: showValue(given) };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name))
      return { expected: `options among ${names.join(", ")}`, found: name, near: nearestWord(name, names) };
    const { is, expected } = (Object.hasOwn(common, name) && common[name]) || {};
    if (is && value !== undefined && !is(value))
      return { expected: `${name} to be ${expected}`, found: showValue(value) };
  }
  return undefined;
};

/**
 * Refuses options that {@link optionsProblem} finds something wrong with.
 * @param name of the function, for errors
 * @throws RuntimeError saying what was expected and found
 */
export const checkOptions = (name: string, given: unknown, known: Readonly<Record<string, true>>): void => {
  const problem = optionsProblem(given, known);
  if (!problem) return;
  const { expected, found, near } = problem;
  throw new RuntimeError(
    `${name}: expected ${expected}, found ${found}${near === undefined ? "" : `; did you mean ${near}?`}`,
  );
};
