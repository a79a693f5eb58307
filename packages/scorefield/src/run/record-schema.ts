/** The check of run.json. Loaded only when a run is read. */
import { z } from "zod";
import { explainIssue } from "../recipe/explain.ts";
import { recipeSchema } from "../recipe/schema.ts";
import type { RunRecord } from "./record.ts";

const kind = z.looseObject({ kind: z.string() });
const numbers = z.array(z.number());

const recordSchema = z.looseObject({
  format: z.literal("scorefield-run"),
  version: z.literal(1),
  created: z.string(),
  versions: z.record(z.string(), z.string()),
  model: z.looseObject({
    shape: z.array(z.int().min(0)),
    process: kind,
    network: kind,
    preconditioning: kind,
  }),
  sampler: kind,
  columns: z.array(z.string()).optional(),
  classes: z.array(z.string()).optional(),
  scaling: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    z.object({ kind: z.literal("images") }),
    z.object({ kind: z.literal("standard"), mean: numbers, scale: numbers }),
    z.object({
      kind: z.literal("quantile"),
      columns: z.array(
        z.object({
          values: numbers.min(1),
          counts: numbers.min(1),
          // Runs before these were kept have neither.
          below: numbers.optional(),
          decimals: z.int().min(0).optional(),
        }),
      ),
    }),
  ]),
  step: z.int().min(0).optional(),
  training: z
    .looseObject({
      recipe: recipeSchema,
      rows: z.object({ training: z.int(), heldOut: z.int() }),
      sha256: z.string(),
    })
    .optional(),
});

/** How many columns each part of a scaling is for. */
const widthsOf = (scaling: RunRecord["scaling"]): number[] =>
  scaling.kind === "standard"
    ? [scaling.mean.length, scaling.scale.length]
    : scaling.kind === "quantile"
      ? [scaling.columns.length]
      : [];

const checkWidths = ({ model: { shape }, columns, scaling }: RunRecord): void => {
  const fits = (width: number): boolean => shape.length === 1 && shape[0] === width;
  if (columns && !fits(columns.length))
    throw new Error(`columns: ${columns.length} names for samples of shape [${shape.join(", ")}]`);
  const width = widthsOf(scaling).find((width) => !fits(width));
  if (width !== undefined)
    throw new Error(`scaling: one of ${width} columns for samples of shape [${shape.join(", ")}]`);
  if (scaling.kind !== "quantile") return;
  for (const { values, counts, below } of scaling.columns) {
    if (values.length !== counts.length || values.length !== (below ?? counts).length)
      throw new Error("scaling: other numbers of values than of counts");
    if (values.some((value, i) => i > 0 && value <= values[i - 1]!))
      throw new Error("scaling: values of a column that do not rise");
    if (counts.some((count) => count < 1)) throw new Error("scaling: a value that no row holds");
    const free = below?.map((rank, i) => rank - (i === 0 ? 0 : below[i - 1]! + counts[i - 1]!));
    if (free?.some((rows, i) => (i === 0 ? rows !== 0 : rows < 0)))
      throw new Error("scaling: ranks of a column that do not follow its counts");
  }
};

/** @throws Error with what is wrong, in one line */
export const checkRecord = (value: unknown): RunRecord => {
  const result = recordSchema.safeParse(value);
  if (!result.success) throw new Error(explainIssue(result.error.issues[0]!, value, recordSchema));
  const record = result.data as unknown as RunRecord;
  checkWidths(record);
  return record;
};
