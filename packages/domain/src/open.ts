/** From settings to what training takes: data read, split and encoded. */
import { ArgumentError, type Dataset } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { DataError, splitPositions } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Codec } from "./codec.ts";
import type { ColumnReport } from "./column-report.ts";
import type { Domain, ReadOptions } from "./domain.ts";
import { encoded } from "./encoded.ts";
import { dataName } from "./paths.ts";
import { type Composition, type Samples, takeSamples } from "./samples.ts";
import { type DataSettings, fillSettings } from "./settings.ts";
import type { KeptRules } from "./table/rules/kept-rules.ts";

/** Data to learn from and data set apart, in the units of the data. */
export interface SplitData {
  readonly settings: DataSettings;
  readonly training: Samples;
  readonly heldOut: Samples;
  readonly remarks: readonly string[];
  /** What was found of the columns of a table. */
  readonly columns?: ColumnReport;
}

/** How data are split. */
export interface SplitChoice {
  /** Share of the samples set apart, in (0, 1). */
  readonly heldOut: number;
  readonly seed: number;
}

/** Which samples are learnt from and which are held out: all of a group on one side, where there are several groups. */
const splitGroups = ({ count, groups }: Samples, choice: SplitChoice) => {
  const names = [...new Set(groups)];
  if (names.length < 2) return splitPositions(count, choice);
  const apart = new Set(Array.from(splitPositions(names.length, choice).heldOut, (n) => names[n]!));
  const positions = Int32Array.from({ length: count }, (_, i) => i);
  return {
    training: positions.filter((i) => !apart.has(groups![i]!)),
    heldOut: positions.filter((i) => apart.has(groups![i]!)),
  };
};

/** Reads the data of settings and splits them by a seed. @throws DataError for data that cannot be read, or too few */
export const readSplit = async (
  domain: Domain,
  given: DataSettings,
  choice: SplitChoice & ReadOptions,
): Promise<SplitData> => {
  checkMade("readSplit domain", domain, ["kind", "read"], "a domain such as table");
  checkMade("readSplit options", choice, ["heldOut", "seed"], "options with heldOut and seed");
  const { heldOut, seed, folder = ".", signal, like } = choice;
  const found = await domain.read(given, { folder, signal, like });
  checkMade(`${domain.kind} read`, found, ["samples", "settings"], "{ samples, settings } from the domain's read");
  const { samples, settings, remarks = [], columns } = found;
  checkMade(
    `${domain.kind} read`,
    samples,
    ["count", "shape", "read"],
    "samples such as arraySamples(values, { sha256 }) from the domain's read",
  );
  if (samples.count < 2)
    throw new DataError({
      path: dataName(domain, settings, folder),
      expected: `at least 2 ${domain.samples}, one to learn from and one to hold out`,
      found: `${samples.count}`,
    });
  const parts = splitGroups(samples, { heldOut, seed });
  const training = takeSamples(samples, parts.training);
  return {
    settings,
    training: domain.training?.(training, settings) ?? training,
    heldOut: takeSamples(samples, parts.heldOut),
    remarks,
    ...(columns && { columns }),
  };
};

/** Data that `train` takes as they are: samples in the model's units, and what brings what is drawn back. */
export interface OpenedData extends Dataset, Composition {
  readonly domain: Domain;
  readonly settings: DataSettings;
  readonly codec: Codec;
  readonly sha256: string;
  /** Set apart, in the model's units. */
  readonly heldOut: Dataset;
  /** The same samples in the data's own units. */
  readonly values: { readonly training: Samples; readonly heldOut: Samples };
  readonly remarks: readonly string[];
  /** Rules that the settings ask samples to keep, which `keepRules` takes. */
  readonly rules?: KeptRules;
  /** Samples [n, ...shape] of a model in the units of the data. */
  decode(samples: NdArray<FloatType>): NdArray<"float64">;
}

/** Options of {@link openData}. */
export interface OpenOptions extends Omit<ReadOptions, "like"> {
  /** Share of the samples set apart, in (0, 1); default the domain's. */
  readonly heldOut?: number;
  /** Of the split and of draws of the codec; default 0. */
  readonly seed?: number;
  /** The kind of codec; default the domain's first. */
  readonly codec?: string;
}

const known = { heldOut: true, seed: true, codec: true, folder: true, signal: true } satisfies Known<OpenOptions>;

/**
 * Opens data of a domain for training.
 * @param source a path, a word or settings that the domain recognises
 * @throws ArgumentError for what it does not recognise, unknown settings and codecs; DataError for data that cannot be read
 */
export const openData = async (
  domain: Domain,
  source: string | Readonly<Record<string, unknown>>,
  options: OpenOptions = {},
): Promise<OpenedData> => {
  checkMade("openData domain", domain, ["kind", "defaults"], "a domain such as table");
  checkOptions(`${domain.kind} open`, options, known);
  const { heldOut = domain.defaults.heldOut, seed = 0, codec: chosen, folder = ".", signal } = options;
  const recognised =
    typeof source === "object" && source.kind === domain.kind ? (source as DataSettings) : domain.recognises(source);
  if (!recognised) throw new ArgumentError(`${domain.kind}: expected ${domain.title}, found ${JSON.stringify(source)}`);
  const { kind } = domain;
  const split = await readSplit(domain, fillSettings(domain, recognised), { heldOut, seed, folder, signal });
  const learnt = await domain.rules?.learn(split.training, split.settings, { find: false, signal });
  const codecs = domain.codecs(split.settings, split.training);
  const codecKind = chosen ?? codecs[0];
  if (!codecs.includes(codecKind))
    throw new ArgumentError(`${kind}: codec: expected ${codecs.join(" or ")}, found ${codecKind}`);
  const codec = await domain.fit(codecKind, split.training, split.settings);
  const training = await encoded(split.training, codec, { seed, part: 0 });
  const { sha256, columns, table, classes } = split.training;
  return Object.defineProperties(
    {
      domain,
      settings: learnt?.settings ?? split.settings,
      codec,
      sha256,
      ...(columns && { columns }),
      ...(table && { table }),
      ...(classes && { classes }),
      heldOut: await encoded(split.heldOut, codec, { seed, part: 1 }),
      values: { training: split.training, heldOut: split.heldOut },
      remarks: split.remarks,
      ...(learnt?.kept && { rules: learnt.kept }),
      decode: codec.decode,
    },
    Object.getOwnPropertyDescriptors(training),
  ) as unknown as OpenedData;
};
