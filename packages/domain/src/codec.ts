/** Between the units of data and a model's units. No Node module is used here: pages decode too. */
import { castArray, type FloatType, type NdArray } from "@scorefield/tensor";

/** A fitted codec as plain JSON, which a run keeps. */
export interface StoredCodec {
  readonly kind: string;
  readonly [name: string]: unknown;
}

/** Which draws an encoding takes, if it takes any. */
export interface EncodeDraw {
  readonly seed: number;
  /** Gives sets of samples different draws: 0 for training, 1 for held-out samples, 2 for others. */
  readonly part: number;
  /** No draws: each value is in the middle of the range of its draws, and coordinates that only draws fill are 0. Default false. */
  readonly steady?: boolean;
  /** Standard deviation of normal draws that are added to coordinates of categories alone; default 0. */
  readonly jitter?: number;
}

/** Samples in the model's units in less memory: a category is its level in place of a one-hot vector. */
export interface CompactForm {
  /** How many numbers a sample takes. */
  readonly width: number;
  /**
   * `encode` without jitter, compact: [n, width].
   * @param draw `firstRow`: the number of the first sample, which draws go by, default 0. So parts together are the whole
   */
  encode(values: NdArray<FloatType>, draw: EncodeDraw & { readonly firstRow?: number }): NdArray<"float32">;
  /** Compact samples [n, width] as `encode` of the codec gives them, bit for bit. */
  widen(compact: NdArray<FloatType>): NdArray<"float32">;
}

/** Elements of a sample in the model's units that belong to one column of a table. */
interface CodecPart {
  /** The number of the column. */
  readonly column: number;
  /** The first element, and how many. */
  readonly from: number;
  readonly size: number;
}

/** What an encoding does to densities. */
export interface Volume {
  /**
   * For each sample what its log-density in the model's units lacks to be one in the data's: log |dz/dx|, [n]. It is
   * -Infinity where the decoded model never goes.
   */
  readonly logVolume: Float64Array;
  /**
   * How many elements of each sample have a value with a probability above 0, [n]. The log-density of such a sample is
   * with respect to the counting measure in these elements and to length in the others, and a lower bound: see the codec.
   */
  readonly atoms: Int32Array;
}

/** Both directions between the data's units and the model's, fitted to training data. */
export interface Codec {
  /** Plain JSON from which the domain makes it again. */
  readonly stored: StoredCodec;
  /** Samples [n, ...shape] in the model's units, of about unit scale. @throws ShapeError for another shape than fitted */
  encode(values: NdArray<FloatType>, draw: EncodeDraw): NdArray<"float32">;
  /** Samples [n, ...shape] in the data's units, within what the data can be. @throws ShapeError */
  decode(samples: NdArray<FloatType>): NdArray<"float64">;
  /**
   * Left out where samples have no density in the data's units.
   * @param values [n, ...shape] in the data's units @param encoded the same, as `encode` gave them
   * @param options `jitter` that categories were encoded with
   */
  readonly volume?: (
    values: NdArray<FloatType>,
    encoded: NdArray<FloatType>,
    options?: { readonly jitter?: number },
  ) => Volume;
  /**
   * Of samples that hold what the model is conditioned on as well: how many numbers that are, and both parts of samples at once.
   */
  readonly conditioned?: {
    readonly size: number;
    encode(values: NdArray<FloatType>): { readonly x: NdArray<"float32">; readonly observed: NdArray<"float32"> };
  };
  /** Left out where the model's units take no more memory. */
  readonly compact?: CompactForm;
  /** Which elements belong to which column of a table; left out where each column is one element. */
  readonly parts?: readonly CodecPart[];
  /**
   * What the coordinates of a sample in the model's units are, where some are not numbers of their own: 1 for a number, k for
   * the one-hot vector of a category of k levels, times `scale`.
   */
  readonly layout?: { readonly columns: readonly number[]; readonly scale: number };
  /** Mean and scale of each element, where samples in the data's units are mean + scale z alone; default not said. */
  readonly affine?: { readonly mean: readonly number[]; readonly scale: readonly number[] };
  /** Whether numbers of samples may be absent: they are then NaN in the model's units too. Default no. */
  readonly absent?: boolean;
  /** Numbers a second, Hz, of samples that are sounds. */
  readonly rate?: number;
  /** Whether every sample has a density in the data's units, and none a probability. */
  readonly smooth: boolean;
  /** Why densities in the model's units say nothing of the data, and what to do, in words for the user; left out where they say something. */
  readonly noDensity?: string;
  /** Why there is no density in the data's units, or only in part, in words for the user: "quantile scaling". */
  readonly because?: string;
  /** How many samples have values beyond all that it was fitted to; left out where these are like any others. */
  readonly beyond?: (values: NdArray<FloatType>) => number;
}

/** The codec of data that are in the model's units already. */
export const identity: Codec = {
  stored: { kind: "none" },
  encode: (values) => castArray(values, "float32"),
  decode: (samples) => castArray(samples, "float64"),
  volume: ({ shape: [n = 0] }) => ({ logVolume: new Float64Array(n), atoms: new Int32Array(n) }),
  smooth: true,
};
