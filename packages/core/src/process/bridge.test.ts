import { compile, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { type BridgeProcess, bridgeState } from "./bridge.ts";
import { edm } from "./edm.ts";
import { ouve } from "./ouve.ts";
import { sbVe } from "./sb-ve.ts";
import { sbVp } from "./sb-vp.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Solves m' = slope(t, m) from 0 by the classical Runge-Kutta method. */
const solve = (slope: (t: number, m: number) => number, to: number, from: number, steps = 4000): number => {
  const h = to / steps;
  let m = from;
  for (let i = 0; i < steps; i++) {
    const t = i * h;
    const k1 = slope(t, m);
    const k2 = slope(t + h / 2, m + (h / 2) * k1);
    const k3 = slope(t + h / 2, m + (h / 2) * k2);
    m += (h / 6) * (k1 + 2 * k2 + 2 * k3 + slope(t + h, m + h * k3));
  }
  return m;
};

const near = (found: number, expected: number, tolerance = 1e-9): void =>
  expect(Math.abs(found / expected - 1)).toBeLessThan(tolerance);

test("ouve: mean and variance solve dx = gamma (y - x) dt + g dw as published", () => {
  const [gamma, low, high] = [1.7, 0.04, 0.6];
  const process = ouve({ gamma, sigmaMin: low, sigmaMax: high });
  const g = (t: number) => low * (high / low) ** t * Math.sqrt(2 * Math.log(high / low));
  const [x0, y] = [0.8, -1.3];
  for (const t of [0.05, 0.4, 1]) {
    near(
      process.alpha(t) * x0 + process.weightOfEnd(t) * y,
      solve((_, m) => gamma * (y - m), t, x0),
    );
    near(
      process.sigma(t) ** 2,
      solve((s, v) => g(s) ** 2 - 2 * gamma * v, t, 0),
    );
    near(process.diffusion(t), g(t));
    // Equation 6 of Richter et al. 2023.
    const ratio = Math.log(high / low);
    const published = (low ** 2 * ((high / low) ** (2 * t) - Math.exp(-2 * gamma * t)) * ratio) / (gamma + ratio);
    near(process.sigma(t) ** 2, published);
  }
});

/** The Gaussian x_t given x0 and x_1 = y of a linear reference process, by conditioning of (x_t, x_1) on x_1. */
const pinned = (alpha: (t: number) => number, spread: (t: number) => number, t: number) => {
  const [a, b] = [alpha(t), alpha(1)];
  const [variance, covariance, end] = [a * a * spread(t), a * b * spread(t), b * b * spread(1)];
  const gain = covariance / end;
  return { data: a - gain * b, end: gain, variance: variance - gain * covariance };
};

const bridges: [name: string, process: BridgeProcess, alpha: (t: number) => number, spread: (t: number) => number][] = [
  ["sb-ve", sbVe({ k: 2.2, c: 0.5 }), () => 1, (t) => (0.5 * (2.2 ** (2 * t) - 1)) / (2 * Math.log(2.2))],
  [
    "sb-vp",
    sbVp({ betaMin: 0.05, betaMax: 6, c: 0.3 }),
    (t) => Math.exp(-(0.05 * t + 5.95 * (t * t) * 0.5) / 2),
    (t) => 0.3 * (Math.exp(0.05 * t + 5.95 * (t * t) * 0.5) - 1),
  ],
];

test.each(bridges)("%s: the reference process, pinned at both ends", (_, process, alpha, spread) => {
  for (const t of [0.01, 0.2, 0.5, 0.9, 0.999]) {
    const expected = pinned(alpha, spread, t);
    near(process.alpha(t), expected.data, 1e-8);
    near(process.weightOfEnd(t), expected.end, 1e-8);
    near(process.sigma(t) ** 2, expected.variance, 1e-8);
  }
  expect(process.weightOfEnd(1)).toBeCloseTo(1, 12);
});

test.each(bridges)(
  "%s: later noise depends on the state alone: covariances are those of the pinned process",
  (_, process, alpha, spread) => {
    for (const [early, late] of [
      [0.1, 0.4],
      [0.3, 0.95],
    ] as const) {
      // Of an ordinary process: cov(x_s, x_t | x0) = alpha_t / alpha_s sigma_s^2.
      const found = (process.alpha(late) / process.alpha(early)) * process.sigma(early) ** 2;
      const joint = alpha(early) * alpha(late) * spread(early);
      const gains = [early, late].map((t) => (alpha(t) * alpha(1) * spread(t)) / (alpha(1) ** 2 * spread(1)));
      const expected = joint - gains[0]! * gains[1]! * alpha(1) ** 2 * spread(1);
      near(found, expected, 1e-8);
    }
  },
);

test("states of a bridge are states of the residual, shifted by the other end", async () => {
  const process = sbVp();
  const times = [0.2, 0.7];
  const [x0, y, z] = [0.5, 2, -0.3];
  const u = times.map((t) => process.alpha(t) * (x0 - y) + process.sigma(t) * z);
  const spec = { shape: [2, 1], dtype: "float64" } as const;
  const state = await compile(
    (values, t, end) => bridgeState(process, values, t, end),
    [spec, { shape: [2], dtype: "float64" }, spec],
    { runtime },
  );
  const { data } = await state(
    ndarray(Float64Array.from(u), [2, 1]),
    ndarray(Float64Array.from(times)),
    ndarray(Float64Array.of(y, y), [2, 1]),
  );
  for (const [i, t] of times.entries())
    expect(data[i]).toBeCloseTo(process.alpha(t) * x0 + process.weightOfEnd(t) * y + process.sigma(t) * z, 12);
  await state.dispose();
  expect(() => bridgeState(edm() as BridgeProcess, undefined as never, undefined as never, undefined as never)).toThrow(
    ArgumentError,
  );
});
