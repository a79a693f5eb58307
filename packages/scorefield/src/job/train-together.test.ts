import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createRun } from "../run/create-run.ts";
import { loadRun } from "../run/load.ts";
import { resumeRun } from "../run/resume-run.ts";
import type { RunEvent } from "../run/run-event.ts";
import { trainRun } from "../run/train-run.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryStore } from "./memory-store.case.ts";
import { performSteps } from "./perform-steps.ts";
import type { TogetherOptions } from "./together-options.ts";
import type { TogetherEvent } from "./train-in-rounds.ts";
import { trainTogether } from "./train-together.ts";
import type { GradientWork, StepsWork } from "./work.ts";
import { type Perform, workOn } from "./work-on.ts";

const runtime = native({ threads: 1 });
let folder: string;
beforeAll(() => setDefaultRuntime(runtime));
afterAll(() => runtime.dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "together-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const recipe = {
  data: { set: "moons", count: 400 },
  network: { kind: "mlp", width: 8, depth: 2, noiseFeatures: 4 },
  training: { steps: 24, batch: 24 },
  previews: 0,
  seed: 3,
} as const;

const newRun = (name: string) => createRun(recipe as never, { out: join(folder, name) });

/** A queue, a store and workers, which do what `wrap` makes of the work. */
const cluster = (
  workers: readonly string[],
  wrap: (perform: Perform, name: string) => Perform = (perform) => perform,
) => {
  const [queue, store] = [memoryQueue({ lease: 2000 }), memoryStore()];
  const ended = new AbortController();
  const start = (name: string, signal = ended.signal): Promise<void> =>
    workOn({
      queue,
      store,
      name,
      code: "test",
      perform: wrap(
        (work, options) =>
          performSteps(work as StepsWork | GradientWork, { ...options, store, cache: join(folder, "cache") }),
        name,
      ),
      signal,
      renewEvery: 50,
      lookEvery: 5,
    });
  const working = workers.map((name) => start(name));
  const shared = { queue, store, places: 4, lookEvery: 5, code: "test" } satisfies TogetherOptions;
  const end = async (): Promise<void> => {
    ended.abort();
    await Promise.all(working);
  };
  return { queue, store, shared, start, end };
};

