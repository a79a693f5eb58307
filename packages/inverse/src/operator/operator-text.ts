/** Settings of operators as people type them. */
import { type Declaration, type KindRecipe, RecipeError } from "@scorefield/core";
import { type Shape, sizeOf } from "@scorefield/tensor";
import { isFields } from "@scorefield/tensor/internal";

/** What samples are, where a text does not say it. */
export interface OperatorTextOptions {
  /** Shape of one sample. */
  readonly input: Shape;
  /** What its numbers are, in words. */
  readonly units?: string | undefined;
}

/** A setting whose numbers are in a file: `mask=@seen.png`. */
export interface NamedFile {
  readonly file: string;
}

/** Whether a value is the name of a file. */
export const isNamedFile = (value: unknown): value is NamedFile =>
  isFields(value) && typeof value.file === "string" && Object.keys(value).length === 1;

const percentForm = /^(\d+(?:\.\d+)?)\s*%$/;
const boxForm = /^(\d+)x(\d+)(?:\+(\d+)\+(\d+))?$/;

/** The setting that a value without a name is: of a mask a share, a box or a file, else the first that an operator has of its own. */
export const loneSetting = (
  { kind, settings }: Pick<Declaration, "kind" | "settings">,
  text: string,
): string | undefined => {
  if (kind === "mask") return boxForm.test(text) ? "box" : text.startsWith("@") ? "mask" : "share";
  return Object.keys(settings).find((name) => name !== "input" && name !== "units");
};

/** A box in the middle, or where it is said to begin: start and then length along the last two axes. */
const boxOf = (text: string, input: Shape): readonly number[] | undefined => {
  const [, rows, columns, top, left] = (boxForm.exec(text) ?? []).map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (rows === undefined || columns === undefined) return undefined;
  if (input.length < 2) throw new RecipeError(`box ${text}: expected samples of two axes or more, found [${input}]`);
  const [height, width] = input.slice(-2) as [number, number];
  if (rows > height || columns > width)
    throw new RecipeError(
      `box ${text}: expected it within ${height}x${width}, the height and width of a sample; found a larger one`,
    );
  return [top ?? Math.floor((height - rows) / 2), left ?? Math.floor((width - columns) / 2), rows, columns];
};

/** A value in a form of its own: a file after @, a share in percent, a box. Undefined for any other, which is JSON or a word. */
export const settingFromText = (name: string, text: string, input: Shape): unknown => {
  if (text.startsWith("@")) return { file: text.slice(1).replace(/^"(.*)"$/, "$1") } satisfies NamedFile;
  const percent = percentForm.exec(text)?.[1];
  if (percent !== undefined) {
    const share = Number(percent) / 100;
    return name === "measurements" ? Math.max(1, Math.round(share * sizeOf(input))) : share;
  }
  return name === "box" ? boxOf(text, input) : undefined;
};

/**
 * A recipe with `input` and `units` wherever an operator that sees the sample does not say them.
 * @param settingsOf of a kind of operator
 */
export const withSamples = (
  recipe: KindRecipe,
  given: OperatorTextOptions,
  settingsOf: (kind: string) => Declaration["settings"],
): KindRecipe => {
  const inner = (value: unknown): unknown =>
    isFields(value) && typeof value.kind === "string" ? withSamples(value as KindRecipe, given, settingsOf) : value;
  const { operator, operators } = recipe;
  const known = settingsOf(recipe.kind);
  const filled = Object.entries(given).filter(([name, value]) => Object.hasOwn(known, name) && value !== undefined);
  return {
    ...Object.fromEntries(filled),
    ...recipe,
    ...(operator !== undefined && { operator: inner(operator) }),
    // Of those in a row, the last sees the sample.
    ...(Array.isArray(operators) && {
      operators: operators.map((one, i) => (recipe.kind === "stack" || i === operators.length - 1 ? inner(one) : one)),
    }),
  };
};
