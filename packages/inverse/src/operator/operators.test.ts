import { normal } from "@scorefield/core";
import { fromNested } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { arrayCoverage } from "./array-coverage.ts";
import { bandLimit } from "./band-limit.ts";
import { blur } from "./blur.ts";
import { clipping } from "./clipping.ts";
import { columns } from "./columns.ts";
import { compose, composition } from "./compose.ts";
import { downsample } from "./downsample.ts";
import { fourier } from "./fourier.ts";
import { grey } from "./grey.ts";
import { hadamard } from "./hadamard.ts";
import { identity } from "./identity.ts";
import { interferometer } from "./interferometer.ts";
import { magnitude } from "./magnitude.ts";
import { mask } from "./mask.ts";
import { matrix } from "./matrix.ts";
import { mosaic } from "./mosaic.ts";
import { mri } from "./mri.ts";
import { type OperatorSuite, operatorSuite } from "./operator.case.ts";
import type { LinearOperator, Operator } from "./operator.ts";
import { operatorFromText, operatorKinds } from "./operators.ts";
import { phaseRetrieval } from "./phase-retrieval.ts";
import { quantisation } from "./quantisation.ts";
import { radon } from "./radon.ts";
import { randomProjection } from "./random-projection.ts";
import { saturation } from "./saturation.ts";
import { scale } from "./scale.ts";
import { stack, stacked } from "./stack.ts";
import { timeConvolution } from "./time-convolution.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const uneven = fromNested(
  [
    [0, 0.1, 0.2],
    [0.05, 0.4, 0.1],
    [0.05, 0.1, 0],
  ],
  "float64",
);
const response = [0.6, 0.3, -0.1, 0.05];

const coverage = () => arrayCoverage({ antennas: 5, times: 4 });

