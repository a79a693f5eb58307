/** A kind of data: the one place that knows how it is read, encoded, learnt, measured, shown and written. */
import type { setting } from "@scorefield/core";
import type { Content } from "@scorefield/data";
import type { FloatType, NdArray, Shape } from "@scorefield/tensor";
import type { Codec, StoredCodec } from "./codec.ts";
import type { ColumnReport } from "./column-report.ts";
import type { Measured, MeasureInput } from "./measure.ts";
import type { DomainRules } from "./rules.ts";
import type { Composition, Samples } from "./samples.ts";
import type { DataSettings } from "./settings.ts";

/** Samples as data for a figure. */
export type Preview =
  /**
   * Rows [n, columns] to be drawn as points and histograms. Cells of a column with levels are their codes; a cell that is NaN
   * is missing; dates are milliseconds since 1970 UTC.
   */
  | {
      readonly kind: "points";
      readonly columns: readonly string[];
      readonly values: NdArray<FloatType>;
      readonly levels?: readonly (readonly string[] | undefined)[];
      readonly dates?: readonly boolean[];
      /** Whether cells may be missing; elsewhere one that is no number is an error. */
      readonly missing?: boolean;
    }
  /** Images [n, 1 or 3, height, width] in [-1, 1], and how many stand in a row; default a square of all. */
  | { readonly kind: "images"; readonly images: NdArray<FloatType>; readonly columns?: number }
  /** Windows of series [n, channels, length], one plot for each channel with a curve for each window; NaN is a gap. */
  | { readonly kind: "series"; readonly names: readonly string[]; readonly values: NdArray<FloatType> };

/** What a recipe takes where it says nothing. */
export interface DomainDefaults {
  /** Share of the samples set apart. */
  readonly heldOut: number;
  /** The kind of network, and of the sampler its settings too. */
  readonly network: string;
  readonly sampler: { readonly kind: string; readonly [name: string]: unknown };
  /** Kinds of process, preconditioning and objective, where they are not the usual ones. */
  readonly process?: string;
  readonly preconditioning?: string;
  readonly objective?: string;
  /** Samples in a step of training. */
  readonly batch: number;
  /** Samples that `sample` draws, and computes at once; the latter left out, the sampler's own number. */
  readonly count: number;
  readonly sampleBatch?: number;
  /** Samples that `evaluate` draws. */
  readonly evaluated: number;
}

/** What the defaults of a recipe's parts follow from. */
export interface DataFacts {
  /** Samples to learn from. */
  readonly count: number;
  readonly shape: Shape;
  /** What the columns of a table hold. */
  readonly table?: Composition["table"];
  /** The layout of samples in the model's units, of a codec that has one. */
  readonly layout?: Codec["layout"];
  /** What the fitted codec keeps, where it is fitted already. */
  readonly scales?: StoredCodec;
  /** Shape of a sample in the units of the codec, where these are known; else as `shape`. */
  readonly encoded?: Shape;
  /** How many classes their labels name. */
  readonly classes: number;
  /** Samples in a step of training, and the kinds of network and preconditioning, as the recipe has them. */
  readonly batch: number;
  readonly network: string;
  readonly preconditioning?: string;
}

/** Defaults that follow from the data. */
export interface FittedDefaults {
  /** Settings of the network, of the kind that the recipe names. */
  readonly network: Readonly<Record<string, unknown>>;
  /** Settings of the preconditioning and the objective, of kinds that the recipe may name. */
  readonly preconditioning?: { readonly kind: string; readonly [name: string]: unknown };
  readonly objective?: { readonly kind: string; readonly [name: string]: unknown };
  /** The deviation of samples in the model's units, for preconditioning and objective; left out, their own default. */
  readonly deviation?: number;
  /** Share of samples of which something is known in training; left out, half. */
  readonly knownShare?: number;
  /** Steps of training. */
  readonly steps: number;
}

/** How data are read. */
export interface ReadOptions {
  /** That paths in settings are relative to; default the current one. */
  readonly folder?: string;
  readonly signal?: AbortSignal | undefined;
  /** What the samples of a run consist of whose data are read again: they are then read as these, and nothing is found out. */
  readonly like?: Composition | undefined;
}

/** Data as read. */
export interface ReadData {
  readonly samples: Samples;
  /** The settings with nothing left to be found out. */
  readonly settings: DataSettings;
  /** What the user should know, such as what was left out. */
  readonly remarks?: readonly string[];
  /** What was found of the columns of a table. */
  readonly columns?: ColumnReport;
  /** How many numbers were none, and were given a value; left out where there are none. */
  readonly notFinite?: number;
}

