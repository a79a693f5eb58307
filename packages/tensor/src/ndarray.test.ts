import { expect, test } from "vitest";
import { ShapeError } from "./errors.ts";
import { zeros } from "./ndarray.ts";

test("what does not fit into memory is said with its size", () => {
  expect(() => zeros([1e9, 1e6])).toThrow(ShapeError);
  expect(() => zeros([1e9, 1e6])).toThrow(
    /fits into memory, found 1000000000000000 elements of float32, 3725290.3 GiB/,
  );
});
