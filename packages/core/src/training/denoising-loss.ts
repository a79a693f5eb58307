/** The loss of a denoiser, as the trainer takes it: of the parameters, and of what a batch holds. */
import type { Shape, Spec, Tensor, Tensors } from "@scorefield/tensor";
import { type DenoiserParts, denoiser, observedSizeOf } from "../model/trained.ts";
import type { Objective } from "../objective/objective.ts";
import { augmentationLabels } from "./augmentation.ts";
import type { DenoisingInputs } from "./batches.ts";
import { inFloat16, type Precision } from "./precision.ts";
import type { Trainable } from "./trainable.ts";

/** What the loss is made of. */
export interface LossParts extends DenoiserParts {
  readonly objective: Objective;
}

/** The loss of a batch as a function of all that is trained. In mixed precision the network computes in float16. */
export const denoisingLoss =
  (parts: LossParts, precision: Precision = "float32") =>
  (trained: Tensors, { conditions, ...inputs }: DenoisingInputs<Tensor>): Tensor => {
    const { objective, process, network: plain } = parts;
    const { network, objective: own } = trained as Trainable<Tensors>;
    const denoise = denoiser({ ...parts, network: precision === "mixed" ? inFloat16(plain) : plain });
    return objective.loss((noisy, time) => denoise(network, noisy, time, conditions), process, inputs, own);
  };

/** Types of a batch of a number of samples; `augmented` samples come with labels. */
export const denoisingSpecs = (
  { network, objective, preconditioning }: Pick<LossParts, "network" | "objective" | "preconditioning">,
  { samples, shape, augmented }: { readonly samples: number; readonly shape: Shape; readonly augmented: boolean },
): DenoisingInputs<Spec> => {
  const sample = { shape: [samples, ...shape] };
  const classes = network.classes ?? 0;
  const observed = observedSizeOf({ network, preconditioning });
  const uniforms = network.uniforms?.(shape) ?? 0;
  return {
    x: sample,
    t: { shape: [samples] },
    noise: sample,
    probes: new Array<Spec>(objective.probes ?? 0).fill(sample),
    conditions: {
      ...(classes > 0 && { class: { shape: [samples, classes] } }),
      ...(augmented && { augmentation: { shape: [samples, augmentationLabels] } }),
      ...(observed > 0 && { observed: { shape: [samples, observed] } }),
      ...(uniforms > 0 && { uniforms: { shape: [samples, uniforms] } }),
    },
  };
};
