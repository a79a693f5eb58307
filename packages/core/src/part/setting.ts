/** What a setting of a part is: its type, its range, its default and one line of help, as data. */
import type { KindRecipe } from "../recipe.ts";
import type { PartList } from "./part-list.ts";

/** Something that is made from settings and says so. */
export interface HasRecipe {
  /** Its kind and settings, as plain JSON. */
  readonly recipe: KindRecipe;
}

/** The range of a number. Ends left out are open; a number is always finite. */
export interface Range {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly below?: number;
  readonly multipleOf?: number;
}

/** What values a setting takes. */
export type SettingType =
  | ({ readonly type: "number" | "whole" } & Range)
  | { readonly type: "boolean" }
  | {
      readonly type: "text";
      /** Characters, at least and at most. */
      readonly fewest?: number;
      readonly most?: number;
      /** Whether it is the path of a file or folder, relative to whatever says it. */
      readonly path?: boolean;
      /** Whether a number may stand in its place, such as for the label of a class. */
      readonly orNumber?: boolean;
    }
  | {
      readonly type: "choice";
      readonly values: readonly (string | number)[];
      /** For a choice that a function may stand for: the word that stands for it in recipes, which cannot be read back. */
      readonly functionName?: string;
    }
  | { readonly type: "list"; readonly of: SettingType; readonly fewest: number }
  | { readonly type: "fields"; readonly fields: Readonly<Record<string, Setting>> }
  | { readonly type: "part"; readonly parts: PartList<HasRecipe> }
  | { readonly type: "nullable"; readonly of: SettingType };

/** Whether a setting must be given, has a default, or may be left out without having one value in its place. */
export type Presence = "required" | "default" | "otherwise";

declare const typing: unique symbol;

/** A setting of a part. `Value` is what the part is made from. */
export interface Setting<Value = unknown, P extends Presence = Presence> {
  readonly type: SettingType;
  /** What it does, in one line. */
  readonly help: string;
  readonly default?: unknown;
  /** What happens where it is left out, for a setting without a fixed default. */
  readonly otherwise?: string;
  /** For types alone: never set. */
  readonly [typing]?: readonly [Value, P];
}

/** The settings of a part, by name. */
export type Settings = Readonly<Record<string, Setting>>;

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

const setting = <Value, A extends About<Value>>(
  type: SettingType,
  { help, otherwise, ...rest }: A,
): Setting<Value, PresenceOf<A>> => ({
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
export const number = <const A extends About<number> & Range>(about: A): Setting<number, PresenceOf<A>> =>
  setting({ type: "number", ...rangeOf(about) }, about);

/** A whole number, in a range. */
export const whole = <const A extends About<number> & Range>(about: A): Setting<number, PresenceOf<A>> =>
  setting({ type: "whole", ...rangeOf(about) }, about);

/** True or false. */
export const boolean = <const A extends About<boolean>>(about: A): Setting<boolean, PresenceOf<A>> =>
  setting({ type: "boolean" }, about);

/** A text; of `fewest` to `most` characters. */
export const text = <const A extends About<string> & { readonly fewest?: number; readonly most?: number }>(
  about: A,
): Setting<string, PresenceOf<A>> =>
  setting(
    {
      type: "text",
      ...(about.fewest !== undefined && { fewest: about.fewest }),
      ...(about.most !== undefined && { most: about.most }),
    },
    about,
  );

/** The path of a file or folder, relative to the recipe that says it. */
export const path = <const A extends About<string>>(about: A): Setting<string, PresenceOf<A>> =>
  setting({ type: "text", fewest: 1, path: true }, about);

/** The label of a class: a text or a number. */
export const label = <const A extends About<string | number>>(about: A): Setting<string | number, PresenceOf<A>> =>
  setting({ type: "text", orNumber: true }, about);

/** One of several words or numbers. */
export const choice = <
  const V extends string | number,
  const A extends About<NoInfer<V>> & { readonly values: readonly V[] },
>(
  about: A & { readonly values: readonly V[] },
): Setting<V, PresenceOf<A>> => setting({ type: "choice", values: about.values }, about);

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
  ): Setting<V | F, PresenceOf<A>> =>
    setting({ type: "choice", values: about.values, functionName: about.functionName }, about);

/** A list of what another setting describes; `fewest` entries, default 0. */
export const list = <V, const A extends About<readonly V[]> & { readonly fewest?: number }>(
  of: Setting<V> | { readonly type: SettingType; readonly [typing]?: readonly [V, Presence] },
  about: A,
): Setting<readonly V[], PresenceOf<A>> => setting({ type: "list", of: of.type, fewest: about.fewest ?? 0 }, about);

/** An object of named settings, all of which must be given. */
export const fields = <F extends Settings, const A extends About<FieldValues<F>>>(
  of: F,
  about: A,
): Setting<FieldValues<F>, PresenceOf<A>> => setting({ type: "fields", fields: of }, about);

/** The values of an object of settings. */
export type FieldValues<F extends Settings> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** What another setting describes, or null. */
export const nullable = <V, const A extends About<V | null>>(
  of: Setting<V>,
  about: A,
): Setting<V | null, PresenceOf<A>> => setting({ type: "nullable", of: of.type }, about);

/** Another part: in the library the made thing itself, in a recipe its kind and settings. */
export const part = <T extends HasRecipe, const A extends About<T>>(
  parts: PartList<T>,
  about: A,
): Setting<T, PresenceOf<A>> => setting({ type: "part", parts: parts as PartList<HasRecipe> }, about);

/** What a setting holds. */
export type ValueOf<S> = S extends Setting<infer V, Presence> ? V : never;

/** What a part is made from: a value for every setting; undefined where one was left out that has no default. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer V, infer P> ? (P extends "otherwise" ? V | undefined : V) : never;
};

type RequiredNames<S extends Settings> = {
  [K in keyof S]: S[K] extends Setting<unknown, infer P> ? ("required" extends P ? K : never) : never;
}[keyof S];

/** What a person gives: all that is not required may be left out. */
export type OptionsOf<S extends Settings> = {
  readonly [K in keyof S as K extends RequiredNames<S> ? never : K]?: ValueOf<S[K]> | undefined;
} & { readonly [K in keyof S as K extends RequiredNames<S> ? K : never]: ValueOf<S[K]> };
