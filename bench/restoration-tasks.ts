/** What `inverse-digits.ts` measures of images, and how the measurements are shown. */
import {
  blur,
  downsample,
  gaussianNoise,
  mask,
  type Noise,
  type Operator,
  phaseRetrieval,
  randomProjection,
} from "@scorefield/inverse";
import type { Shape } from "@scorefield/tensor";

/** A problem with images of a shape; the noise's deviation is in units of y, for images in [-1, 1]. */
export interface Task {
  readonly name: string;
  readonly operator: Operator;
  readonly noise: Noise;
}

const units = "intensity in [-1, 1]";
const sigma = 0.05;

const made: Readonly<Record<string, (input: Shape) => Operator>> = {
  box: (input) => {
    const side = input.at(-1)!;
    const [start, length] = [Math.round(side * 0.29), Math.round(side * 0.43)];
    return mask({ input, box: [start, start, length, length], units });
  },
  random: (input) => mask({ input, share: 0.3, seed: 1, units }),
  blur: (input) => blur({ input, sigma: 2, units }),
  "4x": (input) => downsample({ input, factor: 4, units }),
  "10 %": (input) => randomProjection({ input, measurements: share(input, 0.1), seed: 1, units }),
  "25 %": (input) => randomProjection({ input, measurements: share(input, 0.25), seed: 1, units }),
  "50 %": (input) => randomProjection({ input, measurements: share(input, 0.5), seed: 1, units }),
  phase: (input) => phaseRetrieval({ input, power: 1, oversampling: 2, units }),
};

const share = (input: Shape, part: number): number => Math.round(part * input.reduce((a, b) => a * b, 1));

/** Names of all tasks. */
export const taskNames = Object.keys(made);

/** A task by its name, with images [channels, side, side]. */
export const taskOf = (name: string, input: Shape): Task => {
  const make = made[name];
  if (!make) throw new Error(`--tasks: expected some of ${taskNames.join(", ")}; found ${name}`);
  return { name, operator: make(input), noise: gaussianNoise({ sigma }) };
};

/** What a task is, in words, for tables. */
export const taskWords: Readonly<Record<string, string>> = {
  box: "inpainting, a box of 12 x 12 is missing",
  random: "inpainting, 30 % of the pixels are seen",
  blur: "Gaussian blur, deviation 2 pixels, circular edges",
  "4x": "super-resolution, means of 4 x 4 pixels",
  "10 %": "compressed sensing, 10 % random projections",
  "25 %": "compressed sensing, 25 % random projections",
  "50 %": "compressed sensing, 50 % random projections",
  phase: "phase retrieval, amplitudes of the Fourier transform, twice oversampled",
};
