/** Several trained networks as one model: the mean of their denoised points. */
import type { ScoreModel, TrainedModel } from "@scorefield/core";
import type { Tensor } from "@scorefield/tensor";

/**
 * The mean of denoisers, which has less error than each where their errors differ, as those of networks do that were trained on
 * different parts of the data.
 * @param members at least one, of one shape, process and conditions
 */
export const ensemble = (members: readonly TrainedModel[]): ScoreModel => {
  const [first] = members;
  if (members.length === 1) return first!;
  return {
    process: first!.process,
    shape: first!.shape,
    ...(first!.conditions && { conditions: first!.conditions }),
    evaluations: members.length,
    denoise: (x, t, given) =>
      members
        .map((member) => member.denoise(x, t, given))
        .reduce((sum: Tensor, one) => sum.add(one))
        .multiply(1 / members.length),
  };
};
