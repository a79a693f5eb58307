import { constant, type NdArray, type Tensor } from "@scorefield/tensor";

/** An array as a constant of the element type of a tensor. */
export const constantLike = (value: NdArray, like: Tensor): Tensor => constant(value).cast(like.dtype);