const eventsOf = async <T>(events: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> => {
  const all: T[] = [];
  for await (const event of events) {
    all.push(event);
    if (all.length === most) break;
  }
  return all;
};

const parametersOf = async (name: string, step = 24): Promise<Buffer> =>
  readFile(join(folder, name, "checkpoints", `step-${`${step}`.padStart(8, "0")}.safetensors`));

describe("gradients averaged at every step", () => {
  test("are the training of one machine up to rounding", async () => {
    const alone: RunEvent[] = await eventsOf(trainRun(await newRun("alone")));
    const { shared, end } = cluster(["a", "b"]);
    const events = await eventsOf(trainTogether(await newRun("together"), { ...shared, synchronous: true, every: 12 }));
    await end();
    expect(events.map(({ step }) => step)).toEqual([12, 24]);
    expect(events.at(-1)!.heldOutLoss! / alone.at(-1)!.heldOutLoss!).toBeCloseTo(1, 4);
    const [one, other] = [await loadRun(join(folder, "alone")), await loadRun(join(folder, "together"))];
    expect([one.step, other.step]).toEqual([24, 24]);
    const samples = events[0]!.contributions.reduce((sum, { samples }) => sum + samples, 0);
    expect(samples).toBe(12 * 24);
  });
});

describe("places that go apart", () => {
  test("are saved after every round, with who did what, and can be sampled and gone on with alone", async () => {
    const { shared, end } = cluster(["a", "b"]);
    const path = join(folder, "run");
    const events: TogetherEvent[] = await eventsOf(trainTogether(await newRun("run"), { ...shared, every: 6 }), 2);
    const resumed = await resumeRun(path);
    expect(resumed.checkpoint!.step).toBe(12);
    for (const { contributions, missing, stale } of events) {
      expect(contributions.map(({ place, samples }) => [place, samples])).toEqual([0, 1, 2, 3].map((k) => [k, 36]));
      for (const { worker } of contributions) expect(["a", "b"]).toContain(worker);
      expect([missing, stale]).toEqual([[], []]);
    }
    await eventsOf(trainRun(await resumeRun(path)));
    expect((await loadRun(path)).step).toBe(24);
    await end();
  });

  test("come to the same, to the bit, whoever works and whoever coordinates", async () => {
    const one = cluster(["a"]);
    await eventsOf(trainTogether(await newRun("one"), { ...one.shared, every: 6 }));
    await one.end();
    // The coordinator is gone after two rounds; another goes on with other workers and another queue.
    const first = cluster(["a", "b", "c"]);
    await eventsOf(trainTogether(await newRun("other"), { ...first.shared, every: 6 }), 2);
    await first.end();
    const { store } = first;
    const second = memoryQueue();
    const ended = new AbortController();
    const working = workOn({
      ...{ queue: second, store, name: "d", code: "test", signal: ended.signal, lookEvery: 5 },
      perform: (work, options) =>
        performSteps(work as StepsWork, { ...options, store, cache: join(folder, "cache-d") }),
    });
    await eventsOf(trainTogether(await resumeRun(join(folder, "other")), { ...first.shared, queue: second, every: 6 }));
    ended.abort();
    await working;
    expect((await parametersOf("other")).equals(await parametersOf("one"))).toBe(true);
    const record = JSON.parse(await readFile(join(folder, "other", "together.json"), "utf8"));
    expect(record.rounds.map(({ from, to }: { from: number; to: number }) => [from, to])).toEqual([
      [0, 6],
      [6, 12],
      [12, 18],
      [18, 24],
    ]);
  });

  test("go on with another store, which gets what workers need", async () => {
    const first = cluster(["a"]);
    await eventsOf(trainTogether(await newRun("run"), { ...first.shared, every: 6 }), 2);
    await first.end();
    const second = cluster(["b"]);
    const events = await eventsOf(trainTogether(await resumeRun(join(folder, "run")), { ...second.shared, every: 6 }));
    await second.end();
    expect(events.map(({ step }) => step)).toEqual([18, 24]);
    const { project } = JSON.parse(await readFile(join(folder, "run", "together.json"), "utf8"));
    expect(await second.store.has(project)).toBe(true);
  });

  test("close at the deadline with whoever came; who comes late is left out, and the record says so", async () => {
    let release: () => void = () => {};
    const late = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Place 2 of the first round is with a worker that hears nothing of its lease's end.
    const { shared, store, end } = cluster(["a", "b"], (perform) => async (work, options) => {
      if (work.kind === "steps" && work.round === 0 && work.place === 2) {
        await late;
        const performed = await perform(work, { ...options, signal: new AbortController().signal });
        const { workId } = await import("./work.ts");
        await store.putReceipt({ work: workId(work), ...performed, worker: "cut off", seconds: 1 });
        return performed;
      }
      return perform(work, options);
    });
    const events: TogetherEvent[] = [];
    const run = trainTogether(await newRun("run"), { ...shared, every: 6, deadline: 1 });
    for await (const event of run) {
      events.push(event);
      if (event.round === 0) release();
      if (event.round === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await end();
    expect(events[0]!.contributions.map(({ place }) => place)).toEqual([0, 1, 3]);
    expect(events[0]!.missing).toMatchObject([{ place: 2, why: "it did not come before the deadline" }]);
    expect(events.flatMap(({ stale }) => stale)).toEqual([{ round: 0, place: 2, worker: "cut off" }]);
    expect(events.at(-1)!.contributions).toHaveLength(4);
  });

  test("say which work failed where all did, and what to do", async () => {
    const { shared, end } = cluster(["a"], () => async () => {
      throw Object.assign(new Error("the disk is full"), { name: "DataError" });
    });
    await expect(eventsOf(trainTogether(await newRun("run"), shared))).rejects.toThrow(
      /all failed: a: the disk is full; .* --resume/,
    );
    await end();
  });

  test("stop when asked to, and cancel what is under way", async () => {
    const { shared, queue, end } = cluster([]);
    const controller = new AbortController();
    const stopping = setInterval(async () => {
      if ((await queue.list()).length === 4) controller.abort(new Error("stopped"));
    }, 20);
    await expect(
      eventsOf(trainTogether(await newRun("run"), { ...shared, signal: controller.signal })),
    ).rejects.toThrow("stopped");
    clearInterval(stopping);
    expect((await queue.list()).map(({ state }) => state)).toEqual(new Array(4).fill("cancelled"));
    await end();
  });
});

test("what machines cannot train together is refused before anything is written", async () => {
  const { shared, end } = cluster([]);
  await end();
  const run = await newRun("run");
  await expect(eventsOf(trainTogether(run, { ...shared, places: 5 }))).rejects.toThrow(
    /divide the batch of 24, found 5/,
  );
  await expect(eventsOf(trainTogether(run, { ...shared, deadline: 0 }))).rejects.toThrow(/deadline/);
  await expect(eventsOf(trainTogether(run, { ...shared, every: 0.5 }))).rejects.toThrow(/every/);
  await expect(eventsOf(trainTogether(run, { ...shared, speed: 1 } as never))).rejects.toThrow(/speed/);
  const byClock = { ...recipe, training: { minutes: 1, batch: 24 } };
  const other = await createRun(byClock as never, { out: join(folder, "clock") });
  await expect(eventsOf(trainTogether(other, shared))).rejects.toThrow(/goes by the clock/);
  await expect(readFile(join(folder, "run", "run.json"))).rejects.toThrow(/ENOENT/);
});
