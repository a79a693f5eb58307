import { type NdArray, ndarray, ShapeError, stopGradient, type Tensor, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError, TrainingError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import { type Fitting, fit } from "./fit.ts";
import type { Checkpoint, FitEvent, FitOptions } from "./fit-options.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const vector = (...values: number[]): NdArray<"float32"> => ndarray(Float32Array.from(values));
const valuesOf = ({ data }: NdArray): number[] => Array.from(data as Float32Array);

/** Draws of N(mean, 1) in two dimensions, of steps in micro-batches. */
const drawsOf =
  (mean: number, batch: number, accumulate = 1) =>
  (from: number, count: number) => {
    const x = zeros([count * accumulate, batch / accumulate, 2]);
    for (let k = 0; k < count; k++)
      x.data.set(
        normal([batch, 2], { seed: 7, step: from + k }).data.map((value) => value + mean),
        2 * batch * k,
      );
    return { x };
  };

interface Point<T> {
  readonly [name: string]: T;
  readonly w: T;
}
type Specs = { x: { shape: number[] } };
type Options<X = undefined> = FitOptions<Point<NdArray>, Specs, X>;

/** Finds a mean by least squares. */
const options = (batch = 8, accumulate = 1): Options => ({
  parameters: { w: vector(0, 0) },
  loss: ({ w }, { x }) => x.subtract(w).square().mean(),
  batches: { specs: { x: { shape: [batch / accumulate, 2] } }, inputs: drawsOf(3, batch, accumulate) },
  accumulate,
  steps: 400,
  learningRate: 0.05,
  runtime,
});

const eventsOf = async <X>(fitting: Fitting<Point<NdArray>, X>): Promise<FitEvent[]> => {
  const events = [];
  for await (const event of fitting) events.push(event);
  return events;
};

describe("fit", () => {
  test("finds the minimum of a loss, and reports on the way", async () => {
    const seen: FitEvent[] = [];
    const { parameters, checkpoint, extra } = await fit({ ...options(), onProgress: (e) => seen.push(e) }).result;
    // The mean of the last draws. The average sees some hundreds of them.
    for (const value of valuesOf(parameters.w)) expect(Math.abs(value - 3)).toBeLessThan(0.15);
    expect(extra).toBeUndefined();
    expect(checkpoint.step).toBe(400);
    expect(seen.map(({ step, steps, share }) => [step, steps, share])).toEqual(
      [100, 200, 300, 400].map((step) => [step, 400, step / 400]),
    );
    expect(seen.at(-1)!.loss).toBeLessThan(1.2);
    expect(seen[0]!.losses).toHaveLength(100);
  });

  test("its batches may be promises, and are asked for once, in order, with the next ones announced ahead", async () => {
    const asked: string[] = [];
    const { batches, ...others } = options();
    await fit({
      ...others,
      batches: {
        ...batches,
        inputs: async (from, count) => {
          asked.push(`${from}+${count}`);
          return batches.inputs(from, count);
        },
        prefetch: (from, count) => asked.push(`next ${from}+${count}`),
      },
      steps: 250,
      block: 50,
    }).result;
    const blocks = [0, 50, 100, 150, 200].map((from) => [
      `${from}+50`,
      ...(from < 200 ? [`next ${from + 50}+50`] : []),
    ]);
    expect(asked).toEqual(blocks.flat());
  });

  test("the held-out loss is taken about twenty times, on the average, and always at the end", async () => {
    const x = drawsOf(3, 64)(1000, 1).x;
    const heldOut = { inputs: { x: { ...x, shape: [64, 2] } } };
    const events = await eventsOf(fit({ ...options(), heldOut, block: 5 }));
    const looked = events.filter(({ heldOutLoss }) => heldOutLoss !== undefined);
    expect(looked.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, k) => 20 * (k + 1)));
    const [a, b] = valuesOf(looked.at(-1)!.checkpoint.state.average) as [number, number];
    const expected = valuesOf(x).reduce((sum, value, i) => sum + (value - (i % 2 ? b : a)) ** 2, 0) / 128;
    expect(looked.at(-1)!.heldOutLoss).toBeCloseTo(expected, 5);
    // Another loss, and blocks that are longer than the twentieth part.
    const own = await eventsOf(fit({ ...options(), heldOut: { ...heldOut, loss: ({ w }) => w.sum() }, block: 100 }));
    expect(own.map(({ heldOutLoss }) => heldOutLoss !== undefined)).toEqual([true, true, true, true]);
    const average = valuesOf(own.at(-1)!.checkpoint.state.average);
    expect(own.at(-1)!.heldOutLoss).toBeCloseTo(average[0]! + average[1]!, 5);
  });

  test("a loss that is not finite is explained by the parameter's name", async () => {
    const loss: Options["loss"] = ({ w }, { x }) => x.subtract(w).square().mean().multiply(1e30).square();
    const { result } = fit({ ...options(), loss, nameOf: (path) => `the ${path}` });
    await expect(result).rejects.toThrow(TrainingError);
    await expect(result).rejects.toThrow(
      /diverged at step 1: loss Infinity, largest gradient .* in the w, learning rate/,
    );
  });
});

