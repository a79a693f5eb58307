import { ArgumentError, setting } from "@scorefield/core";
import { dft, inverseDft, ndarray, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";
import { realPart, toPairs } from "./complex-pairs.ts";
import { declareOperator } from "./declare-operator.ts";
import { hartley, opposites } from "./fourier-basis.ts";
import { chosenFrequencies } from "./frequency-mask.ts";
import { filteredAxes } from "./kernels.ts";
import { linearOperator } from "./linear-operator.ts";
import { selectionParts } from "./selection.ts";

const settings = {
  share: setting.number({
    above: 0,
    most: 1,
    otherwise: "a mask",
    help: "share of frequencies that are seen, at random",
  }),
  low: setting.whole({
    least: 0,
    default: 0,
    help: "frequencies below this many periods along every axis are always seen, and count in the share",
  }),
  seed: setting.whole({ least: 0, default: 0, help: "of the random choice" }),
  mask: setting.array({
    otherwise: "a share",
    help: "1 where a frequency is seen and 0 elsewhere; frequency 0 is at index 0 of each axis",
  }),
  axes: setting.whole({
    least: 1,
    most: 3,
    otherwise: "2, or 1 where a sample has one axis",
    help: "how many of the last axes are transformed, pairs not counted",
  }),
  complex: setting.boolean({ default: false, help: "whether samples are complex: pairs [re, im] in a last axis of 2" }),
};

/** Options of {@link fourier}. */
export type FourierOptions = Parameters<typeof fourier>[0];

/**
 * Some frequencies of a sample, complex, as pairs [re, im]: y [..., m, 2] of x [..., ...spatial], real, or [..., ...spatial, 2], complex.
 * The transform is unitary, F = DFT / sqrt(n). y are m of the frequencies in row-major order.
 *
 * Complex samples: V = F*, and s is 1 for what is seen. Real samples: frequencies k and -k say the same. V is the basis of Hartley, where
 * s^2(k) = (seen(k) + seen(-k)) / 2.
 * @throws ArgumentError unless either `share` or `mask` is given; for a mask of another shape, or one that shows nothing; for complex
 *   samples without a last axis of 2
 */
export const fourier = declareOperator({
  kind: "fourier",
  family: "projections",
  summary: "some frequencies, at random or as given",
  source: "Lustig, Donoho & Pauly 2007; Bracewell 1983",
  settings,
  make: ({ input, share, low, seed, mask, axes, complex }, about) => {
    if (complex && (input.at(-1) !== 2 || input.length < 2))
      throw new ArgumentError(`fourier: expected complex samples with a last axis [re, im] of 2, found [${input}]`);
    const real = complex ? input.slice(0, -1) : input;
    const rank = filteredAxes("fourier", axes ?? mask?.shape.length, real);
    const [leading, grid] = [real.slice(0, -rank), real.slice(-rank)];
    const places = chosenFrequencies("fourier", grid, { mask, share, low, seed });
    const n = sizeOf(grid);
    const scale = Math.sqrt(n);
    const seenAxes = Array.from({ length: rank }, (_, i) => i - rank);
    const output: Shape = [...leading, places.length, 2];
    const indices = Array.from({ length: sizeOf(leading) }, (_, row) =>
      places.flatMap((place) => [2 * (row * n + place), 2 * (row * n + place) + 1]),
    ).flat();
    const seen = selectionParts([...real, 2], indices, output);
    const forward = (x: Tensor): Tensor => dft(complex ? x : toPairs(x), seenAxes).multiply(1 / scale);
    const backward = (c: Tensor): Tensor => inverseDft(c, seenAxes).multiply(scale);
    const about2 = {
      ...about,
      output,
      complex: { input: complex, output: true },
      apply: (x: Tensor) => seen.apply(forward(x)),
    };
    if (complex) {
      const size = sizeOf(input);
      const flat = (x: Tensor): Tensor => x.reshape([x.shape[0]!, size]);
      const full = (c: Tensor): Tensor => c.reshape([c.shape[0]!, ...input]);
      return linearOperator({
        ...about2,
        adjoint: (y) => backward(seen.adjoint(y)),
        svd: {
          singularValues: seen.spectrum!.singularValues,
          toSpectral: (x) => flat(forward(x)),
          fromSpectral: (c) => backward(full(c)),
          toMeasuredSpectral: (y) => flat(seen.adjoint(y)),
          fromMeasuredSpectral: (c) => seen.apply(full(c)),
        },
      });
    }
    const size = sizeOf(input);
    const known = new Float64Array(n);
    for (const place of places) known[place] = 1;
    const opposite = opposites(grid);
    const gains = known.map((value, k) => Math.sqrt((value + known[opposite[k]!]!) / 2));
    return linearOperator({
      ...about2,
      adjoint: (y) => realPart(backward(seen.adjoint(y))),
      spectrum: {
        singularValues: ndarray(Float64Array.from({ length: size }, (_, i) => gains[i % n]!)),
        toSpectral: (x) => hartley(x, rank).reshape([x.shape[0]!, size]),
        fromSpectral: (c) => hartley(c.reshape([c.shape[0]!, ...input]), rank),
      },
    });
  },
});
