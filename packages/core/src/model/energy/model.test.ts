import {
  castArray,
  compile,
  constant,
  dot,
  grad,
  isNdArray,
  jvp,
  mapTree,
  type NdArray,
  ndarray,
  type Tensor,
} from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../../density/mixture.ts";
import { ArgumentError } from "../../errors.ts";
import { evaluate } from "../../likelihood/evaluate.case.ts";
import { mlp } from "../../network/mlp.ts";
import { denoising } from "../../objective/denoising.ts";
import { edm } from "../../process/edm.ts";
import { vp } from "../../process/variance-preserving.ts";
import { normal } from "../../random/normal.ts";
import { mala } from "../../sampling/mala.ts";
import { sample } from "../../sampling/sample.ts";
import { dataset } from "../../training/dataset.ts";
import { flatLayout } from "../../training/flat.ts";
import { train } from "../../training/train.ts";
import { conditional } from "../conditional.ts";
import { exact } from "../exact.ts";
import { edmPreconditioning } from "../preconditioning.ts";
import { denoiser, trainedModel } from "../trained.ts";
import { scheduleAt, scoreFromDenoised } from "../tweedie.ts";
import { energyModel } from "./model.ts";
import { energyForms, energyPreconditioning } from "./preconditioning.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const network = mlp({ width: 12, depth: 2, noiseFeatures: 4 });
const shape = [3];
const points = castArray(normal([6, 3], { seed: 3 }), "float64");

/** Parameters with every value random, the output layer included, or all of them zero. */
const parametersOf = (deviation: number) =>
  mapTree(
    network.initialise(shape, 1),
    ({ shape: size }: NdArray, path) => {
      const values = normal(size, { seed: path.length });
      return ndarray(
        values.data.map((value) => deviation * value),
        size,
      );
    },
    isNdArray,
  ) as ReturnType<typeof network.initialise>;

const processes = [edm({ sigmaMax: 10 }), vp()];
const cases = energyForms.flatMap((form) => processes.map((process) => ({ form, process, kind: process.recipe.kind })));
const modelOf = ({ form, process }: Pick<(typeof cases)[number], "form" | "process">, deviation = 0.4) =>
  trainedModel(
    { process, network, preconditioning: energyPreconditioning({ form, sigmaData: 0.7 }) },
    parametersOf(deviation),
    shape,
  );

describe.each(cases)("$form, $kind", ({ form, process }) => {
  const time = 0.3;

  test("a network of zero is the Gaussian of the data's variance: energy, sign of the score and denoiser", async () => {
    const trained = modelOf({ form, process }, 0);
    const model = energyModel(trained);
    const truth = exact(gaussianMixture({ means: [[0, 0, 0]], covariances: [0.49] }), process);
    for (const [found, expected] of [
      [model.logDensity, truth.logDensity],
      [model.score, truth.score],
      [model.denoise, truth.denoise],
    ] as const) {
      const [a, b] = [await evaluate(found, points, time, runtime), await evaluate(expected, points, time, runtime)];
      for (const [i, value] of b.data.entries()) expect(a.data[i]).toBeCloseTo(Number(value), 10);
    }
  });

  test("the score is minus the energy's gradient, the one of Tweedie's formula, and its Jacobian is symmetric", async () => {
    const model = energyModel(modelOf({ form, process }));
    const own = await evaluate(model.score, points, time, runtime);
    const tweedie = await evaluate(
      (x, t) => scoreFromDenoised(model.denoise(x, t), x, scheduleAt(process, t, x)),
      points,
      time,
      runtime,
    );
    for (const [i, value] of tweedie.data.entries()) expect(own.data[i]).toBeCloseTo(Number(value), 8);
    const asymmetry = await evaluate(
      (x, t) => {
        const [v, w] = [x.flip([0]), x.multiply(x).subtract(0.3)];
        const along = (direction: Tensor) => jvp((at: Tensor) => model.denoise(at, t), x, direction)[1];
        return along(v).multiply(w).sum(1).subtract(along(w).multiply(v).sum(1));
      },
      points,
      time,
      runtime,
    );
    for (const value of asymmetry.data) expect(Math.abs(Number(value))).toBeLessThan(1e-10);
  });

  test("the line integral of the score is the difference of energies, along a straight line and a detour", async () => {
    const model = energyModel(modelOf({ form, process }));
    const [a, b, detour] = [
      [0.5, -0.2, 0.1],
      [-0.4, 0.7, 0.3],
      [1.5, 1, -1],
    ];
    // Gauss-Legendre nodes of order 2 on each of many pieces: error of fourth order.
    const integral = async (from: number[], to: number[]): Promise<number> => {
      const pieces = 400;
      const nodes = Array.from({ length: 2 * pieces }, (_, i) => {
        const at = (Math.floor(i / 2) + 0.5 + ((i % 2) - 0.5) / Math.sqrt(3)) / pieces;
        return from.map((value, j) => value + at * (to[j]! - value));
      });
      const { data } = await evaluate(
        model.score,
        ndarray(Float64Array.from(nodes.flat()), [nodes.length, 3]),
        time,
        runtime,
      );
      return (
        nodes.reduce(
          (sum, _, i) => sum + to.reduce((all, value, j) => all + Number(data[3 * i + j]) * (value - from[j]!), 0),
          0,
        ) / nodes.length
      );
    };
    const energies = await evaluate(model.energy, ndarray(Float64Array.from([...a!, ...b!]), [2, 3]), time, runtime);
    const difference = Number(energies.data[0]) - Number(energies.data[1]);
    expect(await integral(a!, b!)).toBeCloseTo(difference, 6);
    expect((await integral(a!, detour!)) + (await integral(detour!, b!))).toBeCloseTo(difference, 6);
  });

  test("gradients of the training loss with respect to parameters match finite differences", async () => {
    const denoise = denoiser({ process, network, preconditioning: energyPreconditioning({ form }) });
    const layout = flatLayout(network.initialise(shape, 1));
    const drawn = (size: number[], step: number) => normal(size, { seed: 4, step, dtype: "float64" });
    const times = ndarray(Float64Array.from([0.05, 0.2, 0.3, 0.5, 0.7, 0.9]));
    const inputs = [drawn([layout.size], 1), drawn([layout.size], 2), points, times, drawn([6, 3], 3)];
    const compiled = await compile(
      (list: Tensor[]) => {
        const [theta, v, x, t, noise] = list as [Tensor, Tensor, Tensor, Tensor, Tensor];
        const loss = (at: Tensor) =>
          denoising().loss((y, s) => denoise(layout.split(at), y, s), process, { x, t, noise });
        const at = (h: number) => loss(theta.multiply(0.3).add(v.multiply(h)));
        // Central differences of fourth order.
        const h = 1e-3;
        const difference = at(h)
          .subtract(at(-h))
          .multiply(8)
          .subtract(at(2 * h).subtract(at(-2 * h)))
          .divide(12 * h);
        return [dot(grad(loss)(theta.multiply(0.3)), v), difference];
      },
      [inputs.map(({ shape, dtype }) => ({ shape, dtype }))],
      { runtime },
    );
    const [slope, difference] = (await compiled(inputs)).map(({ data }) => Number(data[0]));
    await compiled.dispose();
    expect(Math.abs(slope!)).toBeGreaterThan(1e-3);
    expect(Math.abs(difference! / slope! - 1)).toBeLessThan(1e-7);
  });
});

