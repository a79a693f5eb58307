/** Whether samples are of the class that they were asked to be of. */
import type { NdArray } from "@scorefield/tensor";
import { predictClasses } from "../classifier/predict.ts";
import { declareMetric } from "./metric.ts";
import { meanStatistic } from "./statistic.ts";

/** Whether the classifier was right about each row, 1 or 0: details of {@link classAccuracyMetric}. */
export interface ClassesSeen {
  /** [n], of samples, and of reference rows whose class is known. */
  readonly samples: Float64Array;
  readonly reference?: Float64Array;
}

/** How often a classifier of the data's classes sees the class asked for; the real data are the reference itself. */
export const classAccuracyMetric = declareMetric({
  kind: "class-accuracy",
  name: "classAccuracyMetric",
  family: "classifiers",
  title: "class accuracy",
  summary: "how often a classifier sees the class that was asked for",
  source: "Shmelkov, Schmid & Alahari 2018 (GAN-test)",
  unit: "share",
  good: "large",
  zero: "no sample looks like its class",
  range: [0, 1],
  needs: "classes",
  fewest: 1,
  settings: {},
  take: async ({ own, judge, signal, runtime }) => {
    if (!judge) return undefined;
    const rightOf = async (images: NdArray, classes: ArrayLike<number>): Promise<Float64Array> => {
      const { data } = await predictClasses(judge.classifier, images, { signal, runtime });
      return Float64Array.from(data, (found, i) => (found === classes[i] ? 1 : 0));
    };
    const samples = await rightOf(own.samples, judge.samples);
    const reference = judge.reference && (await rightOf(own.reference, judge.reference));
    return {
      samples: () => meanStatistic(samples),
      ...(reference && { real: () => meanStatistic(reference) }),
      details: { samples, ...(reference && { reference }) } satisfies ClassesSeen,
    };
  },
});
