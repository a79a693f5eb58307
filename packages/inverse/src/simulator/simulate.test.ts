import { ArgumentError } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { uniformPrior } from "./prior.ts";
import { type Simulator, SimulatorError, simulate } from "./simulate.ts";

const prior = uniformPrior({ low: [0, 0], high: [1, 1] });
const sum: Simulator = ({ data, shape: [n = 0] }) =>
  ndarray(
    Float64Array.from({ length: n }, (_, i) => data[2 * i]! + data[2 * i + 1]!),
    [n, 1],
  );
const options = { prior, simulator: sum, count: 25 };

test("each row of data belongs to its row of parameters, in batches of any size", async () => {
  const whole = await simulate(options);
  expect(whole.parameters.shape).toEqual([25, 2]);
  expect(whole.data.shape).toEqual([25, 1]);
  expect(whole.leftOut).toBe(0);
  for (let i = 0; i < 25; i++)
    expect(whole.data.data[i]).toBe(whole.parameters.data[2 * i]! + whole.parameters.data[2 * i + 1]!);
  const seen: number[] = [];
  const later: Simulator = async (parameters, call) => sum(parameters, call);
  const parts = await simulate({ ...options, simulator: later, batch: 10, onSimulated: (done) => seen.push(done) });
  expect(parts).toEqual(whole);
  expect(seen).toEqual([10, 20, 25]);
});

test("every call has a seed of its own, and may write into its parameters", async () => {
  const seeds: number[] = [];
  const { parameters } = await simulate({
    ...options,
    batch: 10,
    simulator: (given, call) => {
      seeds.push(call.seed);
      const made = sum(given, call);
      given.data.fill(7);
      return made;
    },
  });
  expect(new Set(seeds).size).toBe(3);
  expect(parameters.data.every((value) => value <= 1)).toBe(true);
});

const rejects = (simulator: unknown, message: RegExp) =>
  expect(simulate({ ...options, simulator: simulator as Simulator })).rejects.toThrow(message);

test("a simulator that fails is named with its parameters", async () => {
  await rejects(() => {
    throw new Error("singular");
  }, /failed on simulations 0 to 24: singular/);
  await rejects(() => [1, 2], /to return an NdArray \[25, ...\]/);
  await rejects(
    () => ndarray(new Float64Array(24), [24, 1]),
    /each of 25 rows of parameters, \[25, ...\], found \[24, 1\]/,
  );
  await rejects(() => ndarray(new Float64Array(25)), /found \[25\]/);
  await rejects(
    () => ndarray(new Float64Array(25).fill(1).fill(Number.NaN, 3, 4), [25, 1]),
    /found NaN in simulation 3 of parameters \[0\.\d+, 0\.\d+\]/,
  );
  await rejects(5, /expected a function/);
  await expect(simulate({ ...options, simulator: () => Promise.reject(new Error("late")) })).rejects.toThrow(
    SimulatorError,
  );
});

test("simulations that are not finite can be left out", async () => {
  const holes: Simulator = (given, call) => {
    const made = sum(given, call) as NdArray<"float64">;
    made.data[3] = Number.POSITIVE_INFINITY;
    return made;
  };
  const { parameters, data, leftOut } = await simulate({ ...options, simulator: holes, failed: "leave-out" });
  expect([leftOut, parameters.shape, data.shape]).toEqual([1, [24, 2], [24, 1]]);
  for (let i = 0; i < 24; i++) expect(data.data[i]).toBe(parameters.data[2 * i]! + parameters.data[2 * i + 1]!);
  const none: Simulator = ({ shape: [n = 0] }) => ndarray(new Float64Array(n).fill(Number.NaN), [n, 1]);
  await expect(simulate({ ...options, simulator: none, failed: "leave-out" })).rejects.toThrow(/found none in 25/);
});

test("it can be stopped, and bad options are refused", async () => {
  const stop = new AbortController();
  const slow: Simulator = (given, call) => {
    stop.abort(new Error("enough"));
    return sum(given, call);
  };
  await expect(simulate({ ...options, simulator: slow, batch: 5, signal: stop.signal })).rejects.toThrow("enough");
  await expect(simulate({ ...options, count: 0 })).rejects.toThrow(ArgumentError);
  await expect(simulate({ ...options, failed: "ignore" } as never)).rejects.toThrow(/refuse or leave-out/);
  await expect(simulate({ ...options, prior: {} } as never)).rejects.toThrow(/expected a prior/);
  await expect(simulate({ ...options, size: 1 } as never)).rejects.toThrow(ArgumentError);
});
