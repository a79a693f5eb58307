import { matmul, type NdArray, ndarray, type Runtime, ShapeError, type Tensor, type Tensors } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError, TrainingError } from "../errors.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import { mlp } from "../network/mlp.ts";
import type { Network } from "../network/network.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { dataset } from "./dataset.ts";
import type { Checkpoint } from "./fit-options.ts";
import { flatLayout } from "./flat.ts";
import { checkTraining, type TrainEvent, type TrainOptions } from "./options.ts";
import { train } from "./train.ts";

const engine = native({ threads: 1 });
afterAll(() => engine.dispose());

let open = 0;
/** The native runtime, which counts sessions. */
const runtime: Runtime = {
  ...engine,
  load: async (model) => {
    const session = await engine.load(model);
    open++;
    return {
      ...session,
      dispose: () => {
        open--;
        return session.dispose();
      },
    };
  },
};

const options: TrainOptions = {
  data: normal([50, 2], { seed: 1 }),
  process: edm(),
  network: mlp({ width: 8, depth: 2, noiseFeatures: 4 }),
  steps: 150,
  batch: 16,
  seed: 3,
  // Independent of the number of steps, so that a short training is the start of a long one.
  warmUp: 20,
  decay: "constant",
  runtime,
};

const eventsOf = async (changes: Partial<TrainOptions> = {}): Promise<TrainEvent[]> => {
  const events = [];
  for await (const event of train({ ...options, ...changes })) events.push(event);
  expect(open).toBe(0);
  return events;
};
const lastOf = async (changes: Partial<TrainOptions> = {}): Promise<Checkpoint> =>
  (await eventsOf(changes)).at(-1)!.checkpoint;

describe("events", () => {
  test("count steps, and carry loss, rate and a checkpoint", async () => {
    const seen: TrainEvent[] = [];
    const events = await eventsOf({ decay: "cosine", learningRate: 0.01, onProgress: (event) => seen.push(event) });
    expect(seen).toEqual(events);
    expect(events.map(({ step, steps }) => [step, steps])).toEqual([
      [75, 150],
      [150, 150],
    ]);
    for (const event of events) {
      // In float64, to the last digit.
      expect(event.losses.reduce((sum, loss) => sum + loss, 0) / event.losses.length).toBe(event.loss);
      expect(event.losses.every((loss) => loss > 0)).toBe(true);
      expect(event.gradientNorm).toBeGreaterThan(0);
      expect(event.samplesPerSecond).toBeGreaterThan(0);
      expect(event.checkpoint.step).toBe(event.step);
    }
    expect(events.map(({ losses }) => losses.length)).toEqual([75, 75]);
    expect(events[0]!.learningRate).toBeCloseTo(0.005 * (1 + Math.cos((Math.PI * 54) / 130)), 9);
    // The zero output of a fresh network makes the EDM-weighted loss 1 on data of unit deviation, up to chance.
    expect(Math.abs(events[0]!.losses[0]! - 1)).toBeLessThan(1.5);
  });

  test("a few steps move every parameter", async () => {
    const { network, data, seed } = options;
    const initial = network.initialise(data.shape.slice(1), seed!);
    const { parameters } = (await lastOf({ steps: 5 })).state;
    const before = flatLayout(initial).flatten(initial);
    const still = flatLayout(initial).entries.filter(({ offset, shape }) => {
      const end = offset + shape.reduce((product, n) => product * n, 1);
      for (let i = offset; i < end; i++) if (parameters.data[i] === before.data[i]) return true;
      return false;
    });
    expect(still).toEqual([]);
  });

  test("the average is the warmed-up moving average of the parameters, step by step", async () => {
    const { network, data, seed } = options;
    const initial = network.initialise(data.shape.slice(1), seed!);
    let average = Array.from(flatLayout(initial).flatten(initial).data as Float32Array);
    let resume: Checkpoint | undefined;
    for (let step = 0; step < 12; step++) {
      resume = await lastOf({ steps: step + 1, averageDecay: 0.5, ...(resume && { resume }) });
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      const { parameters } = resume.state;
      average = average.map((value, i) => decay * value + (1 - decay) * Number(parameters.data[i]));
    }
    for (const [i, value] of average.entries())
      expect(Math.abs(Number(resume!.state.average.data[i]) - value)).toBeLessThan(1e-6);
  });
});

