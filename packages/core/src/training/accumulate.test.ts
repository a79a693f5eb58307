import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { mlp } from "../network/mlp.ts";
import { denoising } from "../objective/denoising.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { permutation } from "../random/permutation.ts";
import type { Checkpoint } from "./fit-options.ts";
import type { TrainEvent, TrainOptions } from "./options.ts";
import { powerDecayAt, powerExponent } from "./power-average.ts";
import { train } from "./train.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const options: TrainOptions = {
  data: normal([50, 2], { seed: 1 }),
  process: edm(),
  network: mlp({ width: 8, depth: 2, noiseFeatures: 4 }),
  objective: denoising({ uncertainty: true }),
  average: { kind: "power", widths: [0.1, 0.2] },
  steps: 12,
  batch: 12,
  seed: 3,
  warmUp: 3,
  decay: "constant",
  adam: { weightDecay: 0.01 },
  runtime,
};

const eventsOf = async (changes: Partial<TrainOptions> = {}): Promise<TrainEvent[]> => {
  const events = [];
  for await (const event of train({ ...options, ...changes })) events.push(event);
  return events;
};
const lastOf = async (changes: Partial<TrainOptions> = {}): Promise<TrainEvent> => (await eventsOf(changes)).at(-1)!;

describe("a step of several micro-batches", () => {
  test.each([2, 3, 12])("of %d equals the step of the whole batch up to rounding", async (accumulate) => {
    const [whole, cut] = [await lastOf(), await lastOf({ accumulate })];
    expect([cut.step, cut.losses.length]).toEqual([12, 12]);
    for (const [k, loss] of whole.losses.entries()) expect(cut.losses[k]! / loss).toBeCloseTo(1, 4);
    expect(cut.gradientNorm / whole.gradientNorm).toBeCloseTo(1, 3);
    const [expected, found] = [whole.checkpoint.state, cut.checkpoint.state];
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    for (const [a, b] of [
      [expected.parameters, found.parameters],
      [expected.average, found.average],
      [expected.otherAverages![0]!, found.otherAverages![0]!],
    ] as const) {
      // Adam's first steps are of the size of the rate for every gradient; rounding of tiny ones shows most.
      const apart = (a.data as Float32Array).map((value, i) => Math.abs(value - Number(b.data[i])));
      expect(Math.max(...apart)).toBeLessThan(2e-4);
    }
  });

  test("resumes bit for bit", async () => {
    const whole = await lastOf({ accumulate: 3 });
    const resume = (await lastOf({ accumulate: 3, steps: 5 })).checkpoint;
    expect((await lastOf({ accumulate: 3, resume })).checkpoint).toEqual(whole.checkpoint);
  });

  test("that diverges is named by its step", async () => {
    const data = normal([50, 2], { seed: 1 });
    data.data[14] = 1e30;
    const step = Math.floor(permutation(50, { seed: 3, step: 0, purpose: "order" }).data.indexOf(7) / 4) + 1;
    const { result } = train({ ...options, data, batch: 4, steps: 20, accumulate: 2 });
    await expect(result).rejects.toThrow(`training diverged at step ${step}: loss Infinity`);
    expect(step).toBeGreaterThan(1);
  });

  test("must divide the batch", async () => {
    for (const accumulate of [0, 1.5, 5, 24])
      await expect(train({ ...options, accumulate }).result).rejects.toThrow(ArgumentError);
    await expect(train({ ...options, accumulate: 5 }).result).rejects.toThrow(/to divide the batch of 12, found 5/);
  });
});

describe("averages whose width grows", () => {
  test("follow the parameters, step by step, and the first makes the model", async () => {
    const exponents = [0.1, 0.2].map(powerExponent);
    const averages: number[][] = [[], []];
    let resume: Checkpoint | undefined;
    for (let step = 0; step < 8; step++) {
      resume = (await lastOf({ steps: step + 1, ...(resume && { resume }) })).checkpoint;
      const parameters = Array.from(resume.state.parameters.data as Float32Array);
      for (const [k, exponent] of exponents.entries()) {
        const decay = powerDecayAt(step, exponent);
        averages[k] = parameters.map((value, i) => decay * (averages[k]![i] ?? 0) + (1 - decay) * value);
      }
    }
    const { average, otherAverages } = resume!.state;
    for (const [k, vector] of [average, otherAverages![0]!].entries())
      for (const [i, value] of averages[k]!.entries())
        expect(Math.abs(Number(vector.data[i]) - value)).toBeLessThan(1e-6);
    const { parameters } = await train({ ...options, steps: 8, resume: resume! }).result;
    const bias = (parameters as never as { hidden: { bias: { data: Float32Array } }[] }).hidden[0]!.bias.data;
    expect(Array.from(bias)).toEqual(Array.from(average.data.slice(0, 8) as Float32Array));
  });

  test("another number of them cannot be resumed from, nor can they be mixed with a constant decay", async () => {
    const resume = (await lastOf({ steps: 2 })).checkpoint;
    const average = { kind: "power", widths: [0.1] } as const;
    await expect(train({ ...options, resume, average }).result).rejects.toThrow(
      /expected 1 moving averages to resume from, found 2/,
    );
    await expect(train({ ...options, averageDecay: 0.9 }).result).rejects.toThrow(/exclude each other/);
    for (const widths of [[], [0.1, 0.1], [0.5]])
      await expect(train({ ...options, average: { kind: "power", widths } }).result).rejects.toThrow(ArgumentError);
  });
});
