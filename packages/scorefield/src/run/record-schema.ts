/** The check of run.json. Loaded only when a run is read. */
import { builtInCodec, checkTableColumns, isBuiltInCodec } from "@scorefield/domain/codec";
import { z } from "zod";
import { explainIssue } from "../recipe/explain.ts";
import { recipeSchemaOf } from "../recipe/schema.ts";
import { type RunRecord, sampleShape } from "./record.ts";
import { upgradeRecord } from "./upgrade-record.ts";

const kind = z.looseObject({ kind: z.string() });

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
  flowMap: z
    .looseObject({
      target: z.enum(["data", "any"]),
      objective: kind,
      start: z.object({ run: z.string(), step: z.int().min(0) }),
      taught: z.boolean(),
    })
    .optional(),
  latent: z.looseObject({ shape: z.array(z.int().min(1)), autoencoder: kind }).optional(),
  sampler: kind,
  domain: z.string().optional(),
  columns: z.array(z.string()).optional(),
  table: z.array(z.looseObject({ name: z.string(), kind: z.string() })).optional(),
  classes: z.array(z.string()).optional(),
  scaling: kind,
  // The domain checks them.
  rules: z.looseObject({}).optional(),
  step: z.int().min(0).optional(),
  training: z
    .looseObject({
      // The domain of the data checks their settings.
      recipe: recipeSchemaOf(kind),
      rows: z.object({ training: z.int(), heldOut: z.int() }),
      sha256: z.string(),
    })
    .optional(),
});

const checkTable = ({ columns, table }: RunRecord): void => {
  if (!table) return;
  const names = checkTableColumns(table).map(({ name }) => name);
  if (names.join("\n") !== columns?.join("\n")) throw new Error("table: expected the columns that columns names");
};

/** Codecs that make one number of each number of a sample. */
const numberEach: ReadonlySet<string> = new Set(["none", "standard", "quantile", "images"]);

const checkWidths = (record: RunRecord): void => {
  const { columns, scaling } = record;
  const shape = sampleShape(record);
  // The codec of another domain may change the shape, and checks itself.
  if (!isBuiltInCodec(scaling)) return;
  const { kind, columns: fitted } = scaling;
  if (kind === "mixed" && columns && (fitted as readonly unknown[] | undefined)?.length !== columns.length)
    throw new Error(`columns: ${columns.length} names for a scaling of others`);
  if (numberEach.has(kind) && columns && !(shape.length === 1 && shape[0] === columns.length))
    throw new Error(`columns: ${columns.length} names for samples of shape [${shape.join(", ")}]`);
  builtInCodec(scaling, shape);
};

/** A flow map takes the deviation of the data from the preconditioning of the run that it started from. */
const checkFlowMap = ({ flowMap, model: { preconditioning } }: RunRecord): void => {
  if (flowMap && (preconditioning.kind !== "edm" || typeof preconditioning.sigmaData !== "number"))
    throw new Error(`flowMap: expected the preconditioning edm with its sigmaData, found ${preconditioning.kind}`);
};

/**
 * The record of a run, with the names of now if an earlier version wrote it.
 * @throws Error with what is wrong, in one line
 */
export const checkRecord = (written: unknown): RunRecord => {
  const value = upgradeRecord(written);
  const result = recordSchema.safeParse(value);
  if (!result.success) throw new Error(explainIssue(result.error.issues[0]!, value, recordSchema));
  const record = result.data as unknown as RunRecord;
  checkTable(record);
  checkWidths(record);
  checkFlowMap(record);
  return record;
};
