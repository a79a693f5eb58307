import { ArgumentError, normal, uniform } from "@scorefield/core";
import { checkCount, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import type { Graph } from "../graph/graph.ts";
import type { Observations } from "../graph/observations.ts";
import { checkDag, orderOf } from "../graph/topological-order.ts";

/** How an effect depends on its causes. */
export type Mechanism = "linear" | "gaussian-process" | "network";
/** How noise is distributed. */
export type NoiseKind = "gaussian" | "laplace" | "uniform" | "exponential";

/** Options of {@link simulateAdditiveNoise}. */
export interface AdditiveNoiseOptions {
  readonly graph: Graph;
  /** Rows to draw, at least 2. */
  readonly rows: number;
  /**
   * `linear`: weights from 0.5 to 1.5 in size, of either sign. `gaussian-process`: a draw of a Gaussian process with a Gaussian
   * kernel of width 1, by 200 random features (Rahimi & Recht 2007). `network`: a hidden layer of 20 tanh units with normal
   * weights. Default `gaussian-process`.
   */
  readonly mechanism?: Mechanism;
  /** Its variance is drawn from 0.4 to 0.8 for each variable. Default `gaussian`. */
  readonly noise?: NoiseKind;
  /** Whether columns are standardised, so that variances do not betray the order. Default true. */
  readonly standardise?: boolean;
  /** Default 0. */
  readonly seed?: number;
}

/** Simulated rows. */
export interface AdditiveNoise {
  readonly observations: Observations;
  /** Of linear mechanisms: [names, names] by rows, the weight of `from` in `to`, in the units of the rows before standardising. */
  readonly weights?: Float64Array;
  /** Variances of the noise, in the same units. */
  readonly noiseVariances: Float64Array;
}

const known = {
  graph: true,
  rows: true,
  mechanism: true,
  noise: true,
  standardise: true,
  seed: true,
} satisfies Known<AdditiveNoiseOptions>;

const mechanisms: readonly string[] = ["linear", "gaussian-process", "network"] satisfies Mechanism[];
/** From uniform draws to draws of mean 0 and variance 1. Gaussian ones are drawn otherwise. */
const quantiles: Readonly<Record<Exclude<NoiseKind, "gaussian">, (u: number) => number>> = {
  uniform: (u) => Math.sqrt(12) * (u - 0.5),
  laplace: (u) => (Math.sign(u - 0.5) * -Math.log(Math.max(1e-300, 1 - 2 * Math.abs(u - 0.5)))) / Math.SQRT2,
  exponential: (u) => -Math.log(1 - u) - 1,
};

/** Seeded draws of one variable: purposes of different streams never meet. */
const drawsOf = (seed: number, variable: number) => {
  let step = 0;
  const options = () => ({ seed, step: 1000 * variable + step++, purpose: "data", dtype: "float64" }) as const;
  return {
    normals: (count: number) => normal([count], options()).data,
    uniforms: (count: number) => uniform([count], options()).data,
  };
};

/** The effect of causes [rows, causes] on a variable. */
const effectOf = (
  mechanism: Mechanism,
  causes: readonly Float64Array[],
  rows: number,
  { normals, uniforms }: ReturnType<typeof drawsOf>,
  weights: Float64Array,
): Float64Array => {
  const effect = new Float64Array(rows);
  if (mechanism === "linear") {
    for (const [k, cause] of causes.entries()) for (let i = 0; i < rows; i++) effect[i]! += weights[k]! * cause[i]!;
    return effect;
  }
  const process = mechanism === "gaussian-process";
  const units = process ? 200 : 20;
  const inner = normals(units * causes.length);
  const shifts = process ? uniforms(units).map((u) => 2 * Math.PI * u) : normals(units);
  const outer = normals(units);
  const scale = process ? Math.sqrt(2 / units) : 1 / Math.sqrt(units / 2);
  for (let i = 0; i < rows; i++)
    for (let unit = 0; unit < units; unit++) {
      let sum = shifts[unit]!;
      for (const [k, cause] of causes.entries()) sum += inner[unit * causes.length + k]! * cause[i]!;
      effect[i]! += scale * outer[unit]! * (process ? Math.cos(sum) : Math.tanh(sum));
    }
  return effect;
};

/**
 * Draws rows of a model of causes with additive noise, x_j = f_j(causes of j) + noise_j, with random functions and independent
 * noise. Equal options give equal rows.
 *
 *     const graph = randomGraph({ variables: 10, seed: 1 });
 *     const { observations } = simulateAdditiveNoise({ graph, rows: 1000, seed: 1 });
 *
 * @throws ArgumentError for a graph with a circle or options out of range
 */
export const simulateAdditiveNoise = (options: AdditiveNoiseOptions): AdditiveNoise => {
  checkOptions("simulateAdditiveNoise", options, known);
  const { graph, rows, mechanism = "gaussian-process", noise = "gaussian", standardise = true, seed = 0 } = options;
  checkDag("simulateAdditiveNoise graph", graph);
  const order = orderOf(graph.edges, graph.names.length);
  checkWhole("simulateAdditiveNoise rows", rows);
  checkCount("simulateAdditiveNoise seed", seed);
  if (rows < 2) throw new ArgumentError(`simulateAdditiveNoise rows: expected at least 2, found ${rows}`);
  if (!mechanisms.includes(mechanism))
    throw new ArgumentError(
      `simulateAdditiveNoise mechanism: expected one of ${mechanisms.join(", ")}, found ${mechanism}`,
    );
  if (noise !== "gaussian" && !(noise in quantiles))
    throw new ArgumentError(
      `simulateAdditiveNoise noise: expected gaussian, ${Object.keys(quantiles).join(", ")}, found ${noise}`,
    );
  const d = graph.names.length;
  const columns = new Array<Float64Array>(d);
  const weights = new Float64Array(d * d);
  const noiseVariances = new Float64Array(d);
  for (const j of order) {
    const causes = Array.from({ length: d }, (_, i) => i).filter((i) => graph.edges[i * d + j]);
    const draws = drawsOf(seed, j);
    noiseVariances[j] = 0.4 + 0.4 * draws.uniforms(1)[0]!;
    const own = draws.uniforms(2 * causes.length);
    const ofCauses = Float64Array.from(causes, (_, k) => (own[2 * k]! < 0.5 ? -1 : 1) * (0.5 + own[2 * k + 1]!));
    for (const [k, i] of causes.entries()) weights[i * d + j] = ofCauses[k]!;
    const effect = effectOf(
      mechanism,
      causes.map((i) => columns[i]!),
      rows,
      draws,
      ofCauses,
    );
    const deviation = Math.sqrt(noiseVariances[j]!);
    const errors = noise === "gaussian" ? draws.normals(rows) : draws.uniforms(rows).map(quantiles[noise]);
    columns[j] = effect.map((value, i) => value + deviation * errors[i]!);
  }
  const values = new Float64Array(rows * d);
  for (const [j, column] of columns.entries()) {
    const mean = standardise ? column.reduce((sum, value) => sum + value, 0) / rows : 0;
    const variance = standardise ? column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows : 1;
    for (let i = 0; i < rows; i++) values[i * d + j] = (column[i]! - mean) / Math.sqrt(variance);
  }
  return {
    observations: { names: graph.names, values },
    ...(mechanism === "linear" && { weights }),
    noiseVariances,
  };
};
