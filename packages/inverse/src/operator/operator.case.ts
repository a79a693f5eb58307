/** What every operator must do: a suite that each of them passes. */
import { normal } from "@scorefield/core";
import {
  type FloatType,
  type NdArray,
  type Runtime,
  type Shape,
  ShapeError,
  type Tensor,
  vjp,
} from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { isLinear, type LinearOperator, type Operator } from "./operator.ts";
import { operatorFromRecipe } from "./operators.ts";
import { powerIteration } from "./power-iteration.ts";

/** Settings of {@link operatorSuite}. */
export interface OperatorSuite {
  readonly runtime: Runtime;
  /** Allowed error of conjugate gradients and of the norm, relative; default 1e-5 and 1e-3. Closed forms have 1e-7. */
  readonly gradients?: number;
  readonly norm?: number;
  /** rho of the solutions. Default 0.3. */
  readonly rho?: number;
  /** Numbers that x is drawn from, for operators that are defined for some. Default standard normal. */
  readonly data?: (normal: number) => number;
}

const product = (a: NdArray, b: NdArray): number =>
  Array.from(a.data as Float64Array).reduce((sum, value, i) => sum + value * Number(b.data[i]), 0);
const size = (a: NdArray): number => Math.sqrt(product(a, a));

/** |a - b| / |b|. */
const distance = (a: NdArray, b: NdArray): number => {
  expect(a.shape).toEqual(b.shape);
  const difference = { ...a, data: Float64Array.from(a.data as Float64Array, (value, i) => value - Number(b.data[i])) };
  return size(difference as NdArray) / (size(b) || 1);
};

const draw = <D extends FloatType>(shape: Shape, seed: number, dtype: D): NdArray<D> =>
  normal([3, ...shape], { seed, dtype });

const rows = (array: NdArray, from: number, to: number): NdArray => {
  const row = array.data.length / array.shape[0]!;
  return {
    ...array,
    shape: [to - from, ...array.shape.slice(1)],
    data: array.data.slice(from * row, to * row),
  } as NdArray;
};

