import { ndarray, type Runtime, type Tensor, type Tensors, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError, TrainingError } from "../errors.ts";
import { dit } from "../network/dit.ts";
import { mlp } from "../network/mlp.ts";
import type { Network } from "../network/network.ts";
import { unet } from "../network/unet.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { dataset } from "./dataset.ts";
import type { Checkpoint } from "./fit-options.ts";
import { flatLayout } from "./flat.ts";
import type { TrainEvent, TrainOptions } from "./options.ts";
import { train } from "./train.ts";

const engine = native({ threads: 1 });
afterAll(() => engine.dispose());

/** Tells training that it computes in float16, and compilation, which asks of convolutions as well, that it does not. */
const emulating: Runtime = {
  ...engine,
  target: async (question) => ({
    ...(await engine.target(question)),
    ...(question?.convolution === undefined && { float16: true }),
  }),
};
/** Is handed float16, which the processor then computes in float32. */
const claiming: Runtime = {
  ...engine,
  target: async (question) => ({ ...(await engine.target(question)), float16: true }),
};

const options: TrainOptions = {
  data: normal([50, 2], { seed: 1 }),
  process: edm(),
  network: mlp({ width: 16, depth: 2, noiseFeatures: 8 }),
  steps: 60,
  batch: 16,
  seed: 3,
  warmUp: 5,
  decay: "constant",
  precision: "mixed",
  runtime: emulating,
};

const eventsOf = async (changes: Partial<TrainOptions> = {}): Promise<TrainEvent[]> => {
  const events = [];
  for await (const event of train({ ...options, ...changes })) events.push(event);
  return events;
};
const lossesOf = (events: readonly TrainEvent[]): number[] => events.flatMap(({ losses }) => [...losses]);
const lastOf = (events: readonly TrainEvent[]): Checkpoint => events.at(-1)!.checkpoint;
const scaleOf = (events: readonly TrainEvent[]): number[] => [
  ...(lastOf(events).state.lossScale!.data as Float32Array),
];

/** A checkpoint before the first step with a loss scale, and a number of steps that it served. */
const startAt = (scale: number, count: number, network = options.network): Checkpoint => {
  const initial = network.initialise([2], 3);
  const parameters = flatLayout(initial).flatten(initial);
  const nothing = zeros(parameters.shape);
  return {
    step: 0,
    state: {
      parameters,
      firstMoment: nothing,
      secondMoment: nothing,
      average: parameters,
      lossScale: ndarray(Float32Array.of(scale, count)),
    },
  };
};