/** Operators that pass the suite, one of each kind at least, and what the suite needs to know. */
const all: Readonly<Record<string, readonly [() => Operator, Partial<OperatorSuite>?]>> = {
  identity: [() => identity({ input: [2, 3] })],
  "mask of a box": [() => mask({ input: [2, 6, 5], box: [1, 2, 3, 2] })],
  "mask of a random share": [() => mask({ input: [2, 6, 5], share: 0.4, seed: 3 })],
  "mask as given": [() => mask({ input: [4], mask: [1, 0, 0, 1] })],
  columns: [() => columns({ input: [5], columns: [3, 0] })],
  "columns of rows": [() => columns({ input: [2, 4], columns: [1] })],
  mosaic: [() => mosaic({ input: [3, 4, 5], pattern: "GRBG" })],
  "Gaussian blur": [() => blur({ input: [2, 8, 7], sigma: 0.8 })],
  "blur of one axis": [() => blur({ input: [2, 9], sigma: 0.7, axes: 1 })],
  "motion blur": [() => blur({ input: [1, 9, 8], length: 4, angle: 30 })],
  "given kernel": [() => blur({ input: [6, 6], kernel: uneven })],
  "blur of what edges do not touch": [() => blur({ input: [2, 8, 7], kernel: uneven, edges: "valid", steps: 30 })],
  "means of blocks": [() => downsample({ input: [2, 4, 6] })],
  "means of blocks of one axis": [() => downsample({ input: [2, 9], factor: 3, axes: 1 })],
  "bicubic down-sampling": [() => downsample({ input: [1, 8, 12], factor: 4, filter: "bicubic" })],
  "bicubic down-sampling by 3": [() => downsample({ input: [2, 9], factor: 3, filter: "bicubic", axes: 1 })],
  "filter in time": [() => timeConvolution({ input: [2, 12], response, steps: 20 })],
  "band of frequencies": [() => bandLimit({ input: [2, 12], highest: 0.25, lowest: 0.1, taper: 0.2 })],
  "low frequencies": [() => bandLimit({ input: [15], highest: 0.2 })],
  "circular filter in time": [() => timeConvolution({ input: [12], response, edges: "circular" })],
  "filter in time, without its start": [() => timeConvolution({ input: [12], response, edges: "valid", steps: 20 })],
  "frequencies of a picture": [() => fourier({ input: [2, 6, 5], share: 0.4, low: 2, seed: 1 })],
  "frequencies of a signal": [() => fourier({ input: [8], mask: [1, 1, 0, 0, 1, 0, 0, 1] })],
  "frequencies of complex pictures": [() => fourier({ input: [4, 6, 2], share: 0.5, complex: true })],
  hadamard: [() => hadamard({ input: [2, 8], measurements: 7 })],
  "hadamard of another size": [() => hadamard({ input: [3, 5], measurements: 8, seed: 2, steps: 20 })],
  "large hadamard": [() => hadamard({ input: [256], measurements: 40 })],
  "random projection": [() => randomProjection({ input: [3, 4], measurements: 5 })],
  "Gaussian random projection": [() => randomProjection({ input: [3, 4], measurements: 5, rows: "gaussian" })],
  "tall matrix": [
    () =>
      matrix({
        input: [3],
        matrix: [
          [1, 2, 0],
          [0, 1, -1],
          [3, 0, 1],
          [1, 1, 1],
        ],
      }),
  ],
  "wide matrix": [
    () =>
      matrix({
        input: [4],
        matrix: [
          [1, 2, 0, 1],
          [0, 1, -1, 2],
        ],
      }),
  ],
  "singular matrix": [
    () =>
      matrix({
        input: [3],
        matrix: [
          [1, 2, 0],
          [2, 4, 0],
          [0, 0, 1],
        ],
      }),
  ],
  grey: [() => grey({ input: [3, 2, 5] })],
  "mri of two coils": [
    () =>
      mri({ input: [4, 3, 2], maps: normal([2, 4, 3, 2], { seed: 1 }), acceleration: 2, calibration: 1, steps: 20 }),
  ],
  "mri of one coil": [() => mri({ input: [6, 5, 2], acceleration: 2, calibration: 1, along: "points" })],
  "radon of parallel rays": [() => radon({ input: [2, 3, 3], views: 6, offset: 0.3, steps: 18 })],
  "radon of a fan": [() => radon({ input: [4, 3], views: 6, source: 9, detector: 4, steps: 20 })],
  "interferometer, direct": [
    () => interferometer({ input: [2, 3, 4], frequencies: coverage(), method: "direct", steps: 18 }),
  ],
  "interferometer, gridded": [() => interferometer({ input: [4, 3], frequencies: coverage(), steps: 18 })],
  clipping: [() => clipping({ input: [3, 2], low: -0.5, high: 1 })],
  saturation: [() => saturation({ input: [3, 2] })],
  // Numbers of few digits, so that float32 does not round them into another cell.
  quantisation: [
    () => quantisation({ input: [3, 2], low: -1, high: 1, bits: 3 }),
    { data: (x) => Math.round(x * 64 + 0.25) / 64 + 1 / 128 },
  ],
  magnitude: [() => magnitude({ operator: fourier({ input: [8], share: 1 }) })],
  "magnitude of real numbers": [() => magnitude({ operator: grey({ input: [3, 2] }), power: 1 })],
  "phase retrieval": [() => phaseRetrieval({ input: [1, 4, 3], oversampling: 1.5 })],
  "phase retrieval from amplitudes": [() => phaseRetrieval({ input: [6], power: 1 })],
  compose: [
    () =>
      composition({
        operators: [
          mask({ input: [2, 3], share: 0.7 }),
          downsample({ input: [4, 6] }),
          blur({ input: [4, 6], sigma: 0.6 }),
        ],
        steps: 6,
      }),
  ],
  "compose with clipping": [
    () => compose(clipping({ input: [4, 6], low: -1, high: 1 }), blur({ input: [4, 6], sigma: 0.6 })),
  ],
  stack: [
    () => stacked({ operators: [downsample({ input: [4, 6] }), fourier({ input: [4, 6], share: 0.3 })], steps: 12 }),
  ],
  "stack with clipping": [() => stack([identity({ input: [4] }), clipping({ input: [4], low: -1, high: 1 })])],
  scale: [() => scale(blur({ input: [6, 6], kernel: uneven }), -3, "counts")],
  "scale of a composition": [
    () =>
      scale(composition({ operators: [columns({ input: [4], columns: [0, 2] })], steps: 3 }) as LinearOperator, 0.5),
  ],
  "scale of clipping": [() => scale(clipping({ input: [4], low: 0, high: 1 }), 255)],
};

for (const [name, [make, settings]] of Object.entries(all)) operatorSuite(name, make, { runtime, ...settings });

test("every kind is in the suite", () => {
  const kinds = new Set(Object.values(all).map(([make]) => make().kind));
  expect(operatorKinds.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test("an operator of a text", () => {
  const made = operatorFromText("mask:share=0.5,seed=2", { input: [1, 4, 4], units: "intensity in [-1, 1]" });
  expect(made.recipe).toMatchObject({
    kind: "mask",
    input: [1, 4, 4],
    share: 0.5,
    seed: 2,
    units: "intensity in [-1, 1]",
  });
  expect(made.output).toEqual([8]);
  const nested = operatorFromText('{"kind":"scale","factor":2,"operator":{"kind":"identity","input":[3]}}', {
    input: [3],
  });
  expect(nested.recipe).toMatchObject({ kind: "scale", operator: { kind: "identity", input: [3] } });
});
