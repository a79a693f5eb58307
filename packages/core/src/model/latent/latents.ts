/** Arrays of data to latents and back, batch by batch. */
import { compile, type NdArray, type Runtime, ShapeError, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import { checkFloats, checkWhole } from "../../check.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import type { LatentCodec } from "./latent-codec.ts";
import { checkCodec } from "./latent-model.ts";

/** How batches are run. */
export interface CodecOptions {
  /** Samples at a time, default 64. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

const known = { batch: true, signal: true, runtime: true } satisfies Known<CodecOptions>;

/**
 * Functions of samples applied to all rows of an array, compiled once for batches of one size.
 * @param f from [batch, ...shape] to arrays by name, [batch, ...] each
 */
export const mapRows = async <K extends string>(
  name: string,
  f: (x: Tensor) => Record<K, Tensor>,
  x: NdArray,
  shape: readonly number[],
  options: CodecOptions = {},
): Promise<Record<K, NdArray<"float32">>> => {
  checkFloats(name, x);
  checkOptions(name, options, known);
  const { batch = 64, signal, runtime } = options;
  checkWhole(`${name} batch`, batch);
  const [n = 0, ...own] = x.shape;
  if (n === 0 || own.join() !== shape.join())
    throw new ShapeError(
      `${name}: expected samples of shape [${["n", ...shape].join(", ")}], n > 0, found [${x.shape}]`,
    );
  const rows = Math.min(batch, n);
  const size = sizeOf(shape);
  const compiled = await compile(f as (x: Tensor) => Record<string, Tensor>, [{ shape: [rows, ...shape] }], {
    ...(runtime && { runtime }),
    name,
  });
  const all: Record<string, NdArray<"float32">> = {};
  try {
    for (let from = 0; from < n; from += rows) {
      signal?.throwIfAborted();
      // The last batch reaches back into the one before it, so that all have the size that was compiled.
      const start = Math.min(from, n - rows);
      const part = zeros([rows, ...shape]);
      part.data.set(x.data.subarray(start * size, (start + rows) * size) as Float32Array);
      for (const [key, { data, shape: found }] of Object.entries(await compiled(part))) {
        all[key] ??= zeros([n, ...found.slice(1)]);
        all[key].data.set(data as Float32Array, start * sizeOf(found.slice(1)));
      }
    }
  } finally {
    await compiled.dispose();
  }
  return all as Record<K, NdArray<"float32">>;
};

/**
 * The latents of data: mean and deviation of each.
 * @param x [n, ...codec.shape]
 * @returns float32, [n, ...codec.latent] each
 * @throws ShapeError for data of another shape, or none; ArgumentError for other things; the signal's reason when aborted
 */
export const encodeLatents = (
  codec: LatentCodec,
  x: NdArray,
  options: CodecOptions = {},
): Promise<{ readonly mean: NdArray<"float32">; readonly deviation: NdArray<"float32"> }> => {
  checkCodec("encodeLatents codec", codec);
  return mapRows("encodeLatents", (batch) => ({ ...codec.encode(batch) }), x, codec.shape, options);
};

/**
 * The data of latents.
 * @param z [n, ...codec.latent]
 * @returns float32, [n, ...codec.shape]
 * @throws as {@link encodeLatents}
 */
export const decodeLatents = async (
  codec: LatentCodec,
  z: NdArray,
  options: CodecOptions = {},
): Promise<NdArray<"float32">> => {
  checkCodec("decodeLatents codec", codec);
  return (await mapRows("decodeLatents", (batch) => ({ x: codec.decode(batch) }), z, codec.latent, options)).x;
};
