/** Derivatives checked against central differences. */

import { dot, grad, jvp, type Tensors, vjp } from "../differentiate/differentiate.ts";
import { Tensor } from "../graph/tensor.ts";
import { castArray, isNdArray, type NdArray } from "../ndarray.ts";
import { input } from "../operation/source.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { specOf } from "../trace.ts";
import { flattenTree } from "../tree.ts";
import { expectClose } from "./close.ts";
import { compileFor } from "./compile-for.ts";
import { randomArray } from "./random.ts";

export interface DerivativeOptions {
  /** Element type of the check. float32 is for operations without a float64 form. Default float64. */
  readonly dtype?: "float64" | "float32";
  /** Step of the central differences, extrapolated to fourth order. Default 1e-3, or 3e-2 in float32. */
  readonly step?: number;
  /** Allowed difference, relative to 1 + the largest magnitude of the array. Default 1e-8, or 2e-3 in float32. */
  readonly tolerance?: number;
  /**
   * The same derivatives in float32 must agree with float64 to this, relative to 1 + the largest magnitude.
   * Default 1e-4; `false` skips.
   */
  readonly float32?: number | false;
  readonly seed?: number;
  /** Default: the native one that tests share. */
  readonly runtime?: Runtime;
  /** Also check second derivatives. Default true. */
  readonly second?: boolean;
}

const isTensor = (node: unknown): boolean => node instanceof Tensor;
const isFloat = (array: NdArray): boolean => array.dtype === "float32" || array.dtype === "float64";
const scale = (array: NdArray): number => {
  let largest = 0;
  for (const value of array.data) largest = Math.max(largest, Math.abs(Number(value)));
  return 1 + largest;
};

const inner = (a: readonly NdArray[], b: readonly NdArray[]): number => {
  let total = 0;
  for (const [i, { data }] of a.entries())
    for (let k = 0; k < data.length; k++) total += Number(data[k]) * Number(b[i]!.data[k]);
  return total;
};

/** x + h v, leaf by leaf; what is not floating point stays. */
const moved = (x: readonly NdArray[], v: readonly NdArray[], h: number): NdArray[] =>
  x.map((array, i) => {
    if (!isFloat(array)) return array;
    const data = array.data.slice() as Float64Array;
    for (let k = 0; k < data.length; k++) data[k]! += h * Number(v[i]!.data[k]);
    return { ...array, data } as NdArray;
  });

interface Evaluated {
  /** Per output: its value, J v, the gradient g of <w, output>, and H v both ways. */
  readonly outputs: {
    value: NdArray;
    forward: NdArray;
    reverse: NdArray[];
    transposed: NdArray;
    secondForward: NdArray[];
    secondReverse: NdArray[];
  }[];
}

/** f and all its derivatives as one compiled function of (x, v, w). */
const compileDerivatives = async (
  f: (...args: Tensor[]) => Tensors,
  arrays: readonly NdArray[],
  directions: readonly NdArray[],
  weights: readonly NdArray[],
  second: boolean,
  runtime: Runtime,
) => {
  const all = (x: Tensor[], v: Tensor[], w: Tensor[]) => {
    const free = arrays.flatMap((array, i) => (isFloat(array) ? [i] : []));
    const pick = (k: number) => (point: Tensor[]) => {
      const args = x.map((tensor, i) => (free.includes(i) ? point[free.indexOf(i)]! : tensor));
      return flattenTree<Tensor>(f(...args), isTensor).leaves[k]!;
    };
    const point = free.map((i) => x[i]!);
    const tangent = free.map((i) => v[i]!);
    const outputs = w.map((weight, k) => {
      const [value, forward] = jvp(pick(k), point, tangent);
      const objective = (p: Tensor[]): Tensor => dot(pick(k)(p), weight);
      const reverse = grad(objective)(point);
      return {
        value,
        forward,
        reverse,
        transposed: dot(vjp(pick(k), point)[1](weight), tangent),
        secondForward: second ? jvp(grad(objective), point, tangent)[1] : [],
        secondReverse: second ? grad((p: Tensor[]) => dot(grad(objective)(p), tangent))(point) : [],
      };
    });
    return { outputs };
  };
  const run = await compileFor(all, [arrays, directions, weights], runtime);
  return run as unknown as ((x: NdArray[], v: NdArray[], w: NdArray[]) => Promise<Evaluated>) & {
    dispose(): Promise<void>;
  };
};

