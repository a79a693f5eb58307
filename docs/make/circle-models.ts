/** Points of the unit circle, models of them, and how far samples are from the circle and from its angles. */
import { quadraticConstraint, uniform } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** |x|^2 = 1. */
export const unitCircle = quadraticConstraint({
  forms: [
    [
      [1, 0],
      [0, 1],
    ],
  ],
  values: [1],
});

const turn = 2 * Math.PI;

/** Points of the unit circle at even angles, float32 [count, 2]. */
export const circlePoints = (count: number, seed: number): NdArray<"float32"> => {
  const drawn = uniform([count], { seed, dtype: "float64" }).data;
  const data = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    data[2 * i] = Math.cos(turn * drawn[i]!);
    data[2 * i + 1] = Math.sin(turn * drawn[i]!);
  }
  return ndarray(data, [count, 2]);
};

const anglesOf = ({ data }: NdArray): Float64Array =>
  Float64Array.from(
    { length: data.length / 2 },
    (_, i) => (Math.atan2(Number(data[2 * i + 1]), Number(data[2 * i])) + turn) % turn,
  ).sort();

/**
 * The Wasserstein-1 distance of angles on the circle, in radians: the integral of |F - G - median| over a turn (Werman, Peleg &
 * Rosenfeld 1985).
 */
export const angularDistance = (a: NdArray, b: NdArray): number => {
  const [first, second] = [anglesOf(a), anglesOf(b)];
  const events = [
    ...Array.from(first, (at) => [at, 1 / first.length] as const),
    ...Array.from(second, (at) => [at, -1 / second.length] as const),
  ].sort((x, y) => x[0] - y[0]);
  const pieces: [difference: number, width: number][] = [];
  let [at, difference] = [0, 0];
  for (const [next, jump] of events) {
    pieces.push([difference, next - at]);
    difference += jump;
    at = next;
  }
  pieces.push([difference, turn - at]);
  pieces.sort((x, y) => x[0] - y[0]);
  let passed = 0;
  let median = 0;
  for (const [value, width] of pieces) {
    passed += width;
    if (passed >= turn / 2) {
      median = value;
      break;
    }
  }
  return pieces.reduce((sum, [value, width]) => sum + Math.abs(value - median) * width, 0);
};

/** Mean of | |x|^2 - 1 |. */
export const circleResidual = ({ data }: NdArray): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) sum += Math.abs(Number(data[i]) ** 2 + Number(data[i + 1]) ** 2 - 1);
  return (2 * sum) / data.length;
};
