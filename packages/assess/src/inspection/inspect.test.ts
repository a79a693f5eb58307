import { ArgumentError, edm, exact, gaussian, type ScoreModel } from "@scorefield/core";
import { defaultRuntime, ndarray, ShapeError, setDefaultRuntime, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inspect } from "./inspect.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const model = exact(gaussian({ mean: [0] }), edm());
const heldOut = model.density.sample(40, 1);
const effort = { levels: 3, points: 30, looked: 10, draws: 8, chains: 2, chainSteps: 40, starts: 5, samples: 40 };

test("unknown options, instruments and efforts are refused by name, and data that do not fit", async () => {
  const wrong = (options: unknown, data: unknown = { heldOut }) =>
    expect(inspect(model, data as { heldOut: typeof heldOut }, options as Parameters<typeof inspect>[2])).rejects;
  await wrong({ sed: 1 }).toThrow(/sed.*seed/s);
  await wrong({ effort: { level: 3 } }).toThrow(/level.*levels/s);
  await wrong({ only: ["calibratoin"] }).toThrow(/expected some of plane, calibration.*calibratoin.*calibration/);
  await wrong({}, { heldout: heldOut }).toThrow(ArgumentError);
  await wrong({}, { heldOut: ndarray(new Float32Array(6), [3, 2]) }).toThrow(ShapeError);
  await wrong({}, { heldOut: ndarray(Float32Array.of(1), [1, 1]) }).toThrow(/at least 2 samples/);
  await wrong({}, { heldOut: ndarray(Float32Array.of(1, Number.NaN), [2, 1]) }).toThrow(/finite/);
});

test("the same seed gives the same JSON, of plain values alone", async () => {
  const options = { effort, only: ["calibration", "chains", "smoothing"], seed: 3 };
  const found = await inspect(model, { heldOut, training: model.density.sample(50, 2) }, options);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(await inspect(model, { heldOut, training: model.density.sample(50, 2) }, options)).toEqual(found);
});

test("a number that is not finite is null, and a note says which", async () => {
  const broken = {
    ...model,
    score: undefined,
    density: undefined,
    denoise: (x: Tensor) => x.divide(x.subtract(x)),
  } as unknown as ScoreModel;
  const found = await inspect(broken, { heldOut }, { effort, only: ["calibration"] });
  expect(found.calibration!.heldOut[0]!.loss.mean).toBeNull();
  expect(found.notes.join()).toMatch(/^Not finite: calibration\.heldOut\.0\.loss\.mean/);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});
