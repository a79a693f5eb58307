/**
 * Tasks of a standard benchmark of simulation-based inference (Lueckmann, Boelts, Greenberg, Goncalves & Macke 2021, "Benchmarking
 * Simulation-Based Inference", appendix T), each with draws of its exact posterior.
 */
import { normal, uniform } from "@scorefield/core";
import { gaussianPrior, type ParameterPrior, type Simulator, uniformPrior } from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";

type Rows = NdArray<"float64">;

/** A prior, a simulator, and the posterior of an observation. */
export interface SimulatorTask {
  readonly name: string;
  readonly prior: ParameterPrior;
  readonly simulator: Simulator;
  /** Draws of the exact posterior, [count, d]. */
  exact(observation: NdArray, count: number, seed: number): Rows;
}

const rowsOf = (n: number, d: number, row: (i: number) => readonly number[]): Rows => {
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) data.set(row(i), i * d);
  return ndarray(data, [n, d]);
};

/** Draws one by one, for rejection. */
const source = (seed: number) => {
  const block = 4096;
  const made = { normal: 0, uniform: 0 };
  const pools: Record<"normal" | "uniform", { data: Float64Array; at: number }> = {
    normal: { data: new Float64Array(), at: 0 },
    uniform: { data: new Float64Array(), at: 0 },
  };
  const next = (kind: "normal" | "uniform"): number => {
    const pool = pools[kind];
    if (pool.at === pool.data.length) {
      const draw = kind === "normal" ? normal : uniform;
      pool.data = draw([block], { seed, step: made[kind]++, purpose: "measurement", dtype: "float64" }).data;
      pool.at = 0;
    }
    return pool.data[pool.at++]!;
  };
  return { normal: () => next("normal"), uniform: () => next("uniform") };
};

const accept = (n: number, d: number, draw: () => readonly number[] | undefined): Rows =>
  rowsOf(n, d, () => {
    for (;;) {
      const row = draw();
      if (row) return row;
    }
  });

const numbers = (array: NdArray): number[] => Array.from(array.data as ArrayLike<number>, Number);

const noisy = (parameters: Rows, seed: number, deviation: number): Rows => {
  const noise = normal(parameters.shape, { seed, purpose: "data", dtype: "float64" });
  return ndarray(
    noise.data.map((z, i) => parameters.data[i]! + deviation * z),
    parameters.shape,
  );
};

const root = Math.sqrt(0.1);
const ten = (value: number): number[] => new Array<number>(10).fill(value);

/** theta ~ N(0, 0.1 I), x ~ N(theta, 0.1 I): the posterior is N(x / 2, 0.05 I). */
const linear: SimulatorTask = {
  name: "linear Gaussian",
  prior: gaussianPrior({ mean: ten(0), deviation: root }),
  simulator: (parameters, { seed }) => noisy(parameters, seed, root),
  exact: (observation, count, seed) => {
    const x = numbers(observation);
    const { normal: z } = source(seed);
    return rowsOf(count, 10, () => x.map((value) => value / 2 + Math.sqrt(0.05) * z()));
  },
};

/** theta ~ U(-1, 1), x ~ N(theta, 0.1 I): each parameter is N(x, 0.1) within the bounds. */
const linearUniform: SimulatorTask = {
  name: "linear, uniform prior",
  prior: uniformPrior({ low: ten(-1), high: ten(1) }),
  simulator: (parameters, { seed }) => noisy(parameters, seed, root),
  exact: (observation, count, seed) => {
    const x = numbers(observation);
    const { normal: z, uniform: u } = source(seed);
    return rowsOf(count, 10, () =>
      x.map((value) => {
        for (;;) {
          const near = value + root * z();
          if (Math.abs(near) <= 1) return near;
          // Where x is far outside, uniform proposals are taken more often.
          const far = 2 * u() - 1;
          const nearest = Math.max(-1, Math.min(1, value));
          if (u() < Math.exp((-0.5 * ((far - value) ** 2 - (nearest - value) ** 2)) / 0.1) && Math.abs(value) > 1)
            return far;
        }
      }),
    );
  },
};

/**
 * x = ring(r, a) + (-|t1 + t2|, t2 - t1) / sqrt 2. Given x and a point of the ring, the parameters follow up to a sign; the map is an
 * isometry, so that the posterior is the distribution of the ring's points whose parameters are within the bounds.
 */
const twoMoons: SimulatorTask = {
  name: "two moons",
  prior: uniformPrior({ low: [-1, -1], high: [1, 1] }),
  simulator: ({ data, shape: [n = 0] }, { seed }) => {
    const { normal: z, uniform: u } = source(seed);
    return rowsOf(n, 2, (i) => {
      const [a, b] = [data[2 * i]!, data[2 * i + 1]!];
      const angle = Math.PI * (u() - 0.5);
      const radius = 0.1 + 0.01 * z();
      return [
        radius * Math.cos(angle) + 0.25 - Math.abs(a + b) / Math.SQRT2,
        radius * Math.sin(angle) + (b - a) / Math.SQRT2,
      ];
    });
  },
  exact: (observation, count, seed) => {
    const [x = 0, y = 0] = numbers(observation);
    const { normal: z, uniform: u } = source(seed);
    return accept(count, 2, () => {
      const angle = Math.PI * (u() - 0.5);
      const radius = 0.1 + 0.01 * z();
      const along = radius * Math.cos(angle) + 0.25 - x;
      const across = y - radius * Math.sin(angle);
      if (along < 0) return undefined;
      const sum = u() < 0.5 ? along : -along;
      const row = [(sum - across) / Math.SQRT2, (sum + across) / Math.SQRT2];
      return row.every((value) => Math.abs(value) <= 1) ? row : undefined;
    });
  },
};

