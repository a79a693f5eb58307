/** The order of an array's numbers in a file. No Node module is used here. */
import { sizeOf } from "@scorefield/tensor";
import { allocate, type Elements, type ElementType } from "./elements.ts";

/**
 * Numbers whose first axis varies fastest (Fortran order), with the last axis fastest (C order). Given the shape backwards it
 * goes the other way.
 * @param lanes numbers that stay together at each place, such as the two of a complex number
 * @throws DataError where the result does not fit into memory
 */
export const toRowMajor = (
  data: Elements,
  type: Pick<ElementType, "dtype">,
  {
    shape,
    lanes = 1,
    path,
  }: { readonly shape: readonly number[]; readonly lanes?: number; readonly path?: string | undefined },
): Elements => {
  const result = allocate(type, data.length, path);
  const count = data.length / lanes;
  const index = shape.map(() => 0);
  // The distance in the file between neighbours along each axis.
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0, from = 0; i < count; i++) {
    for (let lane = 0; lane < lanes; lane++) result[i * lanes + lane] = data[from * lanes + lane]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
};
