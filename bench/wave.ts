import { type NdArray, type Shape, zeros } from "@scorefield/tensor";

/** Numbers without a pattern that a kernel could gain from, in [-scale, scale]. */
export const wave = (shape: Shape, scale: number): NdArray<"float32"> => {
  const array = zeros(shape);
  for (let i = 0; i < array.data.length; i++) array.data[i] = scale * Math.sin(1.37 * i + i * i * 1e-3);
  return array;
};
