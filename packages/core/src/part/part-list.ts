/** All parts of a sort, such as the samplers: one list, from which follows how one is made from its recipe. */
import { didYouMean, isFields, showValue } from "@scorefield/tensor/internal";
import { RecipeError } from "../errors.ts";
import type { AnyMaker, Declaration, HasRecipe, PartList, Reading } from "./part.ts";
import { below, readFields } from "./read-value.ts";
import { refuseUnknown } from "./refuse-unknown.ts";

/** What a maker makes. */
type MadeBy<M> = M extends AnyMaker<infer T> ? (T extends HasRecipe ? T : never) : never;

/**
 * @param sort names the sort in errors, such as `sampler`
 * @param makers one for each part, made by `declare`
 */
export const partList = <const M extends AnyMaker<HasRecipe>>(
  sort: string,
  makers: readonly M[],
): PartList<MadeBy<M>, M> => {
  type T = MadeBy<M>;
  const declarations = makers.map(({ declaration }) => declaration as AnyMaker<T>["declaration"]);
  const byKind = new Map(declarations.map((declaration) => [declaration.kind, declaration]));
  const kinds = [...byKind.keys()];
  if (kinds.length < makers.length) throw new Error(`${sort}: two parts have one kind`);

  const find = (recipe: unknown, path: string, { refuse }: Reading) => {
    if (!isFields(recipe)) return refuse(path, `expected an object with a kind, found ${showValue(recipe)}`);
    const { kind, ...given } = recipe;
    const declaration = byKind.get(kind as string);
    return declaration ? { declaration, given } : refuse(path, unknownKind(kind, kinds));
  };

  const make = (
    { settings, beside, fromValues }: (typeof declarations)[number],
    given: Readonly<Record<string, unknown>>,
    path: string,
    reading: Reading,
  ): T =>
    fromValues(
      readFields(
        settings,
        beside === undefined ? given : gathered(settings, beside, given, path, reading),
        path,
        reading,
      ),
    );

  return {
    sort,
    makers,
    article: `${/^[aeiou]/.test(sort) ? "an" : "a"} ${sort}`,
    example: `${declarations[0]!.name}()`,
    declarations,
    kinds,
    fromRecipe: (recipe) => {
      const { declaration, given } = find(recipe, "", refusing(sort));
      return make(declaration, given, "", refusing(`${sort} ${declaration.kind}`));
    },
    read: (recipe, path, reading) => {
      const { declaration, given } = find(recipe, path, reading);
      return make(declaration, given, path, reading);
    },
  };
};

const unknownKind = (kind: unknown, kinds: readonly string[]): string =>
  typeof kind === "string"
    ? `expected a kind among ${kinds.join(", ")}; found ${kind.slice(0, 60)}${didYouMean(kind, kinds)}`
    : `expected a kind among ${kinds.join(", ")}; found ${showValue(kind)}`;

const refusing = (owner: string): Reading => ({
  from: "recipe",
  refuse: (path, problem) => {
    throw new RecipeError(`${owner}${path && `: ${path}`}: ${problem}`);
  },
});

/** A recipe whose settings of another part stand beside its own, with that part as a separate recipe. */
const gathered = (
  settings: Declaration["settings"],
  beside: string,
  given: Readonly<Record<string, unknown>>,
  path: string,
  reading: Reading,
): Record<string, unknown> => {
  const { type, default: byDefault } = settings[beside]!;
  if (type.type !== "part") throw new Error(`${beside}: expected a part`);
  const { [beside]: kind = (byDefault as HasRecipe | undefined)?.recipe.kind, ...others } = given;
  const declaration = type.parts.declarations.find((inner) => inner.kind === kind);
  if (!declaration) return reading.refuse(below(path, beside), unknownKind(kind, type.parts.kinds));
  refuseUnknown(others, [...Object.keys(settings), ...Object.keys(declaration.settings)], path, reading);
  const some = (own: boolean) =>
    Object.fromEntries(Object.entries(others).filter(([name]) => Object.hasOwn(settings, name) === own));
  return { ...some(true), [beside]: { ...some(false), kind } };
};
