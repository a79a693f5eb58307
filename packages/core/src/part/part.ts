/** What is known of the parts that a user chooses: their settings, their declarations and their lists. */
import type { KindRecipe } from "../recipe.ts";

/** Something that is made from settings and says so. */
export interface HasRecipe {
  /** Its kind and settings, as plain JSON. */
  readonly recipe: KindRecipe;
}

/** The range of a number. Ends left out are open. A number is always finite. */
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
      /** Whether it is the path of a file or folder, relative to the file that names it. */
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
  | {
      readonly type: "array";
      /** Number of axes, where it is fixed. */
      readonly rank?: number;
    }
  | { readonly type: "list"; readonly of: SettingType; readonly fewest: number }
  | { readonly type: "fields"; readonly fields: Readonly<Record<string, Setting>> }
  | { readonly type: "part"; readonly parts: PartList<HasRecipe> }
  | { readonly type: "nullable"; readonly of: SettingType };

/** Whether a setting must be given, has a default, or may be left out without having one value in its place. */
export type Presence = "required" | "default" | "otherwise";

declare const typing: unique symbol;

/** A setting of a part. `Value` is what the part is made from, and `Json` what stands for it in a recipe. */
export interface Setting<Value = unknown, P extends Presence = Presence, Json = unknown> {
  readonly type: SettingType;
  /** What it does, in one line. */
  readonly help: string;
  readonly default?: unknown;
  /** What happens where it is left out, for a setting without a fixed default. */
  readonly otherwise?: string;
  /** For types alone: never set. */
  readonly [typing]?: readonly [Value, P, Json];
}

/** The settings of a part, by name. */
export type Settings = Readonly<Record<string, Setting>>;

/** What is known of a part besides how it is made. */
export interface Declaration {
  /** Its name in recipes. */
  readonly kind: string;
  /** Its name in the library. Default the kind. */
  readonly name: string;
  /** The group of parts that it belongs to, such as `probability-flow ODE`. */
  readonly family?: string;
  /** What it is and when it serves, in one line. */
  readonly summary: string;
  /** Authors, year, and the equation or algorithm. */
  readonly source: string;
  readonly settings: Settings;
  /**
   * A setting that holds another part and that a recipe names by its kind alone. The settings of that part stand beside
   * the others.
   */
  readonly beside?: string;
}

/** A declaration with the way to make the part. */
export interface Made<K extends string, S extends Settings, T, B extends string> extends Declaration {
  readonly kind: K;
  readonly settings: S;
  readonly beside?: B;
  /** Makes the part from checked values, one for every setting. */
  readonly fromValues: (values: Readonly<Record<string, unknown>>) => T;
}

/** A maker of any settings. */
export interface AnyMaker<T> {
  readonly declaration: Made<string, Settings, T, string>;
}

/** Where values come from, and how a wrong value is refused. */
export interface Reading {
  /** A recipe holds other parts as their recipes; options in the library hold the made parts. */
  readonly from: "recipe" | "library";
  /** Throws an error with the path of the value, such as `intervals.0.low`. An empty path is the part itself. */
  readonly refuse: (path: string, problem: string) => never;
}

/** The parts of a sort. */
export interface PartList<T extends HasRecipe, M = AnyMaker<T>> {
  /** The sort in a word or two, such as `sampler`. */
  readonly sort: string;
  /** The sort with its article, and a part of it as a caller makes it: for errors. */
  readonly article: string;
  readonly example: string;
  readonly makers: readonly M[];
  /** What is known of every part besides how it is made, in the order of the list. */
  readonly declarations: readonly Declaration[];
  readonly kinds: readonly string[];
  /**
   * The part a recipe describes; settings left out take their defaults.
   * @throws RecipeError for an unknown kind or setting, or a value of the wrong type or out of range; ArgumentError for values
   *   that do not go together
   */
  fromRecipe(recipe: KindRecipe): T;
  /** The part at a path inside another's recipe. */
  read(recipe: unknown, path: string, reading: Reading): T;
}
