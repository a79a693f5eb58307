/** Arrays of numbers of which nothing is known but their shape: what models that a program saved draw. */
import { DataError, npyBytes } from "@scorefield/data";
import type { NdArray, Shape } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import { isImageShape } from "../images/image-domain.ts";

const refused =
  "expects a run that knows what its samples are; save the model with its data, as in saveRun(path, model, { data })";

/** Arrays of numbers: sampled, drawn where they are of the shape of images, and written. */
export const arrays = defineDomain({
  kind: "array",
  title: "arrays of numbers",
  samples: "arrays",
  recognises: () => undefined,
  read: async () => {
    throw new DataError({ expected: "data of a known kind", found: "arrays of numbers" });
  },
  describe: ({ shape }) => `of shape ${shape.join(" x ")}`,
  refuses: { evaluate: refused, anomaly: refused, likelihood: refused, inspect: refused },
  preview: (images, { shape }) => (isImageShape(shape) ? { kind: "images", images } : undefined),
  usualEnding: () => ".npy",
  exampleFile: "new.npy",
  writing: (_: Shape) => ({ endings: [".npy"], content: (_, samples) => npyBytes(samples as NdArray) }),
});
