/** Radio interferometry: Fourier components of the sky at the irregular places that an array of antennas sees. */
import { ArgumentError, setting } from "@scorefield/core";
import { reshape } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { directSum, type Frequencies, griddedSum } from "./gridding.ts";
import { linearOperator } from "./linear-operator.ts";

const settings = {
  frequencies: setting.array({
    rank: 2,
    help: "[visibilities, 2]: u along columns and v along rows, in cycles per pixel, from -1/2 to 1/2; see arrayCoverage",
  }),
  method: setting.choice({
    values: ["direct", "gridded"],
    default: "gridded",
    help: "the sum as it is, or a fast transform on an oversampled grid with a Kaiser-Bessel kernel",
  }),
  width: setting.whole({ least: 2, most: 12, default: 6, help: "width of the kernel, in points of the grid" }),
  oversampling: setting.number({ least: 1.25, most: 4, default: 2, help: "points of the grid per pixel" }),
  ...gradientSteps(),
};

/**
 * Visibilities V_k = sum over pixels of x[i, j] e^(-2 pi i (u_k j + v_k i)), with j and i counted from [rows / 2, columns / 2],
 * rounded down: the van Cittert-Zernike relation for a small field. The last two axes of `input` are rows and columns; y is
 * [..., visibilities, 2], complex. A baseline b seen at wavelength l, with pixels of p radians, has u = b p / l.
 *
 * Gridding with the default width 6 and oversampling 2 differs from the direct sum by 7e-6 of its size, on an array that reaches half
 * a cycle per pixel; width 3 by 6e-3, 4 by 6e-4, 8 by 8e-8 in float64 (`interferometer.test.ts`).
 * @throws ArgumentError for frequencies of another shape, or beyond half a cycle per pixel
 */
export const interferometer = declareOperator({
  kind: "interferometer",
  family: "imaging",
  summary: "radio interferometry: Fourier components at irregular places",
  source: "Thompson, Moran & Swenson 2017, chapters 3 and 10; Beatty, Nishimura & Pauly 2005",
  settings,
  make: ({ frequencies, method, width, oversampling, steps }, about) => {
    const { input } = about;
    if (input.length < 2)
      throw new ArgumentError(`interferometer input: expected [..., rows, columns], found [${input}]`);
    const count = frequencies.shape[0]!;
    if (frequencies.shape[1] !== 2 || count === 0)
      throw new ArgumentError(`interferometer frequencies: expected [visibilities, 2], found [${frequencies.shape}]`);
    const far = frequencies.data.find((value) => Math.abs(value) > 0.5);
    if (far !== undefined)
      throw new ArgumentError(
        `interferometer frequencies: expected cycles per pixel from -1/2 to 1/2, found ${far}; make the pixels smaller`,
      );
    const [u, v] = [0, 1].map((k) => Float64Array.from({ length: count }, (_, i) => frequencies.data[2 * i + k]!));
    const at: Frequencies = { u: u!, v: v! };
    const size = input.slice(-2) as unknown as readonly [number, number];
    const sum = method === "direct" ? directSum(at, size) : griddedSum(at, size, { width, oversampling });
    const output = [...input.slice(0, -2), count, 2];
    return linearOperator({
      ...about,
      steps,
      output,
      units: { input: about.units.input, output: `${about.units.input}, summed over pixels` },
      complex: { output: true },
      normBound: Math.sqrt(beamBound(at, size)) * (method === "direct" ? 1 : mostGain(width)),
      apply: (x) => reshape(sum.apply(reshape(x, [-1, ...size])), [x.shape[0]!, ...output]),
      adjoint: (y) => reshape(sum.adjoint(reshape(y, [-1, count, 2])), [y.shape[0]!, ...input]),
    });
  },
});

/** How much larger than the direct sum gridding may be: up to 1.19 times at width 2, 1.03 at 3, 1.003 at 4 (`interferometer.test.ts`). */
const mostGain = (width: number): number => (width < 4 ? 1.25 : 1.01);

/**
 * An upper bound of the largest eigenvalue of A* A, which is a convolution with the dirty beam: part of a circular one on twice the
 * size, whose eigenvalues are sums over visibilities of Dirichlet's kernels.
 */
const beamBound = ({ u, v }: Frequencies, size: readonly [number, number]): number => {
  const [down, across] = size.map((n) => 2 * n) as [number, number];
  // Sum over lags -n + 1 ... n - 1 of cos(2 pi f lag).
  const kernel = (f: number, n: number): number => {
    const sine = Math.sin(Math.PI * f);
    return Math.abs(sine) < 1e-9 ? 2 * n - 1 : Math.sin(Math.PI * f * (2 * n - 1)) / sine;
  };
  const total = new Float64Array(down * across);
  const row = new Float64Array(across);
  for (let k = 0; k < u.length; k++) {
    for (let j = 0; j < across; j++) row[j] = kernel(u[k]! - j / across, size[1]);
    for (let i = 0; i < down; i++) {
      const factor = kernel(v[k]! - i / down, size[0]);
      for (let j = 0; j < across; j++) total[i * across + j]! += factor * row[j]!;
    }
  }
  return total.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
};
