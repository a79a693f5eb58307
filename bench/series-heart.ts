/** ECG5000: a model of normal beats finds others, by how badly it takes noise off them. */
import { auroc } from "@scorefield/assess";
import { readNpz, takeRows } from "@scorefield/data";
import { anomalyInTime } from "@scorefield/domain/series";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { dataFolder, type PartOptions, spent, trainedRun } from "./series-runs.ts";

/** Trains on the first two thirds of the normal beats, and scores all others. */
export const heartPart = async ({ runs, steps = 500 }: PartOptions): Promise<void> => {
  const path = `${dataFolder}/timeseries/ecg5000.npz`;
  const run = await trainedRun(runs, "series-ecg", {
    data: { kind: "series", path, windows: true, label: "y", only: [1] },
    heldOut: 0.34,
    network: { kind: "unet", width: 16, multipliers: [1, 2, 2, 2], blocks: 1, observed: 140 },
    // Nothing is known of a window that is scored.
    preconditioning: { kind: "partial", shape: [1, 140], covariates: 0, baseline: "none" },
    training: { steps, batch: 32, learningRate: 2e-3 },
  });
  const { X, y } = (await readNpz(path, ["X", "y"])) as Record<string, NdArray>;
  const { ownData } = await import("../packages/scorefield/src/run/own-data.ts");
  const own = (await ownData(run))!;
  const training = await own.training.read(Array.from({ length: own.training.count }, (_, i) => i));
  const heldOut = await own.heldOut.read(Array.from({ length: own.heldOut.count }, (_, i) => i));
  const labels = Array.from(y!.data, Number);
  const abnormal = takeRows(
    ndarray(Float64Array.from(X!.data, Number), [X!.shape[0]!, 1, X!.shape[1]!]),
    labels.flatMap((label, i) => (label === 1 ? [] : [i])),
  );
  const begun = spent();
  const of = async (windows: NdArray<"float32" | "float64">) =>
    (await anomalyInTime(run, training, windows, { draws: 4, seed: 1 })).scores;
  const [normal, other] = [await of(heldOut), await of(abnormal)];
  const scores = ndarray(Float64Array.of(...normal, ...other));
  const truth = ndarray(Float64Array.from(scores.data, (_, i) => (i < normal.length ? 0 : 1)));
  console.log(
    `| denoising errors, trained on ${training.shape[0]} normal beats | ${auroc(scores, truth).toFixed(4)} |`,
  );
  // A rival without a model: the distance to the nearest training beat.
  const nearest = (windows: NdArray<"float32" | "float64">): number[] =>
    Array.from({ length: windows.shape[0]! }, (_, i) => {
      let best = Number.POSITIVE_INFINITY;
      for (let k = 0; k < training.shape[0]!; k++) {
        let sum = 0;
        for (let t = 0; t < 140; t++)
          sum += (Number(windows.data[i * 140 + t]) - Number(training.data[k * 140 + t])) ** 2;
        best = Math.min(best, sum);
      }
      return best;
    });
  const distances = ndarray(Float64Array.of(...nearest(heldOut), ...nearest(abnormal)));
  console.log(`| distance to the nearest training beat | ${auroc(distances, truth).toFixed(4)} |`);
  console.error(
    `${normal.length} normal and ${other.length} other beats scored; ${(spent() - begun).toFixed(0)} s of processor time`,
  );
};
