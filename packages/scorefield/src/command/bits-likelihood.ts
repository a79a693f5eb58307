/** Bits per dimension of 8-bit samples in [-1, 1] under a run: what `likelihood` says of images. */
import { bitsPerDimension } from "@scorefield/core";
import { lanes } from "@scorefield/core/internal";
import { zeros } from "@scorefield/tensor";
import { minus } from "../figure/minus.ts";
import { fixedNumber } from "../report/number-text.ts";
import { textTable } from "../report/text-table.ts";
import type { LoadedRun } from "../run/load.ts";
import { modelData } from "../run/model-data.ts";
import type { Shard } from "./options.ts";
import type { Output } from "./output.ts";
import { shardText } from "./shard-option.ts";
import { standardStream } from "./standard-output.ts";
import type { WorkContext } from "./work-context.ts";
import { writePartReceipt } from "./write-part-receipt.ts";
import { type ScoreFlags, writeScores } from "./write-scores.ts";

interface BitsLikelihoodFlags extends ScoreFlags {
  /** The file to read, and what to call it; default those held out. */
  readonly file: string | undefined;
  readonly title: string | undefined;
  readonly missing?: "error" | "drop";
  readonly count?: number;
  readonly probes?: number;
  readonly tolerance?: number;
  readonly seed: number;
  readonly shard?: Shard;
  /** All options, of which the receipt of a part is made. */
  readonly flags: object;
}

// Some minutes of one adaptive solution for a network of a million parameters.
const defaultCount = 100;
const batch = 25;
/**
 * Prints the bits per dimension of the first samples that the run held out, or of given ones.
 * @throws RunError, DataError as {@link modelData}
 */
export const bitsLikelihood = async (
  run: LoadedRun,
  flags: BitsLikelihoodFlags,
  out: Output,
  context: WorkContext,
): Promise<void> => {
  const { signal, progress } = context;
  const { samples } = run.domain;
  const { file, title, count = defaultCount, probes = 1, tolerance, seed } = flags;
  const { heldOut } = await modelData(run, { file, missing: flags.missing, signal });
  const [known = 0, ...shape] = heldOut.shape;
  const of = Math.min(count, known);
  const { first, count: n } = context.range(of, flags.shard, samples);
  const size = heldOut.data.length / known;
  const begun = performance.now();
  const line = progress("log-densities", n);
  const bits = new Float64Array(n);
  let error = 0;
  try {
    // Batches begin at the same samples in every part, since draws go by the batch and the place in it.
    for (let from = first, to = first; from < first + n; from = to) {
      const block = from - (from % batch);
      const end = Math.min(block + batch, of);
      to = Math.min(end, first + n);
      // At least as many as all at once are computed alike, to the bit.
      const last = Math.min(end, Math.max(to, from + lanes));
      const start = Math.max(block, Math.min(from, last - lanes));
      const bytes = zeros([last - start, ...shape]);
      for (let i = 0; i < bytes.data.length; i++)
        bytes.data[i] = Math.round((heldOut.data[start * size + i]! + 1) * 127.5);
      const own = { seed: seed + block, firstSample: start - block };
      const found = await bitsPerDimension(run.model, bytes, {
        divergence: { probes, ...own },
        ...own,
        ...(tolerance !== undefined && { tolerance }),
        signal,
      });
      bits.set(found.bits.data.subarray(from - start, to - start), from - first);
      error += (found.errorEstimate * (to - from)) / n;
      line.update(to - first);
    }
  } finally {
    line.end();
  }
  const seconds = (performance.now() - begun) / 1000;
  const mean = bits.reduce((sum, value) => sum + value, 0) / n;
  const squares = bits.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = n > 1 ? Math.sqrt(squares / (n - 1) / n) : undefined;
  await writeScores(flags, { bits_per_dimension: bits });
  await writePartReceipt(
    {
      ...{ shard: flags.shard, place: flags.out ?? standardStream, run, flags: flags.flags, inputs: { data: file } },
      ...{ command: "likelihood", first, count: n, of },
    },
    context,
  );
  const source = title === undefined ? `held-out ${samples}` : `${samples} of ${title}`;
  out.text(`${n} ${source}, in ${seconds.toFixed(1)} s`);
  out.text(
    textTable([
      ["", "mean", "standard error", "error of ODE and prior"],
      ["bits per dimension", fixedNumber(mean), standardError?.toFixed(4) ?? "", minus(error.toExponential(1))],
    ]),
  );
  if (flags.out !== undefined && flags.out !== standardStream)
    out.text(`${flags.out}: bits per dimension of each sample`);
  out.result({
    run: run.path,
    checkpoint: run.step,
    [samples]: n,
    ...(flags.shard && { shard: shardText(flags.shard), firstSample: first }),
    bitsPerDimension: { mean, ...(standardError !== undefined && { standardError }), errorEstimate: error },
    ...(flags.out !== undefined && { file: flags.out }),
    seconds,
  });
};