describe("mixed precision", () => {
  test("follows float32 to the rounding of float16, with weights that have more digits", async () => {
    const mixed = await eventsOf();
    const full = lossesOf(await eventsOf({ precision: "float32" }));
    const losses = lossesOf(mixed);
    expect(losses).not.toEqual(full);
    // Half a unit in the last place of float16 is 2^-11; a loss is the square of what a few layers made.
    for (const [k, loss] of losses.entries()) expect(Math.abs(loss / full[k]! - 1)).toBeLessThan(16 * 2 ** -11);
    const { parameters, lossScale } = lastOf(mixed).state;
    expect([...(parameters.data as Float32Array)].some((w) => w !== 0 && (w * 2 ** 24) % 1 !== 0)).toBe(true);
    expect([...lossScale!.data].map(Number)).toEqual([2 ** 16, 60]);
    expect(mixed.every(({ skipped }) => skipped === 0)).toBe(true);
  });

  test("resumes bit for bit", async () => {
    const whole = lastOf(await eventsOf());
    const first = await eventsOf({ steps: 30 });
    expect(lastOf(await eventsOf({ resume: lastOf(first) }))).toEqual(whole);
  });

  test("leaves out steps whose gradient overflows, and halves the scale until they do not", async () => {
    const resume = startAt(2 ** 24, 7);
    const events = await eventsOf({ resume, steps: 3 });
    const skipped = events.reduce((sum, event) => sum + event.skipped!, 0);
    expect(skipped).toBe(3);
    const { lossScale, ...untouched } = lastOf(events).state;
    const { lossScale: _, ...before } = resume.state;
    expect(untouched).toEqual(before);
    expect([...lossScale!.data].map(Number)).toEqual([2 ** 21, 0]);

    const later = await eventsOf({ resume, steps: 40 });
    const left = later.reduce((sum, event) => sum + event.skipped!, 0);
    const [scale] = scaleOf(later);
    expect(left).toBeGreaterThan(3);
    expect(scale).toBe(2 ** (24 - left));
    expect(later.every(({ loss, gradientNorm }) => Number.isFinite(loss) && Number.isFinite(gradientNorm))).toBe(true);
    expect(lastOf(later).state.parameters).not.toEqual(resume.state.parameters);
    expect([...lastOf(later).state.parameters.data].every((w) => Number.isFinite(Number(w)))).toBe(true);
  });

  test("doubles the scale after 2,000 steps without overflow", async () => {
    expect(scaleOf(await eventsOf({ resume: startAt(2 ** 10, 1995), steps: 10 }))).toEqual([2 ** 11, 5]);
  });

  test("gives up where no scale helps", async () => {
    const hopeless: Network = {
      ...options.network,
      recipe: { kind: "hopeless" },
      initialise: () => ({ weight: ndarray(Float32Array.of(1, 1)) }),
      apply: (parameters: Tensors, x: Tensor) =>
        x
          .multiply((parameters as { weight: Tensor }).weight)
          .multiply(60000)
          .multiply(60000),
    };
    const resume = startAt(4, 0, hopeless);
    const failing = eventsOf({ network: hopeless, resume, steps: 10 });
    await expect(failing).rejects.toThrow(TrainingError);
    // At 4, at 2, and at last at 1.
    await expect(failing).rejects.toThrow(/diverged at step 3/);
  });

  test("goes from one precision to the other", async () => {
    const full = lastOf(await eventsOf({ precision: "float32", steps: 5 }));
    expect(full.state.lossScale).toBeUndefined();
    const mixed = await eventsOf({ resume: full, steps: 10 });
    expect(scaleOf(mixed)).toEqual([2 ** 16, 5]);
    expect(
      lastOf(await eventsOf({ precision: "float32", resume: lastOf(mixed), steps: 15 })).state.lossScale,
    ).toBeUndefined();
  });

  test("sums micro-batches, and leaves a step out as a whole", async () => {
    const whole = lossesOf(await eventsOf({ steps: 20 }));
    const parts = lossesOf(await eventsOf({ steps: 20, accumulate: 4 }));
    for (const [k, loss] of parts.entries()) expect(Math.abs(loss / whole[k]! - 1)).toBeLessThan(16 * 2 ** -11);
    const resume = startAt(2 ** 24, 0);
    const events = await eventsOf({ steps: 30, accumulate: 4, resume });
    const skipped = events.reduce((sum, event) => sum + event.skipped!, 0);
    expect(skipped).toBeGreaterThan(0);
    expect(skipped).toBeLessThan(30);
    expect(scaleOf(events)[0]).toBe(2 ** (24 - skipped));
    expect([...lastOf(events).state.average.data].every((w) => Number.isFinite(Number(w)))).toBe(true);
  });

  const images = dataset(
    normal([8, 1, 4, 4], { seed: 5 }),
    Int32Array.from({ length: 8 }, (_, i) => i % 2),
  );
  const networks = {
    unet: unet({ width: 8, multipliers: [1, 1], blocks: 1, attention: 0, classes: 2, dropout: 0.1 }),
    dit: dit({ patch: 2, width: 16, depth: 1, headWidth: 8, classes: 2 }),
  };
  for (const [runtimeName, runtime] of Object.entries({ emulated: emulating, "given to the runtime": claiming }))
    for (const [name, network] of Object.entries(networks))
      test(`trains a ${name}, ${runtimeName}`, async () => {
        const changes = { data: images, network, steps: 3, batch: 4, runtime };
        const mixed = lossesOf(await eventsOf(changes));
        const full = lossesOf(await eventsOf({ ...changes, precision: "float32" }));
        for (const [k, loss] of mixed.entries()) expect(Math.abs(loss / full[k]! - 1)).toBeLessThan(16 * 2 ** -11);
      });

  test("is refused where the runtime has no float16, with the reason and what to do", async () => {
    const refused = eventsOf({ runtime: engine });
    await expect(refused).rejects.toThrow(ArgumentError);
    await expect(refused).rejects.toThrow(/native \(cpu\) has no float16 kernels.*train in "float32"/);
    const silent: Runtime = { ...engine, name: "silent", target: async () => ({ portable: false }) };
    await expect(eventsOf({ runtime: silent })).rejects.toThrow(/silent does not say that it does/);
    await expect(eventsOf({ precision: "float16" as "mixed" })).rejects.toThrow(/float32 or mixed, found float16/);
  });
});
