import {
  add,
  compile,
  constant,
  grad,
  matmul,
  type NdArray,
  ndarray,
  ShapeError,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { trainedModel } from "../model/trained.ts";
import { unet } from "../network/unet.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { train } from "../training/train.ts";
import { patchModel } from "./patch-model.ts";
import { patches, positionOf } from "./patches.ts";
import { positioned } from "./positioned.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const denoised = async (model: ScoreModel, x: NdArray, sigma: number): Promise<Float32Array> => {
  const times = ndarray(new Float32Array(x.shape[0]!).fill(sigma), [x.shape[0]!]);
  const run = await compile(
    (x: Tensor, t: Tensor) => model.denoise(x, t),
    [{ shape: x.shape }, { shape: times.shape }],
    {
      runtime,
    },
  );
  const result = await run(x, times);
  await run.dispose();
  return result.data as Float32Array;
};

const rms = (values: Float32Array, others?: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value, i) => sum + (value - (others?.[i] ?? 0)) ** 2, 0) / values.length);

/** Covariance of an image of h by w pixels: exp(-distance^2 / (2 length^2)), and a little of each pixel's own. */
const covarianceOf = (h: number, w: number, length: number): NdArray<"float32"> => {
  const n = h * w;
  const c = zeros([n, n]) as NdArray<"float32">;
  for (let p = 0; p < n; p++)
    for (let q = 0; q < n; q++) {
      const square = (Math.floor(p / w) - Math.floor(q / w)) ** 2 + ((p % w) - (q % w)) ** 2;
      c.data[p * n + q] = Math.exp(-square / (2 * length ** 2)) + (p === q ? 0.01 : 0);
    }
  return c;
};

const images = (h: number, w: number, length: number): ScoreModel => {
  const flat = exact(
    gaussian({ mean: new Array<number>(h * w).fill(0), covariance: covarianceOf(h, w, length) as never }),
    edm(),
  );
  return {
    process: flat.process,
    shape: [1, h, w],
    denoise: (x, t) => flat.denoise(x.reshape([x.shape[0]!, h * w]), t).reshape(x.shape),
  };
};

describe("images of Gaussian texture, from the exact model of patches of 12 by 12", () => {
  const whole = images(24, 18, 1.2);
  const small = images(12, 12, 1.2);

  for (const [overlap, allowed] of [
    [0, 0.18],
    [6, 0.04],
  ] as const)
    test(`with an overlap of ${overlap} the estimate differs from the exact one by less than ${100 * allowed} % of it`, async () => {
      const x = normal([3, 1, 24, 18], { seed: 1 });
      const right = await denoised(whole, x, 0.5);
      const found = await denoised(patchModel(small, { shape: [1, 24, 18], overlap }), x, 0.5);
      expect(rms(found, right) / rms(right)).toBeLessThan(allowed);
    });

  test("of an image of one patch it is the model itself", async () => {
    const x = normal([2, 1, 12, 12], { seed: 2 });
    expect(await denoised(patchModel(small, { shape: [1, 12, 12] }), x, 1)).toEqual(await denoised(small, x, 1));
  });

  test("gradients flow", async () => {
    const prior = patchModel(small, { shape: [1, 24, 18] });
    const f = (x: Tensor) =>
      prior
        .denoise(x, constant(ndarray(Float32Array.of(0.5))))
        .square()
        .sum();
    const run = await compile((x: Tensor) => ({ value: f(x), slope: grad(f)(x) }), [{ shape: [1, 1, 24, 18] }], {
      runtime,
    });
    const [x, d] = [normal([1, 1, 24, 18], { seed: 3 }), normal([1, 1, 24, 18], { seed: 4 })];
    const moved = (step: number) => ({ ...x, data: x.data.map((value, i) => value + step * d.data[i]!) });
    const along = ((await run(x)).slope.data as Float32Array).reduce((sum, value, i) => sum + value * d.data[i]!, 0);
    const [after, before] = [await run(moved(0.01)), await run(moved(-0.01))];
    expect((Number(after.value.data[0]) - Number(before.value.data[0])) / 0.02).toBeCloseTo(along, 1);
    await run.dispose();
  });
});