describe("reproducibility", () => {
  test("the same seed trains the same network, bit for bit; another seed another", async () => {
    const first = await lastOf();
    expect(await lastOf()).toEqual(first);
    expect((await lastOf({ seed: 4 })).state.parameters.data).not.toEqual(first.state.parameters.data);
  });

  test("resuming at any step continues bit for bit, although the blocks fall elsewhere", async () => {
    const whole = await lastOf({ adam: { weightDecay: 0.01 } });
    for (const step of [1, 37, 100, 149]) {
      const resume = await lastOf({ steps: step, adam: { weightDecay: 0.01 } });
      expect(resume.step).toBe(step);
      expect(await lastOf({ resume, adam: { weightDecay: 0.01 } }), `at step ${step}`).toEqual(whole);
    }
  });

  test("resuming at the last step gives the model, without an event", async () => {
    const resume = await lastOf();
    const training = train({ ...options, resume });
    for await (const _ of training) throw new Error("expected no event");
    const { parameters } = await training.result;
    expect(flatLayout(parameters).flatten(parameters).data).toEqual(resume.state.average.data);
  });
});

describe("the result", () => {
  test("is the model of the averaged parameters, whether iterated or not", async () => {
    const training = train(options);
    let last: TrainEvent | undefined;
    for await (const event of training) last = event;
    const iterated = await training.result;
    expect(flatLayout(iterated.parameters).flatten(iterated.parameters).data).toEqual(
      last!.checkpoint.state.average.data,
    );
    expect(iterated.shape).toEqual([2]);
    expect(iterated.process).toBe(options.process);
    expect((await train(options).result).parameters).toEqual(iterated.parameters);
    expect(open).toBe(0);
  });

  test("leaving the iteration early rejects it and frees the sessions", async () => {
    const training = train(options);
    for await (const _ of training) break;
    expect(open).toBe(0);
    await expect(training.result).rejects.toThrow(TrainingError);
    await expect(training.result).rejects.toThrow(/stopped before its last step/);
  });

  test("leaving at the last event does not: all steps are done", async () => {
    const training = train(options);
    for await (const { step, steps } of training) if (step === steps) break;
    expect((await training.result).parameters).toBeDefined();
    expect(open).toBe(0);
  });

  test("can be read twice, but training runs once", async () => {
    const training = train({ ...options, steps: 3 });
    expect(await training.result).toBe(await training.result);
    expect(() => training[Symbol.asyncIterator]()).toThrow(/already under way/);
  });

  test("an error that nobody reads ends nothing", async () => {
    const unread = train({ ...options, batch: 0 });
    await expect(unread[Symbol.asyncIterator]().next()).rejects.toThrow(ArgumentError);
    void train({ ...options, batch: 0 }).result;
    const aborted = train({ ...options, signal: AbortSignal.abort() });
    void aborted.result;
    // Vitest fails the run on an unhandled rejection; leave it the time to appear.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

describe("stopping", () => {
  test("aborting rejects with the signal's reason, after the block under way", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const training = train({ ...options, steps: 100_000, signal: controller.signal });
    let events = 0;
    const iterate = async () => {
      for await (const _ of training) if (++events === 3) controller.abort(reason);
    };
    await expect(iterate()).rejects.toBe(reason);
    await expect(training.result).rejects.toBe(reason);
    expect(events).toBe(3);
    expect(open).toBe(0);
  });

  test("a timer can abort a result", async () => {
    const { result } = train({ ...options, steps: 10_000_000, signal: AbortSignal.timeout(200) });
    await expect(result).rejects.toThrow(/timeout/i);
    expect(open).toBe(0);
  });

  test("an error in onProgress, in a network or in noise levels is the training's error", async () => {
    const thrower = () => {
      throw new Error("mine");
    };
    await expect(train({ ...options, onProgress: thrower }).result).rejects.toThrow("mine");
    await expect(train({ ...options, network: { ...options.network, apply: thrower } }).result).rejects.toThrow("mine");
    const objective = {
      recipe: { kind: "x" },
      loss: thrower,
      noiseDistribution: { recipe: { kind: "x" }, time: thrower },
    };
    await expect(train({ ...options, objective }).result).rejects.toThrow("mine");
    // Thrown while a block runs: the first inputs are fine, the next are not.
    let calls = 0;
    const time = () => (calls++ < 100 * 16 ? 0.5 : thrower());
    const { denoising } = await import("../objective/denoising.ts");
    const late = denoising({ noiseDistribution: { recipe: { kind: "x" }, time } });
    await expect(train({ ...options, objective: late }).result).rejects.toThrow("mine");
    expect(open).toBe(0);
  });
});

describe("divergence", () => {
  const names = /in (input|hidden\.0|output)\.(weight|bias)/;

  test("a huge learning rate: the error names step, loss, gradient, parameter and rate", async () => {
    const { result } = train({ ...options, learningRate: 1e25, warmUp: 0 });
    await expect(result).rejects.toThrow(TrainingError);
    await expect(result).rejects.toThrow(/training diverged at step \d+: loss (NaN|Infinity|-Infinity|\d)/);
    await expect(result).rejects.toThrow(/largest gradient (NaN|Infinity|[\d.e+]+) in/);
    await expect(result).rejects.toThrow(names);
    await expect(result).rejects.toThrow(/learning rate 1e\+25; lower the learning rate/);
    expect(open).toBe(0);
  });

  test("is found at its own step, in the middle of a block", async () => {
    // Row 7 alone is out of range, and the order of rows says when it is drawn.
    const data = normal([50, 2], { seed: 1 });
    data.data[14] = 1e30;
    const { permutation } = await import("../random/permutation.ts");
    const position = permutation(50, { seed: 3, step: 0 }).data.indexOf(7);
    const { result } = train({ ...options, data, batch: 1 });
    await expect(result).rejects.toThrow(`training diverged at step ${position + 1}: loss Infinity`);
    await expect(result).rejects.toThrow(names);
    await expect(result).rejects.toThrow(`learning rate ${(1e-3 * Math.min(20, position + 1)) / 20}`);
    expect(position).toBeGreaterThan(0);
    expect(open).toBe(0);
  });
});

describe("bad options", () => {
  const rejected = (changes: Partial<TrainOptions>) => expect(train({ ...options, ...changes }).result).rejects;
  const withValue = (value: number): NdArray<"float32"> => {
    const data = normal([50, 2], { seed: 1 });
    data.data[9] = value;
    return data;
  };

  test("data that are not finite are found by sample", async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e39])
      await rejected({ data: withValue(value) }).toThrow(/expected finite data, found (NaN|Infinity) in sample 4/);
    await rejected({ data: withValue(Number.NaN) }).toThrow(ArgumentError);
  });

  test("data of another type or shape", async () => {
    await rejected({ data: ndarray(new Float64Array(4), [2, 2]) as never }).toThrow(ShapeError);
    await rejected({ data: ndarray(new Float32Array(4)) }).toThrow(/found float32\[4\]/);
    await rejected({ data: ndarray(new Float32Array(0), [0, 2]) }).toThrow(ShapeError);
    await rejected({ data: ndarray(new Float32Array(0), [2, 0]) }).toThrow(ShapeError);
  });

  test("unknown options, and what stands for a thing without being one", async () => {
    await rejected({ step: 5 } as never).toThrow(/train: unknown option step; .*did you mean steps/);
    await rejected({ data: [[1, 2]] as never }).toThrow(/expected an NdArray or a dataset, found .*fromNested/);
    await rejected({ data: undefined as never }).toThrow(ArgumentError);
    await rejected({ network: "mlp" as never }).toThrow(
      /train network: expected a network such as mlp\(\), found "mlp"/,
    );
    await rejected({ network: mlp as never }).toThrow(ArgumentError);
    await rejected({ process: "edm" as never }).toThrow(/a process such as edm\(\)/);
    await rejected({ objective: "denoising" as never }).toThrow(/an objective such as denoising\(\)/);
    await rejected({ preconditioning: "edm" as never }).toThrow(ArgumentError);
    await rejected({ precision: "half" as never }).toThrow(ArgumentError);
    await rejected({ minutes: 1 }).toThrow(/found steps and minutes/);
    await rejected({ heldOut: normal([4, 3], { seed: 0 }) }).toThrow(/samples of shape \[2\] as training has/);
    await expect(train(undefined as never).result).rejects.toThrow(ArgumentError);
    expect(() => checkTraining({ ...options, step: 5 } as never)).toThrow(ArgumentError);
  });

  test("data of another scale than the preconditioning's", async () => {
    const scaled = (factor: number, offset = 0): NdArray<"float32"> => {
      const data = normal([50, 2], { seed: 1 });
      for (let i = 0; i < 100; i++) data.data[i] = factor * data.data[i]! + offset;
      return data;
    };
    for (const data of [scaled(1e5), scaled(1, 1e5), dataset(scaled(1e5)), scaled(1e-3), scaled(1e-12)])
      await rejected({ data }).toThrow(
        /scale of the preconditioning, which is 1, found a root mean square of .*standardise/,
      );
    await rejected({ data: scaled(60), preconditioning: edmPreconditioning({ sigmaData: 0.5 }) }).toThrow(
      ArgumentError,
    );
    // Within a factor of a hundred, or for a preconditioning of that scale, they are taken; so is a single extreme row.
    await lastOf({ steps: 1, data: scaled(30) });
    await lastOf({ steps: 1, data: scaled(0.02) });
    await lastOf({ steps: 1, data: scaled(1e-3), preconditioning: edmPreconditioning({ sigmaData: 1e-3 }) });
    await lastOf({ steps: 1, data: scaled(1e5), preconditioning: edmPreconditioning({ sigmaData: 1e5 }) });
    await lastOf({ steps: 1, data: withValue(1e6) });
    // A constant column beside another, samples most of which are 0, and nothing but zeros.
    const some = (keep: (i: number) => boolean): NdArray<"float32"> => {
      const data = scaled(1);
      return { ...data, data: data.data.map((value, i) => (keep(i) ? value : 0)) };
    };
    for (const keep of [(i: number) => i % 2 === 0, (i: number) => i < 10, () => false])
      await lastOf({ steps: 1, data: some(keep) });
  });

  test("numbers out of range", async () => {
    for (const changes of [
      { steps: 0 },
      { steps: 1.5 },
      { batch: 0 },
      { batch: 1e9 },
      { averageDecay: 1 },
      { learningRate: 0 },
      { warmUp: -1 },
      { adam: { beta1: 2 } },
    ])
      await rejected(changes).toThrow(ArgumentError);
  });

  test("augmentation of samples that are no images, or for a network that cannot be conditioned on it", async () => {
    const augmentation = { probability: 0.1 };
    await rejected({ augmentation }).toThrow(
      /expected images \[channels, height, width\], found samples of shape \[2\]/,
    );
    const data = normal([8, 1, 4, 4], { seed: 1 });
    await rejected({ augmentation, data }).toThrow(
      /conditioned on 9 numbers of augmentation, found mlp with 0; set its/,
    );
    // Conditioned on them, it learns; its parameters for labels move only if labels reach it.
    const inner = mlp({ width: 8, depth: 1 });
    const network: Network = {
      ...inner,
      augmentation: 9,
      initialise: (shape, seed) => ({ inner: inner.initialise(shape, seed), labels: normal([9, 16], { seed }) }),
      apply: (parameters, x, noiseLevel, { augmentation: labels } = {}) => {
        const own = parameters as unknown as { inner: Tensors; labels: Tensor };
        const shift = matmul(labels!, own.labels).reshape(x.shape);
        return inner.apply(own.inner, x, noiseLevel).add(shift);
      },
    };
    const { state } = await lastOf({ augmentation, data, network, steps: 20, batch: 8 });
    const before = normal([9, 16], { seed: 3 }).data;
    const after = state.parameters.data.slice(-144) as Float32Array;
    expect(after.filter((value, i) => value !== before[i]).length).toBe(144);
  });

  test("a checkpoint of another network, of a later step, or with parts missing", async () => {
    const resume = await lastOf({ steps: 2 });
    await rejected({ resume, network: mlp({ width: 9 }) }).toThrow(ShapeError);
    await rejected({ resume, network: mlp({ width: 9 }) }).toThrow(
      /to resume from, found float32\[\d+\]; is it another/,
    );
    const { average: _, ...rest } = resume.state;
    await rejected({ resume: { ...resume, state: rest as never } }).toThrow(/average float32\[\d+\] .* found nothing/);
    await rejected({ resume, steps: 1 }).toThrow(/cannot resume at step 2 of 1/);
    await rejected({ resume: { ...resume, step: 1.5 } }).toThrow(ArgumentError);
    expect(open).toBe(0);
  });
});
