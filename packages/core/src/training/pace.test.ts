import { type Runtime, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import type { TrainEvent, TrainOptions } from "./options.ts";
import { checkPace, courseInTime, courseOfPace, type Pace } from "./pace.ts";
import { train } from "./train.ts";

/** Milliseconds that a clock shows, moved by hand. */
const handClock = () => {
  let time = 5000;
  return {
    now: () => time,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
};

/**
 * A course by the clock until its end.
 * @param stepTime milliseconds of a step at a share of the time
 * @param between milliseconds that a consumer takes after a block
 */
const walk = (
  total: number,
  block: number,
  stepTime: (used: number) => number,
  between: (share: number) => number = () => 0,
) => {
  const clock = handClock();
  const begun = clock.now();
  const used = () => (clock.now() - begun) / total;
  const course = courseInTime({ at: begun + total, now: clock.now }, block);
  const shares: { share: number; used: number }[] = [];
  let step = 0;
  for (; !course.ended(step); step += block) {
    course.plan(step);
    for (let k = 0; k < block; k++) clock.pass(stepTime(used()));
    course.note(block);
    shares.push({ share: course.share(step + block), used: used() });
    clock.pass(between(course.share(step + block)));
  }
  return { step, used: used(), shares, pace: course.pace()!, steps: course.steps(step) };
};

describe("a course by the clock", () => {
  test.each([
    ["at an even speed", () => 10],
    ["when the speed drops to a third midway", (used: number) => (used < 0.5 ? 10 : 30)],
    ["when the speed triples midway", (used: number) => (used < 0.5 ? 30 : 10)],
    ["when the speed changes all the time", (used: number) => 10 + 20 * Math.sin(40 * used) ** 2],
  ])("ends within a hundredth of the time, with shares that follow the time used: %s", (_, stepTime) => {
    const { used, shares, pace, step, steps } = walk(600_000, 10, stepTime);
    expect(Math.abs(used - 1)).toBeLessThan(0.01);
    for (const at of shares) expect(Math.abs(at.share - at.used)).toBeLessThan(0.02);
    for (const [i, { share }] of shares.entries()) expect(share).toBeGreaterThanOrEqual(shares[i - 1]?.share ?? 0);
    expect(shares.at(-1)!.share).toBe(1);
    expect(steps).toBe(step);
    checkPace("test", pace);
    expect(pace.length).toBeLessThan(800);
  });

  test("leaves room for what happens between blocks, such as pictures", () => {
    let drawn = 0;
    const picture = (share: number): number => {
      if (share < (drawn + 1) / 10 || drawn === 9) return 0;
      drawn++;
      return 6000;
    };
    const { used, shares } = walk(600_000, 10, () => 10, picture);
    expect(drawn).toBe(9);
    expect(Math.abs(used - 1)).toBeLessThan(0.01);
    for (const at of shares) expect(Math.abs(at.share - at.used)).toBeLessThan(0.1);
  });

  test("of a few slow blocks ends within the time, and less than a block before it", () => {
    for (const blocks of [2, 3.3, 5.6, 10]) {
      const { used, shares } = walk(blocks * 1000, 1, () => 1000);
      expect(used).toBeLessThanOrEqual(1 + 1e-9);
      expect((1 - used) * blocks).toBeLessThan(1);
      expect(shares.at(-1)!.share).toBe(1);
    }
  });

  test("stops after a block where no other would end in time, whatever slowed the steps down", () => {
    expect(walk(100, 1, () => 1000).step).toBe(1);
    const { used, step, steps, pace, shares } = walk(60_000, 1, (used) => (used < 0.4 ? 5000 : 20_000));
    expect(used).toBeLessThanOrEqual(1);
    expect([shares.at(-1)!.share, steps, pace.at(-1)]).toEqual([1, step, [step, 1]]);
    // The last step is there twice, so that the schedule of the steps that were done is the same when they are repeated.
    expect(pace.at(-2)![0]).toBe(step);
    expect(pace.at(-2)![1]).toBeLessThan(1);
    checkPace("test", pace);
    expect(courseOfPace(pace).share(step - 0.5)).toBeLessThan(pace.at(-2)![1]);
    expect([courseOfPace(pace).share(step), courseOfPace(pace).ended(step)]).toEqual([1, true]);
  });

  test("keeps a reserve for the end, asked for as it goes", () => {
    const clock = handClock();
    const begun = clock.now();
    let reserve = 0;
    const course = courseInTime({ at: begun + 100_000, now: clock.now, reserve: () => reserve }, 10);
    let step = 0;
    for (; !course.ended(step); step += 10) {
      course.plan(step);
      clock.pass(100);
      course.note(10);
      if (step > 2000) reserve = 10_000;
    }
    expect(Math.abs((clock.now() - begun) / 90_000 - 1)).toBeLessThan(0.01);
  });

  test("that has run out does one block", () => {
    const clock = handClock();
    const course = courseInTime({ at: clock.now() - 1, now: clock.now }, 4);
    course.plan(0);
    expect([course.planned(), course.share(4), course.ended(4)]).toEqual([4, 1, true]);
  });
});

test("a pace says the share after every step", () => {
  const course = courseOfPace([
    [10, 0],
    [20, 0.5],
    [25, 1],
  ]);
  expect([0, 5, 10, 12, 20, 22, 25].map(course.share)).toEqual([0, 0, 0, 0.1, 0.5, 0.7, 1]);
  expect([course.steps(3), course.ended(24), course.ended(25)]).toEqual([25, false, true]);
});

test("a bad pace is refused", () => {
  for (const pace of [
    [],
    [[0, 0]],
    [[1.5, 0]],
    [[0, 1]],
    [
      [2, 0.5],
      [2, 0.7],
    ],
    [
      [2, 0.5],
      [2, 1],
      [3, 1],
    ],
    [
      [2, 0.5],
      [4, 0.4],
    ],
    [[2, 1.5]],
    [3],
    "fast",
    [[1, Number.NaN]],
  ])
    expect(() => checkPace("train", pace as never), JSON.stringify(pace)).toThrow(ArgumentError);
});

const engine = native({ threads: 1 });
afterAll(() => engine.dispose());

/** A runtime whose every call takes the number of milliseconds that its speed at that time says. */
const timed = (duration: (time: number) => number) => {
  const clock = { time: 0 };
  const runtime: Runtime = {
    ...engine,
    load: async (model) => {
      const session = await engine.load(model);
      return {
        ...session,
        run: (inputs) => {
          clock.time += duration(clock.time);
          return session.run(inputs);
        },
      };
    },
  };
  return { runtime, now: () => clock.time };
};

const options: Omit<TrainOptions, "steps"> = {
  data: normal([50, 2], { seed: 1 }),
  process: edm(),
  network: mlp({ width: 8, depth: 2, noiseFeatures: 4 }),
  batch: 16,
  seed: 3,
};
const eventsOf = async (changes: Partial<TrainOptions>): Promise<TrainEvent[]> => {
  const events = [];
  for await (const event of train({ ...options, ...changes })) events.push(event);
  return events;
};

describe("training within a time", () => {
  /** 100 blocks of training at first, of a third of the speed from the middle on. */
  const slowing = async (changes: Partial<TrainOptions> = {}) => {
    const { runtime, now } = timed((time) => (time < 50_000 ? 1000 : 3000));
    const events = await eventsOf({ runtime, deadline: { at: 100_000, now }, ...changes });
    return { events, time: now(), last: events.at(-1)! };
  };

  test("ends in time though the speed drops to a third midway, at the end of its schedule", async () => {
    const { events, time, last } = await slowing();
    expect(Math.abs(time / 100_000 - 1)).toBeLessThan(0.05);
    expect([last.share, last.step]).toEqual([1, last.steps]);
    expect(events.length).toBeGreaterThan(60);
    expect(events.slice(0, -1).every(({ step, steps }) => step < steps)).toBe(true);
    const peak = options.network!.learningRate;
    expect(last.learningRate / peak).toBeLessThan(0.005);
    // Half the time: half of the cosine, for any number of steps.
    const middle = events.find(({ share }) => share >= 0.5)!;
    expect(Math.abs(middle.learningRate / peak - 0.5)).toBeLessThan(0.03);
    expect(middle.step / last.step).toBeGreaterThan(0.7);
  });

  test("of few slow steps ends in time, the held-out loss and what follows included, and is repeated to the bit", async () => {
    // The held-out loss is loaded first. Its 256 samples take a third longer than a step of 64.
    const clock = { time: 0, loaded: 0 };
    const runtime: Runtime = {
      ...engine,
      load: async (model) => {
        const session = await engine.load(model);
        const duration = clock.loaded++ === 0 ? 13_000 : 10_000;
        return {
          ...session,
          run: (inputs) => {
            clock.time += duration;
            return session.run(inputs);
          },
        };
      },
    };
    const heldOut = normal([20, 8, 64], { seed: 2 });
    const data = normal([50, 8, 64], { seed: 1 });
    const slow = { runtime, data, heldOut, batch: 64, network: mlp({ width: 128, depth: 2 }) };
    const reserve = () => 5000;
    const events = await eventsOf({ ...slow, deadline: { at: 60_000, now: () => clock.time, reserve } });
    expect(clock.time).toBeLessThanOrEqual(55_000);
    expect(clock.time).toBeGreaterThan(40_000);
    const last = events.at(-1)!;
    expect([last.share, last.heldOutLoss]).toEqual([1, expect.any(Number)]);
    const pace = JSON.parse(JSON.stringify(last.checkpoint.pace)) as Pace;
    const repeated = (await eventsOf({ ...slow, runtime: engine, pace })).at(-1)!;
    expect([repeated.step, repeated.share, repeated.heldOutLoss]).toEqual([last.step, 1, last.heldOutLoss]);
    const bytesOf = ({ checkpoint }: TrainEvent) => Buffer.from(checkpoint.state.parameters.data.buffer);
    expect(bytesOf(repeated).equals(bytesOf(last))).toBe(true);
  });

  test("is repeated to the bit by its pace, without a clock", async () => {
    const average = { kind: "power", widths: [0.1, 0.2] } as const;
    const { last } = await slowing({ average });
    const pace = JSON.parse(JSON.stringify(last.checkpoint.pace)) as Pace;
    const repeated = (await eventsOf({ runtime: engine, pace, average })).at(-1)!;
    expect(repeated.checkpoint).toEqual(last.checkpoint);
    expect([repeated.step, repeated.share]).toEqual([last.step, 1]);
  });

  test("goes on from a checkpoint, and the whole course is repeated by the last pace", async () => {
    const { events } = await slowing();
    const resume = events[20]!.checkpoint;
    const { runtime, now } = timed(() => 2000);
    const left = (1 - events[20]!.share) * 100_000;
    const second = await eventsOf({ runtime, deadline: { at: left, now }, resume });
    expect(Math.abs(now() / left - 1)).toBeLessThan(0.05);
    expect(second[0]!.share).toBeGreaterThanOrEqual(events[20]!.share);
    const last = second.at(-1)!;
    const { pace } = last.checkpoint;
    expect((await eventsOf({ runtime: engine, pace: pace! })).at(-1)!.checkpoint).toEqual(last.checkpoint);
    // So is the rest of it from the middle.
    expect((await eventsOf({ runtime: engine, pace: pace!, resume })).at(-1)!.checkpoint).toEqual(last.checkpoint);
    // At its end there is nothing left to do.
    expect(await eventsOf({ runtime, deadline: { at: now() + 1e6, now }, resume: last.checkpoint })).toEqual([]);
  });

  test("looks at held-out data that take long are few, and the end comes in time with one", async () => {
    const clock = { time: 0 };
    let loaded = 0;
    // The held-out loss is the first to be loaded.
    const runtime: Runtime = {
      ...engine,
      load: async (model) => {
        const session = await engine.load(model);
        const duration = loaded++ === 0 ? 4000 : 1000;
        return {
          ...session,
          run: (inputs) => {
            clock.time += duration;
            return session.run(inputs);
          },
        };
      },
    };
    const heldOut = normal([20, 2], { seed: 2 });
    const events = await eventsOf({ runtime, heldOut, deadline: { at: 100_000, now: () => clock.time } });
    expect(Math.abs(clock.time / 100_000 - 1)).toBeLessThan(0.05);
    const looked = events.filter(({ heldOutLoss }) => heldOutLoss !== undefined);
    expect(looked.length).toBeGreaterThan(1);
    expect(looked.length).toBeLessThan(5);
    expect(looked.at(-1)).toBe(events.at(-1));
  });

  test("by minutes, of the computer's clock", async () => {
    const begun = performance.now();
    const events = await eventsOf({ runtime: engine, minutes: 2 / 60 });
    // Compiling counts; a machine at other work as well may hold the last block up.
    expect(performance.now() - begun).toBeGreaterThan(1500);
    expect(events.at(-1)!.share).toBe(1);
  });

  test("a training by steps is not continued by the clock", async () => {
    const resume = (await eventsOf({ runtime: engine, steps: 5 })).at(-1)!.checkpoint;
    await expect(eventsOf({ runtime: engine, minutes: 1, resume })).rejects.toThrow(/pace of a training by the clock/);
    const fresh = { step: 0, state: { ...resume.state, parameters: zeros(resume.state.parameters.shape) } };
    expect((await eventsOf({ runtime: engine, minutes: 0.001, resume: fresh })).length).toBeGreaterThan(0);
  });
});
