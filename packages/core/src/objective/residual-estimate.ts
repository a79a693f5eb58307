/** The clean sample that a penalty on a residual is taken at. */

import type { Tensor } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import type { Process } from "../process/process.ts";

/**
 * Which estimate of the clean data, given x_t, the residual is taken of (Bastek et al. 2025, section 3.2):
 * - `mean`: the denoised estimate E[x_0 | x_t]. It satisfies a linear constraint. One that bends it does not satisfy, even
 *   for the best model, where the noise is large: the mean of points of a circle lies inside;
 * - `sample`: where some steps of DDIM from x_t end, which is a sample, and so satisfies any constraint.
 */
type ResidualEstimate = "mean" | "sample";

/**
 * The estimate, [n, ...shape]. Steps of a sample are even in log(sigma / alpha), down to the process's first time, and a last
 * denoising follows them (Song, Meng & Ermon 2021, equation 12 with eta 0): steps + 1 evaluations.
 */
export const cleanEstimate = (
  kind: ResidualEstimate,
  denoise: ScoreModel["denoise"],
  process: Process,
  { noisy, t, steps }: { readonly noisy: Tensor; readonly t: Tensor; readonly steps: number },
): Tensor => {
  if (kind === "mean") return denoise(noisy, t);
  const spread = (values: Tensor): Tensor => expandTime(values, noisy.rank);
  const [start, end] = [process.logSnr(t), process.logSnr(process.times.first)];
  let [x, now] = [noisy, t];
  for (let k = 1; k <= steps; k++) {
    const next =
      k === steps
        ? t.multiply(0).add(process.times.first)
        : process
            .timeOfLogSnr(
              start.add(
                start
                  .multiply(-1)
                  .add(end)
                  .multiply(k / steps),
              ),
            )
            .clip(process.times.first, process.times.last);
    const clean = denoise(x, now);
    const noise = x.subtract(clean.multiply(spread(process.alpha(now)))).divide(spread(process.sigma(now)));
    x = clean.multiply(spread(process.alpha(next))).add(noise.multiply(spread(process.sigma(next))));
    now = next;
  }
  return denoise(x, now);
};
