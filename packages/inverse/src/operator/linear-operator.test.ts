import { ArgumentError } from "@scorefield/core";
import { compile, fromNested, ndarray, ShapeError, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { type LinearParts, linearOperator } from "./linear-operator.ts";
import { matrix } from "./matrix.ts";
import { powerIteration } from "./power-iteration.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const doubled: LinearParts = {
  kind: "doubled",
  input: [2],
  output: [2],
  units: { input: "volts", output: "volts" },
  recipe: { kind: "doubled" },
  apply: (x) => x.multiply(2),
  adjoint: (y) => y.multiply(2),
};

test("the norm must be known", () => {
  expect(() => linearOperator(doubled)).toThrow(
    /expected norm or normBound, .* found none; powerIteration measures it/,
  );
  expect(() => linearOperator({ ...doubled, norm: -1 })).toThrow(ArgumentError);
  expect(linearOperator({ ...doubled, norm: 2 })).toMatchObject({ norm: 2, normIs: "exact", closedForm: false });
  expect(linearOperator({ ...doubled, normBound: 3 })).toMatchObject({ norm: 3, normIs: "bound" });
  expect(() => linearOperator({ ...doubled, norm: 2, steps: 0 })).toThrow(/steps: expected a positive whole number/);
});

test("the norm is measured", async () => {
  expect(await powerIteration(doubled, { runtime })).toBeCloseTo(2, 12);
  const given = [
    [3, 0],
    [0, 1],
    [4, 0],
  ];
  expect(await powerIteration(matrix({ input: [2], matrix: given }), { runtime })).toBeCloseTo(5, 10);
});

const traced = (f: (x: Tensor) => Tensor) =>
  compile((x: Tensor) => ({ y: f(x) }), [{ shape: [2, 2] }], { runtime }).then((run) => run.dispose());

describe("what is not taken", () => {
  const made = linearOperator({ ...doubled, norm: 2 });

  test("rho out of range", async () => {
    await expect(traced((x) => made.solve(x, 0))).rejects.toThrow(
      "doubled solve rho: expected a positive number, found 0",
    );
    await expect(traced((x) => made.solve(x, x))).rejects.toThrow(ShapeError);
    await expect(traced((x) => made.solveMeasured(x, "1" as never))).rejects.toThrow(ArgumentError);
  });

  test("arrays in place of tensors", () => {
    const x = ndarray(new Float32Array(2), [1, 2]);
    expect(() => made.apply(x as never)).toThrow("doubled apply: expected a tensor, found an array [1,2]");
    expect(() => made.adjoint(undefined as never)).toThrow(ArgumentError);
  });

  test("results of another shape than was said", async () => {
    await expect(traced(linearOperator({ ...doubled, norm: 2, output: [3] }).apply)).rejects.toThrow(
      /doubled result: expected \[n, 3\]/,
    );
  });
});

test("conjugate gradients stay at the solution, in float32 too", async () => {
  const a = fromNested([
    [4, 1, 0],
    [1, 3, 0],
    [0, 0, 0.5],
  ]);
  const known = matrix({ input: [3], matrix: a });
  const { apply, adjoint } = known;
  const made = linearOperator({ ...doubled, input: [3], output: [3], apply, adjoint, norm: 5, steps: 30 });
  const b = fromNested([
    [1, 2, 3],
    [0, 0, 0],
  ]);
  const { x, closed } = await evaluated(
    (b) => ({ x: made.solve(b!, 0.1), closed: known.solve(b!, 0.1) }),
    [b],
    runtime,
  );
  expect([made.closedForm, known.closedForm]).toEqual([false, true]);
  for (let i = 0; i < 6; i++) expect(x!.data[i]).toBeCloseTo(Number(closed!.data[i]), 5);
});
