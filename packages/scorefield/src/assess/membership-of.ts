/** Whether the model of a run tells which samples it was trained on. */
import { type MembershipAttack, membershipAttack, rowLosses } from "@scorefield/assess";
import { permutation } from "@scorefield/core";
import type { Samples } from "@scorefield/domain";
import type { LoadedRun } from "../run/load.ts";
import type { OwnData } from "../run/own-data.ts";

/** Samples of each sort, at most: their losses take a few seconds. */
const most = 2000;
/** With fewer the interval of chance is too wide to say anything. */
const fewest = 20;

/** Samples at random, in the model's units. */
const encodedPart = async ({ codec }: LoadedRun, samples: Samples, count: number, seed: number) => {
  const rows = permutation(samples.count, { seed, purpose: "resampling" }).data.subarray(0, count);
  // The draws of neither training nor held-out samples: whoever attacks does not know them.
  return codec.encode(await samples.read(Array.from(rows)), { seed, part: 2 });
};

/**
 * An attack by the denoising losses of as many samples that the run was trained on as were held out, at most 2,000 of each.
 * @returns nothing for fewer than 20
 */
export const membershipOf = async (
  run: LoadedRun,
  { training, heldOut }: Pick<OwnData, "training" | "heldOut">,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<MembershipAttack | undefined> => {
  const count = Math.min(most, training.count, heldOut.count);
  if (count < fewest) return undefined;
  const lossesOf = async (samples: Samples) =>
    rowLosses(run.model, await encodedPart(run, samples, count, seed), { seed, signal });
  const memberLosses = await lossesOf(training);
  return membershipAttack({ memberLosses, otherLosses: await lossesOf(heldOut) }, { seed });
};