describe("positions", () => {
  const independent: ScoreModel = {
    process: edm(),
    shape: [2, 4, 6],
    conditions: { observed: { shape: [3] }, class: { shape: [2], classes: 2 } },
    // The position of the middle in both channels of a patch, and the class.
    denoise: (x, _, { observed, class: label } = {}) => {
      const place = observed!.slice([null, [0, 2]]);
      return add(
        place,
        label ? matmul(label, constant(ndarray(Float32Array.of(10, 20, 30, 40), [2, 2])).cast(x.dtype)) : 0,
      )
        .reshape([x.shape[0]!, 2, 1, 1])
        .broadcastTo(x.shape);
    },
  };

  test("every patch is given its own, in pixels from the middle of the image", async () => {
    const model = patchModel(independent, { shape: [2, 8, 12], overlap: 0 });
    const found = await denoised(model, zeros([2, 2, 8, 12]), 1);
    for (const [at, value] of found.entries()) {
      const [c, i, j] = [Math.floor(at / 96) % 2, Math.floor(at / 12) % 8, at % 12];
      expect(value).toBe(c === 0 ? (i < 4 ? -2 : 2) : j < 6 ? -3 : 3);
    }
    expect(positionOf([0, 6], [4, 6], [8, 12])).toEqual([-2, 3, 1]);
  });

  test("other conditions are those of the image", async () => {
    const model = patchModel(independent, { shape: [2, 8, 12], overlap: 0 });
    expect(model.conditions).toEqual({ class: { shape: [2], classes: 2 } });
    const f = (x: Tensor) =>
      model.denoise(x, constant(ndarray(Float32Array.of(1, 1))), {
        class: constant(ndarray(Float32Array.of(1, 0, 0, 1), [2, 2])),
      });
    const run = await compile(f, [{ shape: [2, 2, 8, 12] }], { runtime });
    const { data } = await run(zeros([2, 2, 8, 12]));
    expect([data[0], data[96], data[192], data[288]]).toEqual([8, 17, 28, 37]);
    await run.dispose();
  });
});

