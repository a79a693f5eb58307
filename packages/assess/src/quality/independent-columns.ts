/** The control of measures of rows: what they say of rows whose columns are right and have nothing to do with each other. */
import { permutation } from "@scorefield/core";
import { type NdArray, zeros } from "@scorefield/tensor";

/**
 * Rows with every column shuffled separately: draws from the product of the marginal distributions.
 * @param rows [n, d]
 * @param count how many, at most n; every column then holds `count` of its n cells
 * @returns float64 [count, d]
 */
export const independentColumns = ({ data, shape: [n = 0, d = 0] }: NdArray, count: number, seed: number) => {
  const shuffled = zeros([Math.min(n, count), d], "float64");
  for (let j = 0; j < d; j++) {
    // Steps from 16 on: 0 to 4 choose the rows that are compared.
    const order = permutation(n, { seed, step: 16 + j, purpose: "resampling" }).data;
    for (let i = 0; i < shuffled.shape[0]!; i++) shuffled.data[i * d + j] = Number(data[order[i]! * d + j]);
  }
  return shuffled;
};