/** x ~ N(theta, I) / 2 + N(theta, 0.01 I) / 2 with theta ~ U(-10, 10). */
const mixture: SimulatorTask = {
  name: "Gaussian mixture",
  prior: uniformPrior({ low: [-10, -10], high: [10, 10] }),
  simulator: ({ data, shape: [n = 0] }, { seed }) => {
    const { normal: z, uniform: u } = source(seed);
    return rowsOf(n, 2, (i) => {
      const deviation = u() < 0.5 ? 1 : 0.1;
      return [data[2 * i]! + deviation * z(), data[2 * i + 1]! + deviation * z()];
    });
  },
  exact: (observation, count, seed) => {
    const [x = 0, y = 0] = numbers(observation);
    const { normal: z, uniform: u } = source(seed);
    return accept(count, 2, () => {
      const deviation = u() < 0.5 ? 1 : 0.1;
      const row = [x + deviation * z(), y + deviation * z()];
      return row.every((value) => Math.abs(value) <= 10) ? row : undefined;
    });
  },
};

/** Four points of a normal distribution of a plane, with the mean (t1, t2), the deviations t3^2 and t4^2 and the correlation tanh t5. */
const points = ([a = 0, b = 0, c = 0, d = 0, e = 0]: readonly number[]) => ({
  mean: [a, b] as const,
  deviations: [c * c, d * d] as const,
  correlation: Math.tanh(e),
});

const slcpLogLikelihood = (t: readonly number[], x: readonly number[]): number => {
  const { mean, deviations, correlation } = points(t);
  const rest = 1 - correlation ** 2;
  let sum = -4 * (Math.log(deviations[0]) + Math.log(deviations[1]) + 0.5 * Math.log(rest));
  for (let k = 0; k < 4; k++) {
    const u = (x[2 * k]! - mean[0]) / deviations[0];
    const v = (x[2 * k + 1]! - mean[1]) / deviations[1];
    sum -= (u * u - 2 * correlation * u * v + v * v) / (2 * rest);
  }
  return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY;
};

/**
 * "Simple likelihood, complex posterior": four modes, as the signs of t3 and t4 are not seen. Many Metropolis chains from points chosen by
 * their likelihood out of many prior draws, each 4,000 steps; signs are drawn at the end.
 */
const slcp: SimulatorTask = {
  name: "SLCP",
  prior: uniformPrior({ low: new Array<number>(5).fill(-3), high: new Array<number>(5).fill(3) }),
  simulator: ({ data, shape: [n = 0] }, { seed }) => {
    const { normal: z } = source(seed);
    return rowsOf(n, 8, (i) => {
      const { mean, deviations, correlation } = points(Array.from(data.subarray(5 * i, 5 * i + 5)));
      return [0, 1, 2, 3].flatMap(() => {
        const [u, v] = [z(), z()];
        return [
          mean[0] + deviations[0] * u,
          mean[1] + deviations[1] * (correlation * u + Math.sqrt(1 - correlation ** 2) * v),
        ];
      });
    });
  },
  exact: (observation, count, seed) => {
    const x = numbers(observation);
    const { normal: z, uniform: u } = source(seed);
    const starts = 200_000;
    const tried = Array.from({ length: starts }, () => {
      const t = [u(), u(), u(), u(), u()].map((share, j) => (j === 2 || j === 3 ? 3 * share : 6 * share - 3));
      return { t, log: slcpLogLikelihood(t, x) };
    });
    const most = tried.reduce((best, { log }) => Math.max(best, log), Number.NEGATIVE_INFINITY);
    const weights = tried.map(({ log }) => Math.exp(log - most));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const choose = (): number[] => {
      let left = u() * total;
      let k = 0;
      while (k < starts - 1 && left > weights[k]!) left -= weights[k++]!;
      return tried[k]!.t;
    };
    const scales = [0, 1, 2, 3, 4].map((j) => {
      const chosen = Array.from({ length: 300 }, () => choose()[j]!);
      const mean = chosen.reduce((sum, value) => sum + value / 300, 0);
      return Math.max(0.02, Math.sqrt(chosen.reduce((sum, value) => sum + (value - mean) ** 2 / 300, 0)));
    });
    const chains = Math.min(count, 500);
    const every = Math.ceil(count / chains);
    const rows: number[][] = [];
    for (let c = 0; c < chains; c++) {
      let t = choose();
      let log = slcpLogLikelihood(t, x);
      const [burn, apart] = [2000, 100];
      for (let step = 1; step <= burn + apart * every; step++) {
        const size = step % 3 === 0 ? 1 : step % 3 === 1 ? 0.4 : 0.1;
        const next = t.map((value, j) => value + size * scales[j]! * z());
        if (next.every((value, j) => value <= 3 && value >= (j === 2 || j === 3 ? 0 : -3))) {
          const proposed = slcpLogLikelihood(next, x);
          if (Math.log(u()) < proposed - log) [t, log] = [next, proposed];
        }
        if (step > burn && (step - burn) % apart === 0)
          rows.push(t.map((value, j) => ((j === 2 || j === 3) && u() < 0.5 ? -value : value)));
      }
    }
    return rowsOf(count, 5, (i) => rows[i]!);
  },
};

/** The tasks, by the names that the command line takes. */
export const simulatorTasks: Readonly<Record<string, SimulatorTask>> = {
  linear,
  uniform: linearUniform,
  moons: twoMoons,
  mixture,
  slcp,
};
