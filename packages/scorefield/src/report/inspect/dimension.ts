/** The part on dimension: how many directions the data have around a point, at every scale, by four methods. */
import { denoisingDimension, flipd, localPca, noiseTimes, normalBundle } from "@scorefield/assess";
import { type Curve, curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, remark, table } from "../page.ts";
import {
  firstRows,
  type Instrument,
  instrumentOptions,
  meanOf,
  noiseAt,
  quantileOf,
  shown,
  timeOfNoise,
} from "./subject.ts";

/** Beyond this a spectrum takes as many evaluations for each point, and minutes of linear algebra. */
const mostSpectrum = 1024;
/** Below this a spectrum is hardly a curve. */
const leastDrawn = 4;
const pcaRows = 4000;
const comparedNoise = 0.1;

export const dimensionPart: Instrument = async (subject, share) => {
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
  const spectral = size > 1 && size <= mostSpectrum;
  const spectrumPoints = size <= 64 ? Math.min(count, 50) : Math.min(count, 2);
  const spectra = spectral
    ? await normalBundle(model, firstRows(subject, heldOut, spectrumPoints), {
        time: compared,
        draws: Math.max(4 * size, 200),
        seed,
        ...instrumentOptions(subject, (done) => share(0.8 + 0.15 * done)),
      })
    : undefined;
  const known = training ?? heldOut;
  const pca = localPca(firstRows(subject, known, pcaRows), x, { neighbours: Math.min(100, known.shape[0]!) });

  const curve = (name: string, key: "flipd" | "denoising", k: number): Curve => ({
    name,
    colour: curveColours[k]!,
    points: levels.map((level) => {
      const { mean, standardError } = meanOf(level[key]);
      return { x: level.noise, y: mean, error: standardError };
    }),
  });
  const baseline = meanOf(pca.dimension.data);
  const means = [baseline.mean, ...levels.flatMap((l) => [meanOf(l.flipd).mean, meanOf(l.denoising).mean])];
  const plots = [
    {
      title: "Mean dimension by scale",
      x: { label: "noise, in units of the model's data", log: true },
      y: {
        label: "dimension",
        domain: [1.1 * Math.min(0, ...means), Math.min(size * 1.08, 1.15 * Math.max(...means))] as const,
      },
      curves: [
        curve("FLIPD", "flipd", 0),
        curve("denoising loss", "denoising", 1),
        {
          name: "local PCA",
          colour: curveColours[5],
          dashed: true,
          points: [levels[0]!, levels.at(-1)!].map(({ noise }) => ({ x: noise, y: baseline.mean })),
        },
      ],
    },
    ...(spectra && size >= leastDrawn
      ? [
          {
            title: "Spectrum of the scores around a point",
            x: { label: "index of the singular value" },
            y: { label: "singular value", domain: [0, 1.5] as const },
            curves: Array.from({ length: Math.min(spectrumPoints, 12) }, (_, i) => ({
              name: "",
              colour: curveColours[0],
              points: Array.from({ length: size }, (_, j) => ({
                x: j + 1,
                y: spectra.singularValues.data[i * size + j]!,
              })),
            })),
          },
        ]
      : []),
  ];
  // The widest gap tells a dimension where it is clear; of images it is anywhere. Values above and below 1/2 are told apart in both.
  const small = Array.from(
    { length: spectra ? spectrumPoints : 0 },
    (_, i) => spectra!.singularValues.data.subarray(i * size, (i + 1) * size).filter((value) => value < 0.5).length,
  );
  const rough = small.filter((count, i) => count !== spectra!.dimension.data[i]).length;
  const rows = [
    { name: "FLIPD", values: at.flipd },
    { name: "denoising loss", values: at.denoising },
    ...(small.length > 0 ? [{ name: "normal-bundle spectra", values: small }] : []),
    { name: "local PCA of the data", values: [...pca.dimension.data] },
  ];
  return {
    title: "Dimension",
    numbers: {
      noise: at.noise,
      methods: rows.map(({ name, values }) => ({ name, ...meanOf(values), values })),
      levels: levels.map(({ time, noise, ...each }) => ({
        time,
        noise,
        flipd: meanOf(each.flipd),
        denoising: meanOf(each.denoising),
      })),
    },
    parts: [
      paragraph(
        `In how many directions the data go on around a point, of ${size}, at every scale: what is finer than the noise counts as a direction only if it is data. All but local PCA are read from the score. A network that errs under little noise bends FLIPD up or down there, and lifts the denoising loss.`,
      ),
      figure(
        plots.map((plot) => curvesFigure([plot])),
        `Means over ${count} points of held-out data, bars of one standard error.${plots.length > 1 ? ` The spectra: a line for each of ${Math.min(spectrumPoints, 12)} points. Directions with a singular value near 1 are normals of the data; the dimension is the number of those below 1/2.` : ""}`,
      ),
      ...(spectral
        ? []
        : [remark(`Spectra are left out: they take samples of 2 to ${mostSpectrum} numbers, and these have ${size}.`)]),
      ...(rough > 0
        ? [
            remark(
              `Of ${small.length} spectra ${rough} have their widest gap elsewhere than across 1/2: the dimension they tell is a rough one.`,
            ),
          ]
        : []),
      table(
        [`at noise ${shown(at.noise)}`, "mean", "standard error", "10 %", "median", "90 %", "points"],
        rows.map(({ name, values }) => {
          const { mean, standardError } = meanOf(values);
          return [
            name,
            shown(mean),
            shown(standardError),
            ...[0.1, 0.5, 0.9].map((q) => shown(quantileOf(values, q))),
            `${values.length}`,
          ];
        }),
      ),
    ],
  };
};