describe("training on patches", () => {
  const ramp = (count: number): NdArray<"float32"> => {
    const made = normal([count, 1, 16, 16], { seed: 1 });
    for (let at = 0; at < made.data.length; at++) made.data[at] = 0.1 * made.data[at]! + ((at >> 4) % 16) / 8 - 1;
    return made;
  };

  test("each patch is a part of its image, and comes with the place of its middle", async () => {
    const source = ramp(4);
    const data = patches(source, { patch: 8, count: 100, withheld: 0, seed: 3 });
    const rows = [7, 99, 7];
    const [cut, where] = [await data.read(rows), data.observed!.read(rows)];
    expect(cut.shape).toEqual([3, 1, 8, 8]);
    expect(cut.data.slice(0, 64)).toEqual(cut.data.slice(128));
    const found = new Set<number>();
    for (let k = 0; k < 2; k++) {
      const [row, column, isKnown] = where.data.slice(3 * k, 3 * k + 3) as unknown as [number, number, number];
      expect(isKnown).toBe(1);
      const [top, left] = [row + 4, column + 4];
      for (let image = 0; image < 4; image++)
        if (cut.data[64 * k] === source.data[image * 256 + top * 16 + left]) {
          found.add(k);
          for (let i = 0; i < 8; i++)
            for (let j = 0; j < 8; j++)
              expect(cut.data[64 * k + 8 * i + j]).toBe(source.data[image * 256 + (top + i) * 16 + left + j]);
        }
    }
    expect(found.size).toBe(2);
  });

  test("the share of positions that is withheld", () => {
    const where = patches(ramp(1), { patch: 4, withheld: 0.5 }).observed!.read(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const isKnown = Array.from({ length: 1000 }, (_, i) => where.data[3 * i + 2]!).filter((one) => one === 1).length;
    expect(Math.abs(isKnown - 500)).toBeLessThan(4 * Math.sqrt(250));
  });

  test("a network that knows the place learns what is where", async () => {
    const network = positioned(unet({ width: 8, multipliers: [1], blocks: 1, attention: 0 }), { reach: 8 });
    const data = patches(ramp(8), { patch: 4, count: 1000, withheld: 0 });
    const parts = { process: edm({ sigmaMax: 20 }), network, preconditioning: edmPreconditioning({ sigmaData: 0.6 }) };
    const model = await train({
      ...parts,
      data,
      batch: 32,
      steps: 150,
      learningRate: 5e-3,
      averageDecay: 0.95,
      runtime,
    }).result;
    expect(model.conditions).toEqual({ observed: { shape: [3] } });
    const prior = patchModel(model, { shape: [1, 16, 16] });
    // So much noise that only the place says anything.
    const found = await denoised(
      prior,
      { ...normal([1, 1, 16, 16], { seed: 5 }), data: normal([1, 1, 16, 16], { seed: 5 }).data.map((v) => 10 * v) },
      10,
    );
    const top = found.slice(0, 64).reduce((a, b) => a + b, 0) / 64;
    const bottom = found.slice(192).reduce((a, b) => a + b, 0) / 64;
    expect(top).toBeLessThan(-0.5);
    expect(bottom).toBeGreaterThan(0.5);
  });
});

describe("what is refused", () => {
  const model = images(4, 4, 1);
  const shape = [1, 8, 8];

  test("shapes and settings of patchModel", () => {
    for (const bad of [
      [1, 3, 8],
      [2, 8, 8],
      [8, 8],
      [1, 8, 8.5],
    ])
      expect(() => patchModel(model, { shape: bad })).toThrow(/expected images of at least \[1, 4, 4\]/);
    expect(() => patchModel({ ...model, shape: [4] }, { shape })).toThrow(ShapeError);
    expect(() => patchModel(model, { shape, overlap: 4 })).toThrow(/less than a patch/);
    expect(() => patchModel(model, { shape, overlap: 0.5 })).toThrow(ArgumentError);
    expect(() => patchModel(model, { shape, margin: 1 } as never)).toThrow(/margin/);
    expect(() => patchModel({} as never, { shape })).toThrow(ArgumentError);
  });

  test("points of another shape, and conditions that the model does not take", async () => {
    const prior = patchModel(model, { shape });
    const traced = (x: readonly number[], given?: object) =>
      compile((x: Tensor) => prior.denoise(x, constant(ndarray(Float32Array.of(1))), given as never), [{ shape: x }], {
        runtime,
      });
    await expect(traced([1, 1, 8, 9])).rejects.toThrow(/expected x \[n, 1, 8, 8\]/);
    await expect(traced([1, 1, 8, 8], { observed: 1 })).rejects.toThrow(/observed/);
  });

  test("images and settings of patches", () => {
    const some = zeros([2, 1, 8, 8]) as NdArray<"float32">;
    expect(() => patches(zeros([2, 8, 8]) as NdArray<"float32">)).toThrow(ShapeError);
    expect(() => patches(some, { patch: 9 })).toThrow(/at most 8/);
    expect(() => patches(some, { patch: 8, withheld: 2 })).toThrow(/share/);
    expect(() => patches(some, { patch: 8, count: 0 })).toThrow(ArgumentError);
    const broken = { ...some, data: some.data.map(() => Number.NaN) };
    expect(() => patches(broken, { patch: 8 })).toThrow(/finite/);
  });

  test("networks and data that do not fit", async () => {
    expect(() => positioned({} as never)).toThrow(ArgumentError);
    expect(() => positioned(positioned(unet()))).toThrow(/without observed/);
    expect(() => positioned(unet(), { reach: 0 })).toThrow(ArgumentError);
    const data = patches(zeros([2, 1, 8, 8]) as NdArray<"float32">, { patch: 8 });
    const plain = train({ data, process: edm(), network: unet({ width: 8 }), steps: 1, runtime }).result;
    await expect(plain).rejects.toThrow(/0 numbers of what is known of a sample/);
    const network = positioned(unet({ width: 8 }));
    expect(() => network.initialise([4], 0)).toThrow(ShapeError);
    const model = trainedModel({ process: edm(), network, preconditioning: edmPreconditioning() }, {}, [1, 8, 8]);
    expect(model.conditions).toEqual({ observed: { shape: [3] } });
  });
});
