/** A bound on the log-density of data under a latent model. */
import { type NdArray, ndarray, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import { checkCount, checkFloats, checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import type { GivenValues } from "../model/given.ts";
import type { LeftOut } from "../model/latent/latent-codec.ts";
import { checkLatentModel, type LatentModel } from "../model/latent/latent-model.ts";
import { encodeLatents, mapRows } from "../model/latent/latents.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { normal } from "../random/normal.ts";
import { type LogDensityOptions, logDensity } from "./log-density.ts";

/** Options of {@link latentBound}. */
export interface LatentBoundOptions
  extends Pick<LogDensityOptions, "divergence" | "tolerance" | "steps" | "batch" | "signal" | "runtime"> {
  /** Latents drawn for each sample, default 1. */
  readonly draws?: number;
  /** Of the latents that are drawn, default 0. */
  readonly seed?: number;
  /** What the model is conditioned on, for each sample. */
  readonly given?: GivenValues;
}

const known = {
  divergence: true,
  tolerance: true,
  steps: true,
  batch: true,
  signal: true,
  runtime: true,
  draws: true,
  seed: true,
  given: true,
} satisfies Known<LatentBoundOptions>;

/** A bound for each sample, and its parts. All [n], in nats. */
export interface LatentBound {
  /** At most the log-density on average: E[log p(x | z) + log p(z) - log q(z | x)]. */
  readonly bound: NdArray<"float64">;
  /** E[log p(x | z)]: the data around what is decoded. */
  readonly reconstruction: NdArray<"float64">;
  /** E[log q(z | x) - log p(z)]: what the latent costs. */
  readonly latent: NdArray<"float64">;
  /** Of the mean over draws; NaN for a single draw. */
  readonly standardError: NdArray<"float64">;
}

/** Logarithm of the density of numbers around others, summed over each sample, [n]. */
const leftOutLogDensity = ({ distribution, scale }: LeftOut, x: Tensor, decoded: Tensor): Tensor => {
  const difference = x.subtract(decoded);
  const axes = Array.from({ length: x.rank - 1 }, (_, k) => k + 1);
  const numbers = sizeOf(x.shape.slice(1));
  return distribution === "laplace"
    ? difference
        .abs()
        .sum(axes)
        .divide(-scale)
        .subtract(numbers * Math.log(2 * scale))
    : difference
        .square()
        .sum(axes)
        .divide(-2 * scale ** 2)
        .subtract(numbers * (Math.log(scale) + 0.5 * Math.log(2 * Math.PI)));
};

/**
 * The evidence lower bound of data (Kingma & Welling 2014, equation 3), with the score model of latents as prior:
 *
 *     log p(x) >= E[log p(x | z) + log p(z) - log q(z | x)],   z ~ q(z | x)
 *
 * The prior's density is of the probability-flow ODE, by `logDensity`. The bound is of data in the units of the codec, and it is
 * the bound alone: how far the log-density is above it is not known.
 * @param x [n, ...model.codec.shape], float32 or float64
 * @throws ArgumentError for a codec that leaves nothing out or whose latents are known exactly, for which there is no bound,
 *   and for bad options; ShapeError for data of another shape; as `logDensity`
 */
export const latentBound = async (
  model: LatentModel,
  x: NdArray,
  options: LatentBoundOptions = {},
): Promise<LatentBound> => {
  const name = "latentBound";
  checkLatentModel(name, model);
  checkFloats(`${name} x`, x);
  checkOptions(name, options, known);
  const { draws = 1, seed = 0, given, divergence, tolerance, steps, batch, signal, runtime } = options;
  checkWhole(`${name} draws`, draws);
  checkCount(`${name} seed`, seed);
  const { codec, latents } = model;
  const { leftOut } = codec;
  if (!leftOut)
    throw new ArgumentError(
      `${name}: expected a codec that says what it leaves out, found one without; a linear one has it with principalCodec(data, { rank, noise: true })`,
    );
  const run = { ...(signal && { signal }), ...(runtime && { runtime }) };
  const { mean, deviation } = await encodeLatents(codec, x, run);
  if (!deviation.data.every((value) => value > 0))
    throw new ArgumentError(`${name}: expected latents with a deviation above 0, found some that are known exactly`);
  const n = x.shape[0]!;
  const size = sizeOf(codec.latent);
  const sums = [0, 1, 2].map(() => new Float64Array(n)) as [Float64Array, Float64Array, Float64Array];
  const squares = new Float64Array(n);
  const data = sizeOf(codec.shape);
  const given_ = given === undefined ? {} : { given };
  for (let k = 0; k < draws; k++) {
    const noise = normal([n, ...codec.latent], { seed, step: k, purpose: "general" });
    const z = zeros([n, ...codec.latent]);
    for (let i = 0; i < z.data.length; i++) z.data[i] = mean.data[i]! + deviation.data[i]! * noise.data[i]!;
    const prior = await logDensity(latents, z, {
      ...given_,
      ...(divergence && { divergence }),
      ...(tolerance !== undefined && { tolerance }),
      ...(steps !== undefined && { steps }),
      ...(batch !== undefined && { batch }),
      ...run,
    });
    // Latent and data side by side: both of one sample are rows of one array.
    const both = zeros([n, size + data]);
    for (let i = 0; i < n; i++) {
      both.data.set(z.data.subarray(i * size, (i + 1) * size), i * (size + data));
      both.data.set(x.data.subarray(i * data, (i + 1) * data) as Float32Array, i * (size + data) + size);
    }
    const { likelihood } = await mapRows(
      name,
      (rows) => {
        const [own, seen] = rows.split([size, data], 1) as [Tensor, Tensor];
        const count = rows.shape[0]!;
        const decoded = codec.decode(own.reshape([count, ...codec.latent]));
        return { likelihood: leftOutLogDensity(leftOut, seen.reshape([count, ...codec.shape]), decoded) };
      },
      both,
      [size + data],
      run,
    );
    for (let i = 0; i < n; i++) {
      let posterior = -0.5 * size * Math.log(2 * Math.PI);
      for (let j = i * size; j < (i + 1) * size; j++)
        posterior -= Math.log(deviation.data[j]!) + 0.5 * noise.data[j]! ** 2;
      const [a, b] = [likelihood.data[i]!, posterior - prior.data[i]!];
      sums[0][i]! += (a - b) / draws;
      sums[1][i]! += a / draws;
      sums[2][i]! += b / draws;
      squares[i]! += (a - b) ** 2 / draws;
    }
  }
  const standardError = squares.map((square, i) =>
    draws > 1 ? Math.sqrt(Math.max(0, square - sums[0][i]! ** 2) / (draws - 1)) : Number.NaN,
  );
  const [bound, reconstruction, latent] = sums.map((values) => ndarray(values)) as [
    NdArray<"float64">,
    NdArray<"float64">,
    NdArray<"float64">,
  ];
  return { bound, reconstruction, latent, standardError: ndarray(standardError) };
};
