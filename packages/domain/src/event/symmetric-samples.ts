/** Events turned about the beam, and mirrored at planes that hold it: as likely as they were, where nothing prefers an azimuth. */
import { uniform } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import { firstSamples, type Samples } from "../samples.ts";
import { layoutOfTable } from "./event-layout.ts";
import { wrapAngle } from "./kinematics.ts";

/** All events of samples and, behind them, each once more: mirrored and turned by an angle of its own. */
export const symmetricSamples = (samples: Samples): Samples => {
  const { slots } = layoutOfTable(samples.table);
  const { count } = samples;
  let all: Promise<NdArray<FloatType>> | undefined;
  const doubled = async (): Promise<NdArray<FloatType>> => {
    const own = await firstSamples(samples);
    const width = own.shape[1]!;
    const angles = uniform([count], { seed: 0, purpose: "augmentation", dtype: "float64" }).data;
    const data = new Float64Array(2 * count * width);
    data.set(own.data);
    data.set(own.data, count * width);
    for (let i = 0; i < count; i++)
      for (const { phi } of slots) {
        const at = (count + i) * width + phi;
        data[at] = wrapAngle(2 * Math.PI * angles[i]! - data[at]!);
      }
    return ndarray(data, [2 * count, width]);
  };
  const { labels: _, groups: __, ...about } = samples;
  return {
    ...about,
    count: 2 * count,
    read: async (rows) => takeRows((await (all ??= doubled())) as NdArray<"float64">, rows),
  };
};
