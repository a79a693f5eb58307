import { compile, ndarray, ShapeError, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../../density/gaussian.ts";
import { ArgumentError } from "../../errors.ts";
import { interpolateLatent } from "../../likelihood/interpolate-latent.ts";
import { latentBound } from "../../likelihood/latent-bound.ts";
import { edm } from "../../process/edm.ts";
import { normal } from "../../random/normal.ts";
import { heun } from "../../sampling/heun.ts";
import { sampleLatent } from "../../sampling/latent-samples.ts";
import { sample } from "../../sampling/sample.ts";
import { exact } from "../exact.ts";
import { scoreModelSuite } from "../score-model.case.ts";
import { latentModel } from "./latent-model.ts";
import { decodeLatents, encodeLatents } from "./latents.ts";
import { principalCodec } from "./principal-codec.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Images of 2 x 2 on a plane of two directions. */
const images = () => {
  const draws = normal([50, 2], { seed: 1 }).data;
  const values = Float32Array.from({ length: 200 }, (_, i) => {
    const [a, b] = [draws[2 * Math.floor(i / 4)]!, draws[2 * Math.floor(i / 4) + 1]!];
    return [a, a + 0.5 * b, -a, 0.5 * b][i % 4]! + 3;
  });
  return ndarray(values, [50, 1, 2, 2]);
};

const codec = principalCodec(images(), { rank: 2 });
const model = latentModel(codec, exact(gaussian({ mean: [0, 0] }), edm({ sigmaMax: 20 })));

scoreModelSuite("a latent model", () => model, { runtime });

test("data on the components come back, and their latents have mean 0 and deviation 1", async () => {
  const data = images();
  const { mean, deviation } = await encodeLatents(codec, data, { runtime, batch: 16 });
  expect(mean.shape).toEqual([50, 2]);
  expect(deviation.data.every((value) => value === 0)).toBe(true);
  for (const k of [0, 1]) {
    const own = mean.data.filter((_, i) => i % 2 === k);
    expect(own.reduce((sum, value) => sum + value / 50, 0)).toBeCloseTo(0, 4);
    expect(own.reduce((sum, value) => sum + value ** 2 / 50, 0)).toBeCloseTo(1, 4);
  }
  const back = await decodeLatents(codec, mean, { runtime, batch: 16 });
  expect(back.shape).toEqual(data.shape);
  for (const [i, value] of data.data.entries()) expect(back.data[i]).toBeCloseTo(value, 4);
});

test("samples are the decoded latents, and the same in any batch", async () => {
  const options = { count: 5, sampler: heun({ steps: 4 }), seed: 2, runtime };
  const samples = await sampleLatent(model, options);
  expect(samples.shape).toEqual([5, 1, 2, 2]);
  const decoded = await decodeLatents(codec, await sample(model, options), { runtime });
  expect(samples).toEqual(decoded);
  const parts = await sampleLatent(model, { ...options, batch: 2 });
  for (const [i, value] of samples.data.entries()) expect(parts.data[i]).toBeCloseTo(value, 5);
});

test("paths begin and end at the data, by way of noise", async () => {
  const data = images();
  const [a, b] = [0, 1].map((k) => ndarray(data.data.slice(4 * k, 4 * k + 4), [1, 1, 2, 2]));
  const path = await interpolateLatent(model, a!, b!, { count: 3, runtime });
  expect(path.shape).toEqual([1, 3, 1, 2, 2]);
  for (const [k, end] of [
    [0, a!],
    [2, b!],
  ] as const)
    for (let j = 0; j < 4; j++) expect(path.data[4 * k + j]).toBeCloseTo(end.data[j]!, 1);
});

test("a codec in double precision is as exact", async () => {
  const compiled = await compile(
    (x) => codec.decode(codec.encode(x).mean),
    [{ shape: [2, 1, 2, 2], dtype: "float64" }],
    {
      runtime,
    },
  );
  const x = ndarray(Float64Array.from(images().data.slice(0, 8)), [2, 1, 2, 2]);
  const back = await compiled(x);
  await compiled.dispose();
  for (const [i, value] of x.data.entries()) expect(back.data[i]).toBeCloseTo(value, 6);
});

test("what does not go together is refused", async () => {
  expect(() => latentModel(codec, exact(gaussian({ mean: [0] }), edm()))).toThrow(ShapeError);
  expect(() => latentModel({} as never, model)).toThrow(/codec/);
  expect(() => principalCodec(images(), { rank: 5 })).toThrow(ArgumentError);
  expect(() => principalCodec(images(), { rank: 3 })).toThrow(/more variance/);
  await expect(encodeLatents(codec, zeros([1, 2, 2, 2]), { runtime })).rejects.toThrow(ShapeError);
  await expect(decodeLatents(codec, zeros([0, 2]), { runtime })).rejects.toThrow(ShapeError);
  await expect(sampleLatent(model.latents as never, { count: 1 })).rejects.toThrow(/latent model/);
  await expect(latentBound(model, images(), { runtime })).rejects.toThrow(/leaves out/);
  await expect(latentBound(model, images(), { no: 1 } as never)).rejects.toThrow(ArgumentError);
});
