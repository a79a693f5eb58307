/** A part is declared once: what it is, its settings, and how it is made from them. */
import { isFields, showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";
import type { KindRecipe } from "../recipe.ts";
import type { JsonOf, OptionsOf, ValueOf, Values } from "./inferred-types.ts";
import type { Declaration, HasRecipe, Made, Reading, Setting, Settings } from "./part.ts";
import { readFields, writeValue } from "./read-value.ts";

/** A part's recipe: its kind, and all its settings as plain JSON. */
type FullRecipe<K extends string, S extends Settings> = { readonly kind: K } & {
  readonly [N in keyof S]: S[N] extends Setting<unknown, "otherwise", infer J> ? J | undefined : JsonOf<S[N]>;
};

type Leading<S extends Settings, L extends readonly (keyof S)[]> = { readonly [I in keyof L]: ValueOf<S[L[I]]> };

type OptionsArgument<O> = Record<never, never> extends O ? [options?: O] : [options: O];

/** A function that makes a part from its options, and says what the part is. */
export interface Maker<
  K extends string,
  S extends Settings,
  T,
  L extends readonly (keyof S)[] = readonly [],
  B extends string = never,
> {
  (...args: [...Leading<S, L>, ...OptionsArgument<OptionsOf<S, L[number]>>]): T;
  readonly declaration: Made<K, S, T, B>;
}

/** What a part declares. */
interface Declared<K extends string, S extends Settings, T, L extends readonly (keyof S)[], B extends string>
  extends Omit<Declaration, "name" | "settings" | "beside"> {
  readonly kind: K;
  readonly name?: string;
  readonly settings: S;
  /**
   * Settings that a caller gives as arguments before the options, in this order. A recipe has them beside the others.
   */
  readonly leading?: L;
  readonly beside?: B;
  /** Defaults that depend on other settings: the values in place of those left out. */
  readonly resolve?: (values: Values<S>) => Partial<Values<S>>;
  /**
   * @param values one for every setting, of the declared type and range. What must hold between several is checked here
   * @param recipe what the made part has as its `recipe`
   */
  readonly make: (values: Values<S>, recipe: FullRecipe<K, S>) => T;
}

/**
 * Declares a part: a sampler, a process, a network, ... From the declaration follow its options and their checks, its
 * recipe, its place in lists, the validation of recipes and what help says of it.
 *
 *     export const euler = declare({
 *       kind: "euler",
 *       summary: "first order; the simplest",
 *       source: "Karras et al. 2022, algorithm 1",
 *       settings: { steps: whole({ least: 1, default: 18, help: "steps" }) },
 *       make: ({ steps }, recipe): Sampler => ({ recipe, ... }),
 *     });
 *
 *     euler({ steps: 20 })          // makes one
 *     euler.declaration.summary     // says what it is
 *
 * @returns a function of the options. Options with a default may be left out. It throws ArgumentError for options that
 *   are no object, an unknown option, or a value of the wrong type or out of range. The error says the option's path,
 *   what was expected and what was found
 */
export const declare = <
  const K extends string,
  const S extends Settings,
  T extends HasRecipe,
  const L extends readonly (keyof S & string)[] = readonly [],
  const B extends keyof S & string = never,
>({
  leading,
  resolve,
  make,
  ...about
}: Declared<K, S, T, L, B>): Maker<K, S, T, L, B> => {
  const { kind, settings, beside } = about;
  const name = about.name ?? kind;
  const fromValues = (given: Readonly<Record<string, unknown>>): T => {
    const values = (resolve ? { ...given, ...resolve(given as Values<S>) } : given) as Values<S>;
    return make(values, recipeOf(kind, settings, beside, values) as FullRecipe<K, S>);
  };
  const reading: Reading = {
    from: "library",
    refuse: (path, problem) => {
      throw new ArgumentError(`${name}${path && ` ${path}`}: ${problem}`);
    },
  };
  const maker = (...args: readonly unknown[]): T => {
    const count = leading?.length ?? 0;
    const options = args[count] === undefined ? {} : args[count];
    if (!isFields(options))
      throw new ArgumentError(
        `${name}: expected options as an object${example(settings)}, found ${showValue(options)}`,
      );
    const first = Object.fromEntries((leading ?? []).map((setting, i) => [setting, args[i]]));
    const twice = Object.keys(first).find((setting) => setting in options);
    if (twice !== undefined)
      throw new ArgumentError(`${name}: expected ${twice} before the options, found it among them`);
    return fromValues(readFields(settings, { ...options, ...first }, "", reading));
  };
  return Object.assign(maker, { declaration: { ...about, name, fromValues } }) as Maker<K, S, T, L, B>;
};

const example = (settings: Settings): string => {
  const first = Object.entries(settings).find(([, { default: value }]) => typeof value === "number");
  return first ? ` such as { ${first[0]}: ${first[1].default} }` : "";
};

const recipeOf = (
  kind: string,
  settings: Settings,
  beside: string | undefined,
  values: Readonly<Record<string, unknown>>,
): KindRecipe => {
  const written = Object.fromEntries(
    Object.entries(settings).map(([name, { type }]) => [name, writeValue(type, values[name])]),
  );
  if (beside === undefined) return { kind, ...written };
  const inner = written[beside] as KindRecipe;
  return { ...inner, ...written, kind, [beside]: inner.kind };
};
