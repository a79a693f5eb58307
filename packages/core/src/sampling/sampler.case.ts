/** What every sampler must do, with any method: a suite that each of them passes. */
import { type FloatType, type NdArray, ndarray, type Runtime, ShapeError, zeros } from "@scorefield/tensor";
import { checks } from "@scorefield/verify";
import { counted } from "@scorefield/verify/internal";
import { describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { mixtureOf } from "../model/composition/mixture.ts";
import { productOf } from "../model/composition/product.ts";
import { conditional } from "../model/conditional.ts";
import { exact } from "../model/exact.ts";
import { exactClasses } from "../model/exact-classes.ts";
import { classifierFreeGuidance, guided } from "../model/guidance/classifier-free.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import type { AnySampler } from "./adaptive-sampler.ts";
import { plan, priorDraw, startDeviation } from "./plan.ts";
import { type SampleEvent, sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { sampleTrajectory } from "./trajectory.ts";
import { expectTruth } from "./truths.case.ts";

const process = edm({ sigmaMin: 0.02, sigmaMax: 20 });
const modes = [gaussian({ mean: [-1, 0], covariance: 0.1 }), gaussian({ mean: [1, 1], covariance: 0.3 })];
const known = exact(
  gaussianMixture({
    weights: [0.4, 0.6],
    means: [
      [-1, 0],
      [1, 1],
    ],
    covariances: [0.1, 0.3],
  }),
  process,
);
const classes = exactClasses(modes, process, { weights: [2, 3] });
const [first, second] = modes.map((density) => exact(density, process)) as [typeof known, typeof known];
const interval = [0.2, 3] as const;

/** Settings of {@link samplerSuite}. */
export interface SamplerSuite {
  readonly runtime: Runtime;
  /** Whether samples differ from one batch to another by more than rounding, as adaptive steps may in float32. */
  readonly rounding?: Partial<Record<FloatType, number>>;
  /** Only how samples depend on each other and what is evaluated, for variants of a sampler that passes all. */
  readonly brief?: boolean;
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};
const isAdaptive = (sampler: AnySampler) => "attempt" in sampler;

/** What a sampler says that it evaluates, for `attempts` where it is adaptive. */
const declared = (sampler: AnySampler, attempts: number): number =>
  "attempt" in sampler
    ? sampler.evaluationsToStart + attempts * sampler.evaluationsPerAttempt + (sampler.denoiseLast ? 1 : 0)
    : evaluations(sampler, process);

/**
 * Tests of a sampler: finite samples in both element types; sample i by the seed and i alone; evaluations as declared, announced
 * and counted; states on the way; states given to start from; bad grids; guidance within an interval,
 * compositions, and a class for each row.
 * @param make the sampler, of few steps
 */
export const samplerSuite = (
  name: string,
  make: () => AnySampler,
  { runtime, rounding: { float32 = 2e-5, float64 = 1e-7 } = {}, brief = false }: SamplerSuite,
): void => {
  const count = 7;
  const draw = async <D extends FloatType = "float64">(
    model: ScoreModel,
    options: object = {},
    dtype = "float64" as D,
  ) => sample<D>(model, { count, batch: count, seed: 5, sampler: make(), dtype, runtime, ...options });

  describe(name, () => {
    test("sample i depends on the seed and i alone, not on the count or the batch", async () => {
      const types = [
        ["float64", float64],
        ["float32", float32],
      ] as const;
      for (const [dtype, most] of brief ? types.slice(0, 1) : types) {
        const all = await draw(known, {}, dtype);
        expect((await draw(known, {}, dtype)).data, "the same again, bit for bit").toEqual(all.data);
        const parts = await draw(known, { batch: 3 }, dtype);
        const fewer = await draw(known, { batch: 3, count: 5 }, dtype);
        expect(fewer.data, "a shorter run in the same batches").toEqual(parts.data.slice(0, 10));
        for (const other of [parts, await draw(known, { batch: 1 }, dtype)])
          expect(largest(other.data, all.data), dtype).toBeLessThan(most);
        const changed = (await draw(known, { seed: 6 }, dtype)).data;
        for (const [i, value] of all.data.entries()) expect(changed[i]).not.toBe(value);
      }
    });

    test("evaluations are as declared, as announced, and as counted; states come in order", async () => {
      const sampler = make();
      const counter = counted(known);
      const events: SampleEvent[] = [];
      const samples = await sample(
        { ...counter.model, logDensity: known.logDensity },
        {
          count,
          seed: 5,
          sampler,
          dtype: "float64",
          runtime: counter.runtime(runtime),
          onProgress: (event) => events.push(event),
        },
      );
      const last = events.at(-1)!;
      const attempts = events.length - (sampler.denoiseLast ? 1 : 0);
      expect(counter.count()).toBe(last.evaluations);
      expect(declared(sampler, attempts)).toBe(last.evaluations);
      expect(events.map(({ step }) => step)).toEqual(events.map((_, k) => k + 1));
      expect([last.step, last.t]).toEqual([last.steps, sampler.denoiseLast ? 0 : last.t]);
      expect(last.x.data).toEqual(samples.data);
      for (const [k, { evaluations: made, t, step, steps }] of events.entries()) {
        if (k > 0) expect(made).toBeGreaterThanOrEqual(events[k - 1]!.evaluations);
        if (k < events.length - 1) expect(step).toBeLessThan(steps);
        const rises = "restarts" in sampler && sampler.restarts;
        if (k > 0 && !rises) expect(t).toBeLessThanOrEqual(events[k - 1]!.t);
      }
    });

    test("guidance within an interval: each sample its own, and evaluations counted", async () => {
      const sampler = make();
      const [c, u] = [counted(first), counted(second)];
      const announced: number[] = [];
      const model = classifierFreeGuidance(c.model, u.model, { weight: 1.5, interval });
      const options = { seed: 5, count, sampler, dtype: "float64" } as const;
      // MALA asks for a density, which a guided model has none of.
      const drawn = sample(model, {
        ...options,
        runtime: c.runtime(u.runtime(runtime)),
        onProgress: (event) => announced.push(event.evaluations),
      });
      if (sampler.recipe.kind === "mala")
        return await expect(drawn).rejects.toThrow(/expected a model with logDensity/);
      const all = await drawn;
      expect(c.count() + u.count()).toBe(announced.at(-1));
      if (!isAdaptive(sampler)) expect(announced.at(-1)!).toBeLessThanOrEqual(2 * declared(sampler, 0));
      const alone = await sample(model, { ...options, batch: 1, runtime });
      expect(largest(alone.data, all.data)).toBeLessThan(float64);
      const labels = [0, 1, null, 1, 0, 0, 1];
      const byClass = guided(classes, { weight: 1.5, interval });
      const given = await draw(byClass, { batch: 3, given: { class: labels } });
      const ones = await draw(conditional(byClass, 1));
      for (const i of [1, 3, 6])
        expect(largest(given.data.slice(2 * i, 2 * i + 2), ones.data.slice(2 * i, 2 * i + 2))).toBeLessThan(float64);
    });

    if (brief) return;

    test("every state of a trajectory is one of the run's, or an adaptive sampler is refused", async () => {
      const sampler = make();
      const options = { count, seed: 5, dtype: "float64", runtime } as const;
      if ("attempt" in sampler) {
        const tried = sampleTrajectory(known, { ...options, sampler: sampler as never });
        await expect(tried).rejects.toThrow(/found an adaptive one/);
        return;
      }
      const events: SampleEvent[] = [];
      const {
        states,
        times,
        evaluations: made,
      } = await sampleTrajectory(known, {
        ...options,
        sampler,
        onProgress: (event) => events.push(event),
      });
      expect(times).toHaveLength(events.length + 1);
      expect(times.slice(1)).toEqual(events.map(({ t }) => t));
      expect(made).toBe(events.at(-1)!.evaluations);
      for (const [k, { x }] of events.entries())
        expect(states.data.slice(2 * count * (k + 1), 2 * count * (k + 2))).toEqual(x.data);
    });

    test("states given to start from", async () => {
      const sampler = make();
      const start = "attempt" in sampler ? process.times.last : plan(sampler, process).start;
      const initial = priorDraw([count, 2], { seed: 5, firstSample: 0, dtype: "float64" }) as NdArray<"float64">;
      for (let i = 0; i < initial.data.length; i++) initial.data[i]! *= startDeviation(process, start);
      expect((await draw(known, { initial })).data).toEqual((await draw(known)).data);
      await expect(draw(known, { initial: zeros([count, 3], "float64") })).rejects.toThrow(ShapeError);
      await expect(draw(known, { initial: zeros([count, 2]) })).rejects.toThrow(ShapeError);
      const broken = ndarray(new Float64Array(2 * count).fill(Number.NaN), [count, 2]);
      await expect(draw(known, { initial: broken })).rejects.toThrow(SamplingError);
    });

    test("a bad grid is refused", async () => {
      const sampler = make();
      if ("attempt" in sampler) return;
      for (const grid of [[], [Number.NaN, 0.1], [1, 2], [1, -0.1], ["1", "0.5"] as never, [0.5, 0.6]]) {
        if ((sampler.chain || sampler.restarts) && grid.length === 2 && grid[0] === 0.5) continue;
        await expect(draw(known, { sampler: { ...sampler, grid: () => grid } }), String(grid)).rejects.toThrow(
          ArgumentError,
        );
      }
    });

    test("a class for each sample: it is as that of its class alone, and parts put together are the run", async () => {
      const labels = [0, 1, null, 1, 0, 0, 1];
      const whole = await draw(classes, { batch: 3, given: { class: labels } });
      for (const label of [1, null]) {
        const alone = await draw(conditional(classes, label), { batch: 3 });
        for (const [i, own] of labels.entries())
          if (own === label)
            for (const k of [2 * i, 2 * i + 1]) expect(Math.abs(whole.data[k]! - alone.data[k]!)).toBeLessThan(float64);
      }
      const part = async (firstSample: number, size: number): Promise<number[]> => {
        const given = { class: labels.slice(firstSample, firstSample + size) };
        return Array.from((await draw(classes, { batch: 3, firstSample, count: size, given })).data);
      };
      const cut = [...(await part(0, 2)), ...(await part(2, 4)), ...(await part(6, 1))];
      expect(largest(cut, whole.data)).toBeLessThan(float64);
      const batches = [...(await part(0, 3)), ...(await part(3, 3))];
      expect(batches, "bit for bit where parts are whole batches").toEqual(Array.from(whole.data.slice(0, 12)));
    });

    test("compositions: each sample its own", async () => {
      for (const model of [productOf([first, second]), mixtureOf([first, second])]) {
        const all = await draw(model);
        expect(all.data.every(Number.isFinite)).toBe(true);
        expect(largest((await draw(model, { batch: 2 })).data, all.data)).toBeLessThan(float64);
      }
      // A mixture of exact models is the exact model of the mixture.
      const mixed = await draw(mixtureOf([first, second], { weights: [0.4, 0.6] }));
      expect(largest(mixed.data, (await draw(known)).data)).toBeLessThan(1e-6);
    });

    test("finite samples in float32 and float64, also where time ends at 0", async () => {
      for (const on of [process, vp()])
        for (const dtype of ["float32", "float64"] as const) {
          const { data, shape, dtype: found } = await draw({ ...known, ...exact(modes[1]!, on) }, {}, dtype);
          expect([shape, found]).toEqual([[count, 2], dtype]);
          expect(data.every((value) => Number.isFinite(value))).toBe(true);
        }
      expect((await draw(known, { count: 0 })).shape).toEqual([0, 2]);
    });

    for (const check of checks.filter(({ group, sampler }) => group === "reproducibility" && sampler === name))
      test(check.name, () => expectTruth(check, runtime), 60_000);
  });
};
