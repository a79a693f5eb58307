/** Derivatives of whole networks against differences, in double precision. */
import { castArray, compile, grad, type NdArray, specOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import { flatLayout } from "../training/flat.ts";
import { dit } from "./dit.ts";
import { randomised } from "./evaluate.case.ts";
import type { Network } from "./network.ts";
import { transformer } from "./transformer.ts";
import { unet } from "./unet.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const double = (array: NdArray) => castArray(array, "float64");
const tiny = { width: 4, multipliers: [1, 2], blocks: 1, attention: 3, dropout: 0.2 };
const networks: readonly [Network, readonly number[]][] = [
  [unet({ ...tiny, downsample: "pool" }), [1, 5, 4]],
  [unet({ ...tiny, downsample: "stride" }), [2, 5]],
  [dit({ patch: 2, width: 8, depth: 1, headWidth: 4 }), [1, 4, 2]],
  [transformer({ columns: [1, 1, 3], width: 8, depth: 1, headWidth: 4 }), [5]],
];

test.each(networks)("$recipe.kind %#: along a random direction of data and parameters", async (network, shape) => {
  const initial = randomised(network.initialise(shape, 0));
  const layout = flatLayout(initial);
  const point = { parameters: double(layout.flatten(initial)), x: double(normal([2, ...shape], { seed: 1 })) };
  const direction = {
    parameters: double(normal(point.parameters.shape, { seed: 2 })),
    x: double(normal(point.x.shape, { seed: 3 })),
  };
  const noiseLevel = double(normal([2], { seed: 4 }));
  const uniforms = double(uniform([2, network.uniforms?.(shape) ?? 0], { seed: 5 }));

  type Place = { readonly parameters: Tensor; readonly x: Tensor };
  const value =
    (level: Tensor, draws: Tensor) =>
    ({ parameters, x }: Place): Tensor =>
      network
        .apply(layout.split(parameters), x, level, draws.shape[1] ? { uniforms: draws } : {})
        .sin()
        .sum();
  const inputs = [point, direction, noiseLevel, uniforms] as const;
  const specs = [
    { parameters: specOf(point.parameters), x: specOf(point.x) },
    { parameters: specOf(direction.parameters), x: specOf(direction.x) },
    specOf(noiseLevel),
    specOf(uniforms),
  ] as const;
  const h = 1e-5;
  const compiled = await compile(
    (at: Place, towards: Place, level: Tensor, draws: Tensor) => {
      const f = value(level, draws);
      const moved = (by: number): Place => ({
        parameters: at.parameters.add(towards.parameters.multiply(by)),
        x: at.x.add(towards.x.multiply(by)),
      });
      const slope = grad(f as (tree: Tensors) => Tensor)(at as unknown as Tensors) as unknown as Place;
      return {
        exact: slope.parameters.multiply(towards.parameters).sum().add(slope.x.multiply(towards.x).sum()),
        difference: f(moved(h))
          .subtract(f(moved(-h)))
          .divide(2 * h),
      };
    },
    specs,
    { runtime },
  );
  const { exact, difference } = await compiled(...inputs);
  await compiled.dispose();
  expect(Math.abs(Number(exact.data[0]))).toBeGreaterThan(0.1);
  expect(Number(difference.data[0]) / Number(exact.data[0])).toBeCloseTo(1, 5);
});
