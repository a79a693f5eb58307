/** Between pixels in [-1, 1], which readers of images give, and a model of them. No Node module is used here. */
import { castArray, type FloatType, type NdArray } from "@scorefield/tensor";
import { type Codec, identity } from "../codec.ts";

/** Values as they are; samples are clipped to [-1, 1]. */
export const imageCodec: Codec = {
  ...identity,
  stored: { kind: "images" },
  decode: (samples: NdArray<FloatType>): NdArray<"float64"> => {
    const { shape, data } = castArray(samples, "float64");
    return { dtype: "float64", shape, data: data.map((value) => Math.min(1, Math.max(-1, value))) };
  },
};
