/** The state of a training over machines, on the disk of whoever coordinates: together.json, and the vectors that it names. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { OptimiserState } from "@scorefield/core";
import { atomicWrite, encodeSafetensors } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import { z } from "zod";
import { CheckpointError } from "../errors.ts";
import { parseJson } from "../recipe/parse-json.ts";
import { vectorsOf } from "./vectors.ts";
import { contentSchema } from "./work.ts";

const traffic = z.object({ up: z.number(), down: z.number() });

const roundSchema = z.object({
  /** From 0. */
  round: z.int().min(0),
  /** Steps before and after it. */
  from: z.int().min(0),
  to: z.int().min(1),
  /** Who did what, and by how many samples it counts. */
  contributions: z.array(
    z.object({
      place: z.int().min(0),
      worker: z.string(),
      samples: z.number(),
      loss: z.number(),
      /** That the worker took. */
      seconds: z.number(),
    }),
  ),
  /** What the round closed without. */
  missing: z.array(z.object({ place: z.int().min(0), work: z.string(), why: z.string() })),
  /** Results of earlier rounds that came too late and were left out. */
  stale: z.array(z.object({ round: z.int().min(0), place: z.int().min(0), worker: z.string() })),
  /** Bytes between all machines and the store. */
  traffic,
});

const togetherSchema = z.object({
  format: z.literal("scorefield-together-1"),
  /** The record and the data, in the store. */
  project: contentSchema,
  step: z.int().min(0),
  rounds: z.array(roundSchema),
});

/** Who contributed what to a round. */
export type RoundRecord = z.infer<typeof roundSchema>;
/** The content of together.json. */
export type TogetherRecord = z.infer<typeof togetherSchema>;

/** What rounds carry along. */
export interface TogetherState extends OptimiserState<NdArray> {
  /** The outer optimiser's momentum; none before the first round. */
  readonly momentum?: NdArray | undefined;
}

const recordPath = (run: string): string => join(run, "together.json");
const folderOf = (run: string): string => join(run, "together");
const nameOf = (step: number): string => `step-${`${step}`.padStart(8, "0")}.safetensors`;

/** Writes the state after a round, atomically: a process that dies leaves the state before the round, or that after it. @throws DataError */
export const writeTogether = async (run: string, record: TogetherRecord, state: TogetherState): Promise<void> => {
  const { parameters, firstMoment, secondMoment, average, otherAverages = [], momentum } = state;
  const averages = [average, ...otherAverages].map((vector, k) => [`average.${k}`, vector]);
  const vectors = {
    parameters,
    firstMoment,
    secondMoment,
    ...(momentum && { momentum }),
    ...Object.fromEntries(averages),
  };
  await mkdir(folderOf(run), { recursive: true });
  await atomicWrite(join(folderOf(run), nameOf(record.step)), encodeSafetensors(vectors, { step: `${record.step}` }));
  await atomicWrite(recordPath(run), `${JSON.stringify(record)}\n`);
  for (const name of await readdir(folderOf(run)))
    if (name !== nameOf(record.step)) await rm(join(folderOf(run), name), { force: true });
};

/** Reads it; nothing where a run was not trained over machines. @throws CheckpointError where it is damaged */
export const readTogether = async (
  run: string,
  { size, averages }: { readonly size: number; readonly averages: number },
): Promise<{ readonly record: TogetherRecord; readonly state: TogetherState } | undefined> => {
  const path = recordPath(run);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new CheckpointError(`${path}: could not be read: ${cause.message}`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    const record = togetherSchema.parse(parseJson(text));
    const title = join(folderOf(run), nameOf(record.step));
    const bytes = await readFile(title);
    const names = Array.from({ length: averages }, (_, k) => `average.${k}`);
    const all = vectorsOf(bytes, ["parameters", "firstMoment", "secondMoment", ...names], { size, title });
    const { parameters, firstMoment, secondMoment, momentum } = all as Record<
      "parameters" | "firstMoment" | "secondMoment",
      NdArray
    > & {
      readonly momentum?: NdArray;
    };
    const [average, ...otherAverages] = names.map((name) => all[name]) as [NdArray, ...NdArray[]];
    const others = { ...(otherAverages.length > 0 && { otherAverages }), ...(momentum && { momentum }) };
    return { record, state: { parameters, firstMoment, secondMoment, average, ...others } };
  } catch (cause) {
    throw new CheckpointError(
      `${path}: expected the state of a training over machines, found ${(cause as Error).message}; remove it to go on from the run's last checkpoint`,
      { cause },
    );
  }
};