const shapeSuite = (make: () => Operator, { runtime, data }: OperatorSuite): void => {
  const inputs = (seed: number): NdArray => {
    const x = draw(make().input, seed, "float64");
    return data ? { ...x, data: x.data.map(data) } : x;
  };

  test("is made again from the JSON of its recipe", async () => {
    const made = make();
    const again = operatorFromRecipe(JSON.parse(JSON.stringify(made.recipe)));
    expect(again.recipe).toEqual(made.recipe);
    expect([again.input, again.output, again.units]).toEqual([made.input, made.output, made.units]);
    const { a, b } = await evaluated((x) => ({ a: made.apply(x!), b: again.apply(x!) }), [inputs(1)], runtime);
    expect(distance(a!, b!)).toBe(0);
  });

  test("says what it is in words", () => {
    const { kind, recipe, units } = make();
    expect(recipe.kind).toBe(kind);
    expect(units.input.length * units.output.length).toBeGreaterThan(0);
  });

  test("each sample by itself, in both element types", async () => {
    const made = make();
    const x = inputs(2);
    const { y } = await evaluated((x) => ({ y: made.apply(x!) }), [x], runtime);
    expect(y!.shape).toEqual([3, ...made.output]);
    const alone = await evaluated((x) => ({ y: made.apply(x!) }), [rows(x, 2, 3)], runtime);
    expect(distance(alone.y!, rows(y!, 2, 3))).toBeLessThan(1e-12);
    const single = { ...x, dtype: "float32", data: Float32Array.from(x.data as Float64Array) } as NdArray;
    const { z } = await evaluated((x) => ({ z: made.apply(x!) }), [single], runtime);
    expect(z!.dtype).toBe("float32");
    expect(distance(z!, y!)).toBeLessThan(1e-5);
  });

  test("refuses other shapes", async () => {
    const made = make();
    const run = (shape: Shape) => evaluated((x) => ({ y: made.apply(x!) }), [draw(shape, 1, "float64")], runtime);
    await expect(run([...made.input, 2])).rejects.toThrow(ShapeError);
    await expect(run([...made.input.slice(0, -1), made.input.at(-1)! + 1])).rejects.toThrow(/apply: expected \[n, /);
  });
};

const linearSuite = (make: () => LinearOperator, suite: OperatorSuite): void => {
  const { runtime, gradients = 1e-5, norm = 1e-3, rho = 0.3 } = suite;
  const made = () => {
    const operator = make();
    return { operator, x: draw(operator.input, 3, "float64"), y: draw(operator.output, 4, "float64") };
  };

  test("refuses measurements of other shapes", async () => {
    const { operator } = made();
    const shape = [...operator.output, 2];
    for (const f of [operator.adjoint, operator.pseudoInverse, (y: Tensor) => operator.solveMeasured(y, 1)])
      await expect(evaluated((y) => ({ x: f(y!) }), [draw(shape, 1, "float64")], runtime)).rejects.toThrow(ShapeError);
  });

  test("the adjoint is that of A, and its derivative", async () => {
    for (const dtype of ["float64", "float32"] as const) {
      const { operator } = made();
      const [x, y] = [draw(operator.input, 3, dtype), draw(operator.output, 4, dtype)];
      const { ax, ay, pullback, sum } = await evaluated(
        (x, y) => ({
          ax: operator.apply(x!),
          ay: operator.adjoint(y!),
          pullback: vjp(operator.apply, x!)[1](y!) as Tensor,
          sum: operator.apply(x!.multiply(2).subtract(1)),
        }),
        [x, y],
        runtime,
      );
      const tolerance = dtype === "float64" ? 1e-12 : 1e-5;
      expect(Math.abs(product(ax!, y) - product(x, ay!))).toBeLessThanOrEqual(tolerance * size(ax!) * size(y));
      expect(distance(pullback!, ay!)).toBeLessThan(tolerance);
      const ones = { ...x, data: x.data.map(() => 1) } as NdArray;
      const { one } = await evaluated((x) => ({ one: operator.apply(x!) }), [ones], runtime);
      const expected = Float64Array.from(ax!.data as Float64Array, (v, i) => 2 * v - Number(one!.data[i]));
      expect(distance(sum!, { ...ax!, dtype: "float64", data: expected })).toBeLessThan(tolerance);
    }
  });

  test("A A+ A = A, and A+ gives the least norm", async () => {
    const { operator, x, y } = made();
    const tolerance = operator.closedForm ? 2e-6 : gradients;
    const { ax, again, inverse, twice, back } = await evaluated(
      (x, y) => {
        const ax = operator.apply(x!);
        const inverse = operator.pseudoInverse(y!);
        return {
          ax,
          again: operator.apply(operator.pseudoInverse(ax)),
          inverse,
          twice: operator.pseudoInverse(operator.apply(inverse)),
          // Of the least norm: in the range of A*, so that projecting on it changes nothing. Of least misfit: A* (A A+ y - y) = 0.
          back: operator.adjoint(operator.apply(inverse).subtract(y!)),
        };
      },
      [x, y],
      runtime,
    );
    expect(distance(again!, ax!)).toBeLessThan(tolerance);
    expect(distance(twice!, inverse!)).toBeLessThan(operator.closedForm ? 1e-6 : 100 * gradients);
    expect(size(back!)).toBeLessThan(tolerance * operator.norm * size(y));
  });

  test("solves in both spaces, with rho for all and for each sample", async () => {
    const { operator, x, y } = made();
    const tolerance = operator.closedForm ? 1e-10 : gradients;
    const each = normal([3], { seed: 5, dtype: "float64" });
    const rhos = { ...each, data: each.data.map((value) => rho * Math.exp(value / 4)) };
    const scale = (v: Tensor, rho: Tensor | number): Tensor =>
      v.multiply(typeof rho === "number" ? rho : rho.reshape([3, ...v.shape.slice(1).map(() => 1)]));
    const found = await evaluated(
      (x, y, r) => {
        const misfit = (rho: Tensor | number): Tensor => {
          const s = operator.solve(x!, rho);
          return operator.adjoint(operator.apply(s)).add(scale(s, rho));
        };
        const measuredMisfit = (rho: Tensor | number): Tensor => {
          const u = operator.solveMeasured(y!, rho);
          return operator.apply(operator.adjoint(u)).add(scale(u, rho));
        };
        // Conjugate gradients take long to compile: each form of rho once.
        return {
          data: misfit(rho),
          measured: measuredMisfit(r!),
          ...(operator.closedForm && { dataEach: misfit(r!), measuredEach: measuredMisfit(rho) }),
        };
      },
      [x, y, rhos],
      runtime,
    );
    for (const [name, value] of Object.entries(found))
      expect(distance(value, name.startsWith("data") ? x : y), name).toBeLessThan(tolerance);
  });

  test("its norm is the largest singular value, or above it", async () => {
    const { operator } = made();
    const found = await powerIteration(operator, { runtime, steps: 200 });
    expect(operator.norm).toBeGreaterThan(found * (1 - 1e-9));
    if (operator.normIs === "exact") expect(operator.norm).toBeLessThan(found * (1 + norm) + 1e-12);
  });

  test("its singular value decomposition, where it has one", async () => {
    const { operator, x, y } = made();
    const { svd } = operator;
    if (!svd) return;
    const d = size(x) ** 2;
    const { spectral, back, ax, usv, coordinates, projected, sv } = await evaluated(
      (x, y) => {
        const spectral = svd.toSpectral(x!);
        const ax = operator.apply(x!);
        const coordinates = svd.toMeasuredSpectral(y!);
        const projected = svd.fromMeasuredSpectral(coordinates);
        return {
          spectral,
          back: svd.fromSpectral(spectral),
          ax,
          coordinates,
          projected,
          usv: svd.toMeasuredSpectral(ax),
          sv: svd.toSpectral(operator.adjoint(y!)),
        };
      },
      [x, y],
      runtime,
    );
    const s = svd.singularValues.data;
    const largest = s.reduce((a, b) => Math.max(a, b), 0);
    const times = (c: NdArray): NdArray => ({
      ...c,
      dtype: "float64",
      data: Float64Array.from(c.data as Float64Array, (value, i) => value * s[i % s.length]!),
    });
    expect(spectral!.shape).toEqual([3, s.length]);
    expect(s.length).toBe(operator.input.reduce((a, b) => a * b, 1));
    expect(Math.abs(size(spectral!) ** 2 / d - 1)).toBeLessThan(1e-10);
    expect(distance(back!, x)).toBeLessThan(1e-10);
    // U* A x = S V* x, and V* A* y = S U* y.
    expect(distance(usv!, times(spectral!))).toBeLessThan(1e-6 * largest);
    expect(distance(sv!, times(coordinates!))).toBeLessThan(1e-6 * largest);
    expect(ax!.shape).toEqual([3, ...operator.output]);
    // U U* is an orthogonal projection: <U U* y, y> = |U U* y|^2 = |U* y|^2.
    expect(Math.abs(product(projected!, y) / size(projected!) ** 2 - 1)).toBeLessThan(1e-6);
    expect(Math.abs(size(coordinates!) / size(projected!) - 1)).toBeLessThan(1e-6);
  });
};

/**
 * Tests of an operator: made again from its recipe, sample by sample, refusals; of a linear one its adjoint, pseudo-inverse,
 * solutions, norm and singular values.
 */
export const operatorSuite = (name: string, make: () => Operator, suite: OperatorSuite): void => {
  describe(name, () => {
    shapeSuite(make, suite);
    if (isLinear(make())) linearSuite(make as () => LinearOperator, suite);
  });
};