/** What data that the user gives to a run have to be like. */
export interface GivenOptions {
  /** The run's samples, which these have to be like. */
  readonly like: Composition;
  /** The data settings of the run, if it has them. */
  readonly settings?: DataSettings | undefined;
  /** A column, or an array of an archive, that labels the samples. */
  readonly label?: string | undefined;
  /**
   * What to do with samples that lack a number: stop, leave them out, or keep them with NaN in its place. Default: keep
   * them where the run's own data lacked some in the same column, and stop for others.
   */
  readonly missing?: "error" | "drop" | "keep" | undefined;
  /** Whether columns of a table may be absent, which are then missing throughout; default no. */
  readonly partial?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Data that the user gives to a run. */
export interface GivenData {
  readonly samples: Samples;
  /** One for each sample, where they were asked for. */
  readonly labels?: Float64Array;
  /** How many samples were left out for lack of a number, and where each of the others stands among all, from 0. */
  readonly dropped?: number;
  readonly positions?: Int32Array;
  /** How many numbers were none, and were given a value; left out where there are none. */
  readonly notFinite?: number;
}

/** A file of a folder of samples. */
export interface SampleFile {
  /** A file name, safe on every system. */
  readonly name: string;
  /** The class it belongs to, any text, for a sub-folder. */
  readonly folder?: string;
  readonly content: Uint8Array;
}

/** What samples to be shown or written are. */
export interface Shown extends Composition {
  /** Names of the classes that samples have one after the other, again and again. */
  readonly classNames?: readonly string[] | undefined;
  /** Number of the first sample, default 0: names of files and classes go by a sample's own number. */
  readonly firstSample?: number | undefined;
}

/** How samples of a domain are written. */
export interface Writing {
  /** Endings of files, with their dot; the first is the usual one. */
  readonly endings: readonly string[];
  /** Samples [n, ...shape] in the data's units as the content of a file of an ending. */
  content(ending: string, samples: NdArray<FloatType>, shown: Shown): Content | Promise<Content>;
  /** The same as files of a folder, where that is a way to write them. */
  readonly files?: (samples: NdArray<FloatType>, shown: Shown) => AsyncIterable<SampleFile>;
}

/** Pictures of samples that are made while a run trains. */
export interface Watching {
  /** Samples in a picture and in one of its rows; where there are classes, each row has one class. */
  readonly rows: number;
  readonly columns: number;
}

/** A kind of data. */
export interface Domain {
  /** The word in `data.kind` of a recipe. */
  readonly kind: string;
  /** What it is, with an article: "a table". */
  readonly title: string;
  /** What its samples are called, in the plural: "rows". */
  readonly samples: string;
  /** What a recipe says of its data, and `open` takes. */
  readonly settings: setting.Settings;
  /**
   * Options of `scorefield train` that set them, with their help, by the name of the setting; default none. A list's option is
   * split at commas, or repeatable.
   */
  readonly options?: Readonly<Record<string, readonly [flags: string, help: string, repeatable?: "repeatable"]>>;
  /** Names of settings that may change when a run is resumed, without making it another run; default none. */
  readonly changeable?: readonly string[];
  /** Names of settings of which one, said beside a path, chooses this domain; default none. */
  readonly chosenBy?: readonly string[];
  /**
   * Settings for a path, a bare word, or settings that lack their kind, where they are of this domain.
   * @param isFolder whether it is a path known to be a folder's
   */
  recognises(source: string | Readonly<Record<string, unknown>>, isFolder?: boolean): DataSettings | undefined;
  /** Bare words that it recognises, to propose where one is misspelt; default none. */
  readonly words?: readonly string[];
  /** Names of the settings that hold paths; the first is the path of the data. Default none: the data are generated. */
  paths?(settings: DataSettings): readonly string[];
  /** What data made on the spot are called; default the kind. */
  nameOf?(settings: DataSettings): string;
  /** @throws DataError for what is missing, damaged or of another kind, saying where */
  read(settings: DataSettings, options?: ReadOptions): Promise<ReadData>;
  /** What `training` adds to the samples to learn from, in words: "mirrored ones among the former". */
  additions?(settings: DataSettings): string | undefined;
  /** Samples to learn from made of those chosen, such as with mirror images; default these. */
  training?(samples: Samples, settings: DataSettings): Samples;
  /** Reads what the user gives to a run of this domain. @throws DataError, also for samples of another kind than the run's */
  given(path: string, options: GivenOptions): Promise<GivenData>;
  /** Kinds of codec, the usual one of settings, and of samples where these are known, first. */
  codecs(
    settings: DataSettings,
    made?: { readonly table?: Composition["table"] | undefined },
  ): readonly [string, ...string[]];
  /**
   * @param settings of the data, with nothing left to be found out; default those that the domain takes
   * @throws DataError for samples that it cannot be fitted to
   */
  fit(codec: string, training: Samples, settings?: DataSettings): Promise<Codec>;
  /** A codec of plain JSON, for samples of a shape. @throws ArgumentError for what `fit` never stores */
  codec(stored: StoredCodec, shape: Shape): Codec;
  /** How rules between the numbers of samples are found and kept, where it knows some. */
  readonly rules?: DomainRules;
  readonly defaults: DomainDefaults;
  /** Other defaults for some settings of data. */
  defaultsOf?(settings: DataSettings): Partial<DomainDefaults>;
  defaultsFor(facts: DataFacts): FittedDefaults;
  /** What one sample is, in words: "a row of 3 columns: a, b, c". */
  describe(made: Composition): string;
  /** The unit of the likelihood of a sample: nats per sample, or bits for each number of 8-bit data. */
  readonly likelihood: "log-density" | "bits-per-dimension";
  /** Draws samples of a model and compares them with data that it has not seen. @throws ArgumentError for too few */
  measure(input: MeasureInput): Promise<Measured>;
  /** Whether samples are compared by the features of a network, and the user may name one; default no. */
  readonly features?: boolean;
  /** What a trained run is for, where that is not to draw samples: a line of the command, with RUN in place of the run. */
  readonly use?: { readonly what: string; readonly line: string };
  /** Why a command cannot be used with it, as the end of a sentence, by the name of the command. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** Samples [n, ...shape] in the data's units as data for a figure; undefined where there is no figure. */
  preview(samples: NdArray<FloatType>, shown: Shown): Preview | undefined;
  /** What previews show while a run trains; default no previews. */
  watching?(made: Composition): Watching | undefined;
  /** The ending of the file for this number of samples where the user names no file, or `.png` for a figure. */
  usualEnding(count: number, shape: Shape): string;
  /** A file name to propose for samples: "new.csv". */
  readonly exampleFile: string;
  writing(shape: Shape): Writing;
}
