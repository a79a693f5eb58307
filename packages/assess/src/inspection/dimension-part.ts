/** Dimension: how many directions the data have around a point, at every scale, by four methods. */
import type { LevelMean } from "../instrument/calibration.ts";
import { noiseTimes } from "../instrument/calibration.ts";
import { denoisingDimension } from "../instrument/denoising-dimension.ts";
import { flipd } from "../instrument/flipd.ts";
import { localPca } from "../instrument/local-pca.ts";
import { normalBundle } from "../instrument/normal-bundle.ts";
import { firstRows, instrumentOptions, meanOf, noiseAt, type Part, timeOfNoise } from "./subject.ts";

/** What is found of the dimension. */
export interface DimensionFindings {
  /** The noise at which all methods are compared, in units of the model's data. */
  readonly noise: number;
  /** Numbers of a sample, and points of held-out data. */
  readonly size: number;
  readonly points: number;
  /** The dimension around each point by each method, at that noise. */
  readonly methods: readonly (LevelMean & { readonly name: string; readonly values: readonly number[] })[];
  readonly levels: readonly {
    readonly time: number;
    readonly noise: number;
    readonly flipd: LevelMean;
    readonly denoising: LevelMean;
  }[];
  /** Singular values of the scores around some points. Left out for samples of too few or too many numbers. */
  readonly spectra?: {
    /** Of at most 12 points, descending. */
    readonly singularValues: readonly (readonly number[])[];
    readonly points: number;
    /** Points whose widest gap lies elsewhere than across 1/2. */
    readonly rough: number;
  };
  /** Why spectra are left out, where they are. */
  readonly note?: string;
}

/**
 * Beyond this number of elements a spectrum takes minutes of linear algebra, and this many evaluations for each point.
 */
const mostSpectrum = 1024;
const mostDrawn = 12;
const pcaRows = 4000;
const comparedNoise = 0.1;

export const dimensionPart: Part<DimensionFindings> = async (subject, share) => {
  const { model, heldOut, training, effort, scale, size, seed } = subject;
  const x = firstRows(subject, heldOut, effort.looked);
  const count = x.shape[0]!;
  const times = noiseTimes(model.process, { lowest: 0.01 * scale, highest: 2 * scale, count: effort.levels });
  const compared = timeOfNoise(subject, comparedNoise);
  const all = [...times, compared];
  const levels: { time: number; noise: number; flipd: number[]; denoising: number[] }[] = [];
  for (const [k, time] of all.entries()) {
    const tell = (part: number) => (done: number) => share((0.8 * (k + (part + done) / 2)) / all.length);
    const slopes = await flipd(model, x, { time, probes: effort.probes, seed, ...instrumentOptions(subject, tell(0)) });
    const losses = await denoisingDimension(model, x, {
      time,
      draws: effort.draws,
      seed,
      ...instrumentOptions(subject, tell(1)),
    });
    levels.push({
      time,
      noise: noiseAt(subject, time),
      flipd: [...slopes.data],
      denoising: [...losses.dimension.data],
    });
  }
  const at = levels.pop()!;
  const spectrumPoints = size <= 64 ? Math.min(count, 50) : Math.min(count, 2);
  const spectra =
    size > 1 && size <= mostSpectrum
      ? await normalBundle(model, firstRows(subject, heldOut, spectrumPoints), {
          time: compared,
          draws: Math.max(4 * size, 200),
          seed,
          ...instrumentOptions(subject, (done) => share(0.8 + 0.15 * done)),
        })
      : undefined;
  const known = training ?? heldOut;
  const pca = localPca(firstRows(subject, known, pcaRows), x, { neighbours: Math.min(100, known.shape[0]!) });
  const spectrum = (i: number): Float64Array => spectra!.singularValues.data.subarray(i * size, (i + 1) * size);
  // The widest gap gives the dimension where it is clear. For images it may be anywhere. Values above and below 1/2 are
  // distinguished in both.
  const small = Array.from(
    { length: spectra ? spectrumPoints : 0 },
    (_, i) => spectrum(i).filter((value) => value < 0.5).length,
  );
  const methods = [
    { name: "FLIPD", values: at.flipd },
    { name: "denoising loss", values: at.denoising },
    ...(small.length > 0 ? [{ name: "normal-bundle spectra", values: small }] : []),
    { name: "local PCA of the data", values: [...pca.dimension.data] },
  ];
  return {
    noise: at.noise,
    size,
    points: count,
    methods: methods.map(({ name, values }) => ({ name, ...meanOf(values), values })),
    levels: levels.map(({ time, noise, ...each }) => ({
      time,
      noise,
      flipd: meanOf(each.flipd),
      denoising: meanOf(each.denoising),
    })),
    ...(!spectra && {
      note: `Spectra are left out: they take samples of 2 to ${mostSpectrum} numbers, and these have ${size}.`,
    }),
    ...(spectra && {
      spectra: {
        singularValues: Array.from({ length: Math.min(spectrumPoints, mostDrawn) }, (_, i) => [...spectrum(i)]),
        points: spectrumPoints,
        rough: small.filter((count, i) => count !== spectra.dimension.data[i]).length,
      },
    }),
  };
};
