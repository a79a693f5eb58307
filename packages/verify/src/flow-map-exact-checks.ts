/** Checks of flow maps of Gaussian data, where map, velocity and average velocity are known. */
import {
  edm,
  exact,
  type FlowMap,
  gaussian,
  gaussianFlowMap,
  normal,
  rectifiedFlow,
  sampleFlowMap,
  trainedFlowMap,
  velocity,
} from "@scorefield/core";
import { type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { type Check, sameNumbers, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { deviations, least, mapped, most, timeOf } from "./probe/flow-map-probe.ts";
import { gaussianAverageVelocity, varianceOnLine } from "./probe/gaussian-flow.ts";
import { type KnownProcess, knownProcesses } from "./schedules.ts";

const group = "flow-map";
const count = 16;

const points = (scale: number): NdArray<"float64"> => {
  const drawn = normal([count, 1], { seed: 1, dtype: "float64" });
  return { ...drawn, data: drawn.data.map((value) => value * scale) };
};

/** A map of data N(0, d^2), on the line of rectified flow: x of share s is z itself. */
const onLine = (d: number): FlowMap => gaussianFlowMap({ mean: [0], deviation: d }, rectifiedFlow());

const processChecks = ({ process, alpha, sigma }: KnownProcess): Check => ({
  name: `${process.recipe.kind}: flow maps of N(0, s^2) scale by the deviation, stay at t -> t and compose`,
  group,
  source: "probability-flow ODE of a Gaussian: X = x sqrt((alpha'^2 s^2 + sigma'^2) / (alpha^2 s^2 + sigma^2))",
  about: "gaussianFlowMap",
  run: async ({ runtime }) => {
    const { first, last } = process.times;
    const [a, b, c] = [0.8, 0.5, 0.2].map((u) => first + u * (last - first)) as [number, number, number];
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const map = gaussianFlowMap({ mean: [0], deviation: s }, process);
        const deviation = (t: number): number => Math.hypot(alpha(t) * s, sigma(t));
        const x = points(deviation(a));
        const size = Math.max(deviation(c), 1);
        const whole = await mapped(map, x, a, c, runtime);
        const half = await mapped(map, x, a, b, runtime);
        const through = await mapped(map, ndarray(half, [count, 1]), b, c, runtime);
        const right = x.data.map((value) => (value * deviation(c)) / deviation(a));
        return [
          sameNumbers(right, whole, 1e-9 * size, { detail: `map, s = ${s}` }),
          sameNumbers(whole, through, 1e-9 * size, { detail: `composition, s = ${s}` }),
          sameNumbers(x.data, await mapped(map, x, a, a, runtime), 1e-9 * deviation(a), { detail: `t -> t, s = ${s}` }),
        ];
      }),
    );
    return worst(findings.flat());
  },
});

const lineCheck: Check = {
  name: "velocity, flow map and average velocity of N(0, s^2) on the line from data to noise",
  group,
  source: "V(t) = (1-t)^2 s^2 + t^2: v = z (t - (1-t) s^2) / V(t), X = z sqrt(V(r) / V(t)), u = (z - X) / (t - r)",
  run: async ({ runtime }) => {
    const [t, r] = [0.8, 0.3];
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const z = points(1);
        const model = exact(gaussian({ mean: [0], covariance: [[s * s]] }), rectifiedFlow());
        const [v, average, still] = (
          await evaluate(
            (z, t, r) => [
              velocity(model, z!, t!),
              gaussianAverageVelocity(s)(z!, t!, r!),
              gaussianAverageVelocity(s)(z!, t!, t!),
            ],
            [z, filled(count, t), filled(count, r)],
            runtime,
          )
        ).map(numbers);
        const slope = (t - (1 - t) * s * s) / varianceOnLine(t, s);
        const scale = Math.sqrt(varianceOnLine(r, s) / varianceOnLine(t, s));
        const detail = (what: string) => ({ detail: `${what}, s = ${s}` });
        const right = z.data.map((value) => value * slope);
        return [
          sameNumbers(right, v!, 1e-11, detail("velocity")),
          sameNumbers(right, still!, 1e-11, detail("average velocity at r = t")),
          sameNumbers(
            z.data.map((value) => (value * (1 - scale)) / (t - r)),
            average!,
            1e-11,
            detail("average velocity"),
          ),
          sameNumbers(
            z.data.map((value) => value * scale),
            await mapped(onLine(s), z, t, r, runtime),
            1e-11,
            detail("map"),
          ),
        ];
      }),
    );
    return worst(findings.flat());
  },
};

const consistencyFunctionCheck: Check = {
  name: "edm: the consistency function of N(0, s^2), and one sampled step of it",
  group,
  source: "Song et al. 2023, section 3: f(x, sigma) = x sqrt((s^2 + eps^2) / (s^2 + sigma^2)), f(x, eps) = x",
  about: "sampleFlowMap",
  run: async ({ runtime }) => {
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const map = gaussianFlowMap({ mean: [0], deviation: s }, edm());
        const f = (x: number, sigma: number): number => x * Math.sqrt((s * s + least ** 2) / (s * s + sigma ** 2));
        const at = async (sigma: number) =>
          sameNumbers(
            points(sigma).data.map((x) => f(x, sigma)),
            await mapped(map, points(sigma), timeOf(sigma), edm().times.first, runtime),
            1e-11,
            { detail: `sigma = ${sigma}, s = ${s}` },
          );
        const initial = points(most);
        const drawn = await sampleFlowMap(map, { count, initial, dtype: "float64", runtime });
        return [
          await at(least),
          await at(1),
          await at(most),
          sameNumbers(
            initial.data.map((x) => f(x, most)),
            drawn.data,
            1e-11,
            { detail: `sampleFlowMap, s = ${s}` },
          ),
        ];
      }),
    );
    return worst(findings.flat());
  },
};

const zeroNetworkCheck: Check = {
  name: "a flow map whose network says nothing moves with the velocity of N(0, s^2)",
  group,
  source: "Karras et al. 2022, table 1: with F = 0 the denoiser is c_skip x, exact for N(0, sigma_data^2)",
  about: "trainedFlowMap",
  run: async ({ runtime }) => {
    const process = rectifiedFlow();
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const network = {
          recipe: { kind: "zero" },
          learningRate: 1,
          target: true,
          initialise: () => ({}),
          apply: (_: unknown, x: Tensor) => x.multiply(0),
        };
        const map = trainedFlowMap({ process, network, sigmaData: s, target: "any" }, {}, [1]);
        const z = points(1);
        const [t, r] = [0.7, 0.2];
        const slope = (t - (1 - t) * s * s) / varianceOnLine(t, s);
        const right = z.data.map((value) => value * (1 - (t - r) * slope));
        return sameNumbers(right, await mapped(map, z, t, r, runtime), 1e-11, { detail: `s = ${s}` });
      }),
    );
    return worst(findings);
  },
};

/** Maps of Gaussian data in closed form. */
export const exactFlowMapChecks: readonly Check[] = [
  ...knownProcesses.map(processChecks),
  lineCheck,
  consistencyFunctionCheck,
  zeroNetworkCheck,
];
