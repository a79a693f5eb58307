/** Settings of a part, each with its type, its range, its default and one line of help. */
import type { ArrayJson } from "./array-json.ts";
import type { ArrayGiven, FieldValues, JsonOf, RecipeOfMaker } from "./inferred-types.ts";
import type { HasRecipe, PartList, Presence, Range, Setting, Settings, SettingType } from "./part.ts";

export type { OptionsOf, ValueOf, Values } from "./inferred-types.ts";
export type { Range, Setting, Settings, SettingType } from "./part.ts";

/**
 * What every builder of a setting takes: its help, and its `default` or what happens `otherwise`. With neither, the setting
 * must be given.
 */
interface About<Value> {
  readonly help: string;
  readonly default?: Value;
  readonly otherwise?: string;
}

type PresenceOf<A> = A extends { readonly default: unknown }
  ? "default"
  : A extends { readonly otherwise: string }
    ? "otherwise"
    : "required";

const setting = <Value, Json, A extends About<Value>>(
  type: SettingType,
  { help, otherwise, ...rest }: A,
): Setting<Value, PresenceOf<A>, Json> => ({
  type,
  help,
  ...("default" in rest && { default: rest.default }),
  ...(otherwise !== undefined && { otherwise }),
});

const rangeOf = ({ least, above, most, below, multipleOf }: Range): Range =>
  Object.fromEntries(
    Object.entries({ least, above, most, below, multipleOf }).filter(([, value]) => value !== undefined),
  );

/** A finite number, in a range. */
export const number = <const A extends About<number> & Range>(about: A): Setting<number, PresenceOf<A>, number> =>
  setting({ type: "number", ...rangeOf(about) }, about);

/** A whole number, in a range. */
export const whole = <const A extends About<number> & Range>(about: A): Setting<number, PresenceOf<A>, number> =>
  setting({ type: "whole", ...rangeOf(about) }, about);

/** True or false. */
export const boolean = <const A extends About<boolean>>(about: A): Setting<boolean, PresenceOf<A>, boolean> =>
  setting({ type: "boolean" }, about);

/** A text; of `fewest` to `most` characters. */
export const text = <const A extends About<string> & { readonly fewest?: number; readonly most?: number }>(
  about: A,
): Setting<string, PresenceOf<A>, string> =>
  setting(
    {
      type: "text",
      ...(about.fewest !== undefined && { fewest: about.fewest }),
      ...(about.most !== undefined && { most: about.most }),
    },
    about,
  );

/** The path of a file or folder, relative to the recipe that says it. */
export const path = <const A extends About<string>>(about: A): Setting<string, PresenceOf<A>, string> =>
  setting({ type: "text", fewest: 1, path: true }, about);

/** The label of a class: a text or a number. */
export const label = <const A extends About<string | number>>(
  about: A,
): Setting<string | number, PresenceOf<A>, string | number> => setting({ type: "text", orNumber: true }, about);

/** One of several words or numbers. */
export const choice = <
  const V extends string | number,
  const A extends About<NoInfer<V>> & { readonly values: readonly V[] },
>(
  about: A & { readonly values: readonly V[] },
): Setting<V, PresenceOf<A>, V> => setting({ type: "choice", values: about.values }, about);

/**
 * One of several words, or a function of one's own in its place.
 * @param about `functionName` is the word that stands for the function in recipes
 */
export const choiceOrFunction =
  <F extends (...args: never[]) => unknown>() =>
  <
    const V extends string,
    const A extends About<NoInfer<V>> & { readonly values: readonly V[]; readonly functionName: string },
  >(
    about: A & { readonly values: readonly V[] },
  ): Setting<V | F, PresenceOf<A>, V> =>
    setting({ type: "choice", values: about.values, functionName: about.functionName }, about);

/**
 * Finite numbers with a shape: a mask, a kernel, a matrix. In the library an NdArray or nested lists; in a recipe nested lists,
 * or `{ shape, dtype, base64 }` for many numbers (see `array-json.ts`). A part is made from an NdArray of float64.
 * @param about `rank` is the number of axes, where it is fixed
 */
export const array = <const A extends About<ArrayGiven> & { readonly rank?: number }>(
  about: A,
): Setting<ArrayGiven, PresenceOf<A>, ArrayJson> =>
  setting({ type: "array", ...(about.rank !== undefined && { rank: about.rank }) }, about);

/** A list of what another setting describes; `fewest` entries, default 0. */
export const list = <V, J, const A extends About<readonly V[]> & { readonly fewest?: number }>(
  of: Setting<V, Presence, J>,
  about: A,
): Setting<readonly V[], PresenceOf<A>, readonly J[]> =>
  setting({ type: "list", of: of.type, fewest: about.fewest ?? 0 }, about);

/** An object of named settings. All must be given. */
export const fields = <F extends Settings, const A extends About<FieldValues<F>>>(
  of: F,
  about: A,
): Setting<FieldValues<F>, PresenceOf<A>, { readonly [K in keyof F]: JsonOf<F[K]> }> =>
  setting({ type: "fields", fields: of }, about);

/** What another setting describes, or null. */
export const nullable = <V, J, const A extends About<V | null>>(
  of: Setting<V, Presence, J>,
  about: A,
): Setting<V | null, PresenceOf<A>, J | null> => setting({ type: "nullable", of: of.type }, about);

/** Another part: in the library the made thing itself, in a recipe its kind and settings. */
export const part = <T extends HasRecipe, M, const A extends About<T>>(
  parts: PartList<T, M>,
  about: A,
): Setting<T, PresenceOf<A>, RecipeOfMaker<M>> => setting({ type: "part", parts: parts as PartList<HasRecipe> }, about);
