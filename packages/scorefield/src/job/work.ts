/** Pieces of work as data: what a queue carries, and nothing of it is code. */
import { z } from "zod";
import { identityOf } from "./identity.ts";

const contentName = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hexadecimal");
const ending = z.string().regex(/^\.[a-z0-9]{1,10}$/, "expected the ending of a file name, such as .csv");
/** Of a result: `/` stands for a folder. */
const resultEnding = z.union([z.literal("/"), ending]);

/** Something in a {@link Store}: a file, or a folder as the list of its files. */
export const contentSchema = z.strictObject({
  sha256: contentName,
  bytes: z.int().min(0),
  /** A folder's content is JSON: {@link Folder}. */
  folder: z.boolean().optional(),
});

/** Files of a folder: their paths below it, with slashes. */
export const folderSchema = z.array(
  z.strictObject({
    path: z.string().regex(/^(?!.*(^|\/)\.\.(\/|$))[^/\\\0][^\\\0]*$/, "expected a path below the folder"),
    content: contentSchema,
  }),
);

/** Commands that come in parts. */
const shardedCommands = ["sample", "likelihood", "anomaly", "restore"] as const;

const option = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const optionName = z.string().regex(/^[a-z][a-z0-9-]*$/, "expected the name of an option without its dashes");

/** Part i of n of a command: its result is one file. */
const shardSchema = z.strictObject({
  kind: z.literal("shard"),
  /** What a worker has to be: see {@link codeVersion}. */
  code: z.string().min(1),
  command: z.enum(shardedCommands),
  run: contentSchema,
  /** Options of the command by their names on the command line, as in `{ seed: 3 }`; a list is an option given several times. None names a file. */
  options: z.record(optionName, option),
  /** Options that name files, as in `{ data: ... }`, with the ending of each. */
  inputs: z.record(optionName, contentSchema.extend({ ending: ending.optional() })),
  part: z.int().min(1),
  parts: z.int().min(1).max(1_000_000),
  ending: resultEnding,
});

/** All shards of some work, put together into one file. */
const gatherSchema = z.strictObject({
  kind: z.literal("gather"),
  code: z.string().min(1),
  /** The shards, first to last, by their identities. */
  shards: z.array(contentName).min(1),
  ending: resultEnding,
});

/** Which part of every batch, and of what training. */
const placeSchema = {
  /** What a worker has to be: see {@link codeVersion}. */
  code: z.string().min(1),
  /** A folder with the recipe and the data: see {@link keepProject}. */
  project: contentSchema,
  /** Parameters that it starts from, in safetensors. */
  parameters: contentSchema,
  /** Which of the places, from 0. */
  place: z.int().min(0),
  /** How many places there are. They divide the batch. */
  places: z.int().min(1).max(10_000),
};

/** Some steps of training from given parameters, as one place of a round does them. */
const stepsSchema = z.strictObject({
  kind: z.literal("steps"),
  ...placeSchema,
  /** The optimiser's second moment, the mean of all places' after their last round; none before the first. */
  secondMoment: contentSchema.optional(),
  round: z.int().min(0),
  /** Steps done before. */
  from: z.int().min(0),
  steps: z.int().min(1),
});

/** The gradient of the loss on a part of the batch of a step. */
const gradientSchema = z.strictObject({
  kind: z.literal("gradient"),
  ...placeSchema,
  /** From 0. */
  step: z.int().min(0),
});

/** @internal */
export const workSchema = z.discriminatedUnion("kind", [shardSchema, gatherSchema, stepsSchema, gradientSchema]);

/** A content of a {@link Store}. */
export type Content = z.infer<typeof contentSchema>;
/** The files of a folder. */
export type Folder = z.infer<typeof folderSchema>;
/** Part i of n of a command. */
export type ShardWork = z.infer<typeof shardSchema>;
/** Shards put together. */
export type GatherWork = z.infer<typeof gatherSchema>;
/** Some steps of training. */
export type StepsWork = z.infer<typeof stepsSchema>;
/** A gradient of a part of a batch. */
export type GradientWork = z.infer<typeof gradientSchema>;
/** A piece of work. Equal work has an equal result, whoever does it. */
export type Work = z.infer<typeof workSchema>;

/** The identity of a piece of work: the SHA-256 of all that its result depends on. */
export const workId = (work: Work): string => identityOf(work);

/** The identity of all shards together: of the work without its part. */
export const wholeId = ({ part: _, ...whole }: ShardWork): string => identityOf(whole);

/** What a piece of work came to. The store keeps it under the work's identity. */
export const receiptSchema = z.strictObject({
  work: contentName,
  /** The result. */
  content: contentSchema,
  /** What else is to be known, such as losses. */
  facts: z.record(z.string(), z.json()).optional(),
  /** Who did it. */
  worker: z.string().min(1),
  seconds: z.number().min(0),
});

/** What a piece of work came to. */
export type Receipt = z.infer<typeof receiptSchema>;