test.each(energyForms)(
  "%s: trained, the energy difference of two modes is the true one; mala keeps the distribution",
  async (form) => {
    const density = gaussianMixture({ means: [[-1], [0.8]], covariances: [0.2, 0.1], weights: [0.4, 0.6] });
    const process = edm();
    const trained = await train({
      data: density.sample(8000, 1),
      process,
      network: mlp({ width: 32, depth: 2 }),
      preconditioning: energyPreconditioning({ form }),
      steps: 2500,
      batch: 128,
      learningRate: 3e-3,
      runtime,
    }).result;
    const model = energyModel(trained);
    const truth = exact(density, process);
    const at = ndarray(Float64Array.from([-1.5, -1, -0.3, 0.2, 0.8, 1.2]), [6, 1]);
    for (const sigma of [0.2, 1]) {
      const time = sigma / 80;
      const found = await evaluate(model.logDensity, at, time, runtime);
      const expected = await evaluate(truth.logDensity, at, time, runtime);
      const offset = Number(found.data[1]) - Number(expected.data[1]);
      for (let i = 0; i < 6; i++)
        expect(
          Math.abs(Number(found.data[i]) - Number(expected.data[i]) - offset),
          `${sigma}, point ${i}`,
        ).toBeLessThan(0.3);
    }
    const chain = await sample(model, {
      count: 500,
      sampler: mala({ steps: 50, stepSize: 0.05, time: 0.2 / 80 }),
      initial: density.sample(500, 2),
      runtime,
    });
    const mean = chain.data.reduce((sum, value) => sum + value, 0) / 500;
    const spread = Math.sqrt(0.4 * 1 + 0.6 * 0.64 + 0.4 * 0.2 + 0.6 * 0.1 + 0.04 - 0.08 ** 2);
    expect(Math.abs(mean - 0.08)).toBeLessThan((4 * spread) / Math.sqrt(500) + 0.05);
  },
  30_000,
);

test("classes reach the energy; another preconditioning has none", async () => {
  const withClasses = mlp({ width: 8, depth: 2, classes: 2 });
  const values = normal([64, 1], { seed: 1 });
  const labels = Int32Array.from({ length: 64 }, (_, i) => i % 2);
  for (let i = 0; i < 64; i++) values.data[i] = 0.3 * values.data[i]! + 2 * labels[i]! - 1;
  const options = {
    data: dataset(values, labels),
    process: edm(),
    network: withClasses,
    steps: 200,
    batch: 32,
    runtime,
  };
  const trained = await train({ ...options, preconditioning: energyPreconditioning() }).result;
  const at = ndarray(Float64Array.of(1, 1), [2, 1]);
  const model = energyModel(trained);
  const energyOf = async (k: number): Promise<number> =>
    -Number((await evaluate(conditional(model, k).logDensity, at, 0.01, runtime)).data[0]);
  expect(await energyOf(0)).toBeGreaterThan(await energyOf(1));
  const rows = constant(ndarray(Float64Array.of(1, 0, 0, 1), [2, 2]));
  const { data } = await evaluate((x, t) => model.energy(x, t, { class: rows }), at, 0.01, runtime);
  expect(Number(data[0])).toBeCloseTo(await energyOf(0), 10);
  expect(Number(data[1])).toBeCloseTo(await energyOf(1), 10);
  expect(() => energyModel(conditional(trained, 0) as never)).toThrow(/conditional\(energyModel\(trained\), 3\)/);
  const plain = { ...trained, preconditioning: edmPreconditioning() };
  expect(() => energyModel(plain)).toThrow(/trained with energyPreconditioning, found .*edm/);
  expect(() => energyPreconditioning({ form: "none" as "scalar" })).toThrow(ArgumentError);
});