/** (8 (p(h) - p(-h)) - (p(2h) - p(-2h))) / 12 h, for points given as [2h, h, -h, -2h] */
const difference = ([a, b, c, d]: readonly NdArray[], h: number): number[] =>
  Array.from({ length: b!.data.length }, (_, i) => {
    const at = (array: NdArray | undefined): number => Number(array!.data[i]);
    return (8 * (at(b) - at(c)) - (at(a) - at(d))) / (12 * h);
  });

/**
 * Checks the derivatives of f (a tree of outputs from arrays) along a random direction, output by output:
 * J v in forward mode against central differences; w' J v in reverse mode against forward mode; and the Hessian of w' f
 * times v, forward over reverse and reverse over reverse, against central differences of the gradient.
 * Arguments that are not floating point are held fixed. Throws an Error naming the output, the derivative and the element.
 * @returns the outputs' values, in order
 */
export const checkDerivatives = async (
  f: (...args: Tensor[]) => Tensors,
  arrays: readonly NdArray[],
  options: DerivativeOptions = {},
): Promise<NdArray[]> => {
  const { dtype = "float64", seed = 1, second = true, float32 = 1e-4 } = options;
  const { step = dtype === "float64" ? 1e-3 : 3e-2, tolerance = dtype === "float64" ? 1e-8 : 2e-3 } = options;
  // Not imported at the top: a browser has no native runtime.
  const { runtime = (await import("./evaluate.ts")).testRuntime() } = options;
  const inType = (array: NdArray, type: "float64" | "float32"): NdArray =>
    isFloat(array) ? castArray(array, type) : array;
  const x = arrays.map((array) => inType(inType(array, "float32"), dtype));
  const v = x.map((array, i) => randomArray(seed * 100 + i, array.shape, { dtype }));

  const { leaves, paths } = flattenTree<Tensor>(f(...x.map((array) => input(specOf(array)))), isTensor);
  const w = leaves.map(({ shape }, i) => randomArray(seed * 100 + 50 + i, shape, { dtype }));

  const run = await compileDerivatives(f, x, v, w, second, runtime);
  const here = await run(x, v, w);
  const around: Evaluated[] = [];
  for (const h of [2 * step, step, -step, -2 * step]) around.push(await run(moved(x, v, h), v, w));
  await run.dispose();

  for (const [k, output] of here.outputs.entries()) {
    const name = (what: string): string => `${paths[k] || "output"}: ${what}`;
    const bound = (array: NdArray): { absolute: number } => ({ absolute: tolerance * scale(array) });
    const points = around.map(({ outputs }) => outputs[k]!);
    const differences = difference(
      points.map((p) => p.value),
      step,
    );
    expectClose(output.forward, differences, bound(output.forward), name("forward derivative"));
    const product = inner([output.forward], [w[k]!]);
    const reverse = inner(
      output.reverse,
      v.filter((_, i) => isFloat(x[i]!)),
    );
    expectClose(
      output.transposed,
      [product],
      { absolute: tolerance * (1 + Math.abs(product)) },
      name("reverse derivative"),
    );
    expectClose(output.transposed, [reverse], { absolute: tolerance * (1 + Math.abs(product)) }, name("gradient"));
    for (const [i, hessian] of output.secondForward.entries()) {
      const expected = difference(
        points.map((p) => p.reverse[i]!),
        step,
      );
      expectClose(hessian, expected, bound(hessian), name(`second derivative by argument ${i}, forward over reverse`));
      const twice = output.secondReverse[i]!;
      expectClose(twice, hessian, bound(hessian), name(`second derivative by argument ${i}, reverse over reverse`));
    }
  }

  if (dtype === "float64" && float32 !== false) {
    const single = (list: readonly NdArray[]): NdArray[] => list.map((array) => inType(array, "float32"));
    const run32 = await compileDerivatives(f, single(x), single(v), single(w), second, runtime);
    const found = await run32(single(x), single(v), single(w));
    await run32.dispose();
    const flat = (e: Evaluated) => flattenTree<NdArray>(e.outputs, isNdArray);
    const expected = flat(here);
    for (const [i, array] of flat(found).leaves.entries()) {
      const wanted = expected.leaves[i]!;
      expectClose(array, wanted, { absolute: float32 * scale(wanted) }, `float32 ${paths.join()} ${expected.paths[i]}`);
    }
  }
  return here.outputs.map(({ value }) => value);
};
