/** What a block of steps came to, from the reports of its micro-batches. */
import type { NdArray } from "@scorefield/tensor";
import type { FitEvent } from "./fit-options.ts";
import type { StepReport } from "./step.ts";

/** The first micro-batch of a block whose loss or gradient is not finite, and not left out for that, or -1. */
export const firstBroken = ({ loss, gradientNorm, skipped }: StepReport<NdArray>): number =>
  loss.data.findIndex(
    (value: unknown, k: number) =>
      skipped?.data[k] !== 1 && !(Number.isFinite(value) && Number.isFinite(gradientNorm.data[k])),
  );

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of every step, the report of its last micro-batch. */
const lastOf = ({ data }: NdArray, accumulate: number): Float32Array =>
  (data as Float32Array).filter((_, k) => (k + 1) % accumulate === 0);

/** The loss of every step, from the shares of its micro-batches. */
const lossesOf = ({ loss }: StepReport<NdArray>, accumulate: number): Float32Array => {
  const shares = loss.data as Float32Array;
  if (accumulate === 1) return shares;
  return Float32Array.from({ length: shares.length / accumulate }, (_, k) =>
    shares.subarray(k * accumulate, (k + 1) * accumulate).reduce((sum, share) => sum + share, 0),
  );
};

/** The block's part of an event. */
export const blockReport = (
  reports: StepReport<NdArray>,
  accumulate: number,
): Pick<FitEvent, "loss" | "losses" | "gradientNorm" | "skipped"> => {
  const losses = lossesOf(reports, accumulate);
  const { gradientNorm, skipped } = reports;
  return {
    // Not finite is only what was left out.
    loss: mean(losses.filter(Number.isFinite)),
    losses,
    gradientNorm: lastOf(gradientNorm, accumulate).findLast(Number.isFinite) ?? Number.NaN,
    ...(skipped && { skipped: lastOf(skipped, accumulate).reduce((sum, value) => sum + value, 0) }),
  };
};
