/** Where a simulated array of radio antennas sees the Fourier plane. */
import { ArgumentError, normal } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/** Settings of {@link arrayCoverage}. */
export interface ArrayCoverageOptions {
  /** Number of antennas, at least 2; default 15. */
  readonly antennas?: number;
  /** Number of times that the array is read, evenly over `hours`; default 20. */
  readonly times?: number;
  /** How long the Earth turns, symmetric about the source's transit; default 6. */
  readonly hours?: number;
  /** Of the source, and of the array, in degrees; default 45 and 34. */
  readonly declination?: number;
  readonly latitude?: number;
  /** Length of the longest projected baseline, in cycles per pixel; at most 1/2; default 0.45. */
  readonly longest?: number;
  /** Of the places of the antennas, default 0. */
  readonly seed?: number;
}

const options = {
  antennas: true,
  times: true,
  hours: true,
  declination: true,
  latitude: true,
  longest: true,
  seed: true,
} satisfies Known<ArrayCoverageOptions>;

/**
 * Tracks of all pairs of antennas that stand at random on the ground, normally distributed, while the Earth turns (Thompson, Moran
 * & Swenson 2017, equations 4.1 and 4.4). One of the two conjugate visibilities of each pair is kept.
 * @returns [antennas (antennas - 1) / 2 * times, 2], float64: u and v in cycles per pixel
 * @throws ArgumentError for options out of range
 */
export const arrayCoverage = (given: ArrayCoverageOptions = {}): NdArray<"float64"> => {
  checkOptions("arrayCoverage", given, options);
  const { antennas = 15, times = 20, hours = 6, declination = 45, latitude = 34, longest = 0.45, seed = 0 } = given;
  checkWhole("arrayCoverage antennas", antennas);
  checkWhole("arrayCoverage times", times);
  checkPositive("arrayCoverage longest", longest);
  if (antennas < 2) throw new ArgumentError(`arrayCoverage antennas: expected at least 2, found ${antennas}`);
  if (longest > 0.5)
    throw new ArgumentError(`arrayCoverage longest: expected at most 1/2 cycle per pixel, found ${longest}`);
  for (const [name, value] of Object.entries({ hours, declination, latitude }))
    if (!Number.isFinite(value))
      throw new ArgumentError(`arrayCoverage ${name}: expected a finite number, found ${showValue(value)}`);
  const ground = normal([antennas, 2], { seed, dtype: "float64", purpose: "measurement" }).data;
  const [sinL, cosL] = sinCos(latitude);
  const [sinD, cosD] = sinCos(declination);
  const tracks: [number, number][] = [];
  for (let a = 0; a < antennas; a++)
    for (let b = a + 1; b < antennas; b++) {
      const [east, north] = [ground[2 * b]! - ground[2 * a]!, ground[2 * b + 1]! - ground[2 * a + 1]!];
      const [x, y, z] = [-sinL * north, east, cosL * north];
      for (let t = 0; t < times; t++) {
        const [sinH, cosH] = sinCos(15 * hours * ((t + 0.5) / times - 0.5));
        tracks.push([sinH * x + cosH * y, -sinD * cosH * x + sinD * sinH * y + cosD * z]);
      }
    }
  const most = tracks.reduce((length, [u, v]) => Math.max(length, Math.hypot(u, v)), 0);
  return ndarray(
    Float64Array.from(tracks.flat(), (value) => (value * longest) / most),
    [tracks.length, 2],
  );
};

const sinCos = (degrees: number): [sin: number, cos: number] => {
  const angle = (degrees * Math.PI) / 180;
  return [Math.sin(angle), Math.cos(angle)];
};