describe("extra state", () => {
  type Teacher = { readonly w: NdArray; readonly steps: NdArray };
  /** A student that follows both the data and a teacher, which is an average of the student. */
  const taught = (accumulate = 1): Options<Teacher> => ({
    ...(options(8, accumulate) as unknown as Options<Teacher>),
    loss: ({ w }, { x }, { w: teacher }) =>
      x
        .subtract(w)
        .square()
        .mean()
        .add(w.subtract(stopGradient(teacher)).square().mean()),
    extra: {
      initial: { w: vector(-1, 1), steps: vector(0) },
      update: ({ w: teacher, steps }, { w }) => ({
        w: teacher.multiply(0.9).add((w as Tensor).multiply(0.1)),
        steps: steps.add(1),
      }),
    },
    average: { kind: "power", widths: [0.1, 0.2] },
    steps: 30,
    decay: "constant",
    warmUp: 3,
  });

  test("a teacher that is an average of the student is carried along, step by step", async () => {
    let teacher = [-1, 1];
    let resume: Checkpoint | undefined;
    for (let step = 0; step < 6; step++) {
      const fitted = await fit({ ...taught(), steps: step + 1, ...(resume && { resume }) }).result;
      resume = fitted.checkpoint;
      const student = valuesOf(resume.state.parameters);
      teacher = teacher.map((value, i) => 0.9 * value + 0.1 * student[i]!);
      for (const [i, value] of teacher.entries()) expect(valuesOf(fitted.extra.w)[i]).toBeCloseTo(value, 5);
      expect(valuesOf(fitted.extra.steps)).toEqual([step + 1]);
    }
    // The loss sees it.
    const [alone] = await eventsOf(fit({ ...options(), steps: 1 }));
    const [first] = await eventsOf(fit({ ...taught(), steps: 1 }));
    expect(first!.loss - alone!.loss).toBeCloseTo(1, 4);
  });

  test.each([1, 4])("resumes to the bit, with %d micro-batches per step", async (accumulate) => {
    const { checkpoint: whole } = await fit(taught(accumulate)).result;
    for (const steps of [1, 17]) {
      const { checkpoint: resume } = await fit({ ...taught(accumulate), steps }).result;
      expect((await fit({ ...taught(accumulate), resume }).result).checkpoint).toEqual(whole);
    }
    // A step of several micro-batches is one step.
    expect(valuesOf((whole.state.extra as unknown as Teacher).steps)).toEqual([30]);
  });

  test("without an update it stays; what is missing, or another tree, is refused", async () => {
    const { initial } = taught().extra!;
    expect((await fit({ ...taught(), extra: { initial }, steps: 2 }).result).extra).toEqual(initial);
    const { checkpoint: resume } = await fit({ ...options(), steps: 2 }).result;
    const { average: _, ...single } = taught();
    await expect(fit({ ...single, resume }).result).rejects.toThrow(
      /extra state \[steps,w\] to resume from, found \[\]/,
    );
    const less = { initial, update: ({ w }: { w: Tensor }) => ({ w }) as never };
    await expect(fit({ ...taught(), extra: less }).result).rejects.toThrow(ShapeError);
  });
});

describe("bad options", () => {
  const rejected = (changes: object) => expect(fit({ ...options(), ...changes } as Options).result).rejects;

  test("are refused with their names", async () => {
    await rejected({ step: 5 }).toThrow(/unknown option step.*did you mean steps/s);
    await rejected({ learningRate: 0 }).toThrow(ArgumentError);
    await rejected({ loss: "mse" }).toThrow(/fit loss: expected a function/);
    await rejected({ batches: undefined }).toThrow(/batches.inputs: expected a function/);
    await rejected({ parameters: { w: [1, 2] } }).toThrow(/expected a tree of float32 arrays/);
    await rejected({ parameters: {} }).toThrow(ArgumentError);
    await rejected({ block: 0 }).toThrow(ArgumentError);
    await rejected({ precision: "float16" }).toThrow(/float32 or mixed, found float16/);
    await rejected({ steps: undefined }).toThrow(/one of steps, minutes, deadline and pace, found none/);
    await rejected({ minutes: 1 }).toThrow(/one of steps, minutes, deadline and pace, found steps and minutes/);
    await rejected({ steps: undefined, minutes: -1 }).toThrow(ArgumentError);
    await rejected({ steps: undefined, deadline: {} }).toThrow(/deadline: expected a time/);
    await expect(fit(undefined as never).result).rejects.toThrow(ArgumentError);
  });
});
