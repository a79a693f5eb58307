/** Preconditioning for samples of which parts are known: signals with a past, with gaps, with covariates. */
import { concat, constant, max, ndarray, ShapeError, sizeOf, sliceAxis, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import { declare } from "../../part/declare.ts";
import { boolean, choice, list, type OptionsOf, whole } from "../../part/setting.ts";
import { dataScale, edmPreconditioning, edmScales, noiseLevel, type Preconditioning } from "../preconditioning.ts";
import { drawKnown, maskKinds } from "./draw-known.ts";
import { lineBetweenKnown } from "./line-between-known.ts";

const settings = {
  shape: list(whole({ least: 1, help: "a size" }), {
    fewest: 1,
    otherwise: "nothing can be known",
    help: "[channels, ...places] of a sample of which parts may be known",
  }),
  covariates: whole({ least: 0, default: 0, help: "how many of the last channels are covariates, mostly known" }),
  masks: list(choice({ values: maskKinds, help: "a kind of mask" }), {
    fewest: 1,
    default: maskKinds,
    help: "what is known in training: past for forecasts, points and blocks for gaps, whole channels",
  }),
  baseline: choice({
    values: ["none", "line"],
    default: "none",
    help: "what the estimate starts from: nothing, or a line between the known values of each channel",
  }),
  level: boolean({
    default: true,
    help: "with the baseline line: whether the network sees where the line lies, or only its shape about its mean",
  }),
  ...dataScale,
};

/** Options of {@link partialPreconditioning}. */
export type PartialPreconditioningOptions = OptionsOf<typeof settings>;

/** Means of the known elements of signals [n channels, places], [n channels, 1]; 0 for covariates, and where nothing is known. */
const knownMeans = (
  values: Tensor,
  known: Tensor,
  { channels, covariates }: { readonly channels: number; readonly covariates: number },
): Tensor => {
  const n = values.shape[0]! / channels;
  const own = Float32Array.from({ length: n * channels }, (_, i) => (i % channels < channels - covariates ? 1 : 0));
  const sums = (x: Tensor): Tensor => x.sum(1, { keepDims: true });
  return sums(values)
    .divide(max(sums(known), 1))
    .multiply(constant(ndarray(own, [n * channels, 1])).cast(values.dtype));
};

/**
 * The denoised estimate of a sample of which some elements are known exactly (conditional diffusion as of CSDI, Tashiro et al.
 * 2021, section 4): with m = 1 where an element is known to be c, and 0 elsewhere,
 *
 *     D = m c + (1 - m) (c_skip y + c_out F(m c / s + (1 - m) c_in y; log(r) / 4, m))
 *
 * with the scales of {@link edmPreconditioning}. Known elements are at noise zero: the network sees them clean, and which they
 * are. So D is the posterior mean given the noisy and the known elements, and a sampler draws from the conditional distribution.
 * Training shows random known parts. The loss there is 0, so it is on the rest.
 *
 * With the baseline "line", the noisy elements are those of the residual x - b of a line b between the known elements of each channel,
 * as of {@link lineBetweenKnown} (PriSTI conditions on interpolated values too: Liu et al. 2023, section III):
 *
 *     D = m c + (1 - m) (b + c_skip (y - b) + c_out F((1 - m) c_in (y - b); log(r) / 4, m, (m c + (1 - m) b) / s))
 *
 * So the estimate starts at the line, not at the mean of all data: levels that drift, and values between near neighbours, need
 * no learning. The network then sees two numbers of each element, and its `observed` is twice the size. Where nothing is known b is 0.
 * Without `level` the mean of the known elements of each channel besides covariates is subtracted from what the network sees of the
 * line (as Kim et al. 2022 do for forecasts), for series that wander to where training never was.
 *
 * What is known is the condition `observed`, [n, 2 size]: the values of the elements, then flags, 1 where they are known and 0 where
 * not. In training an element that is NaN is absent (flag -1): it is neither shown nor learnt.
 * @throws ArgumentError for a shape without channels besides covariates, or a deviation that is not positive
 */
export const partialPreconditioning = declare({
  kind: "partial",
  name: "partialPreconditioning",
  summary: "signals of which parts are known, such as the past: known elements are at noise zero",
  source: "Tashiro et al. 2021, section 4; Liu et al. 2023, section III; Karras et al. 2022, equation 7",
  settings,
  make: ({ shape, covariates, masks, baseline, level, sigmaData }, recipe): Preconditioning => {
    if (shape && covariates >= shape[0]!)
      throw new ArgumentError(
        `partial covariates: expected fewer than the ${shape[0]} channels of the shape, found ${covariates}`,
      );
    const size = sizeOf(shape ?? []);
    const plain = edmPreconditioning({ sigmaData });
    return {
      recipe,
      ...(shape && {
        observed: {
          size: 2 * size,
          features: baseline === "line" ? 2 * size : size,
          absent: true,
          draw: (x, draws) => drawKnown({ shape, covariates, masks }, x, draws),
        },
      }),
      denoise: (y, ratio, network, conditions) => {
        const rows = conditions?.observed;
        if (!rows || !shape) return plain.denoise(y, ratio, network, conditions);
        if (y.shape.slice(1).join() !== shape.join())
          throw new ShapeError(
            `partialPreconditioning: expected samples of its shape [${shape.join(", ")}], found [${y.shape.slice(1).join(", ")}]`,
          );
        const part = (from: number) =>
          sliceAxis(rows, 1, from, from + size)
            .reshape(y.shape)
            .cast(y.dtype);
        const [values, flags] = [part(0), part(size)];
        const settled = flags.square();
        const rest = settled.negate().add(1);
        const { cIn, cSkip, cOut } = edmScales(ratio, sigmaData);
        const [n = 0] = y.shape;
        if (baseline === "none") {
          const input = y
            .multiply(cIn)
            .multiply(rest)
            .add(values.multiply(settled).multiply(1 / sigmaData));
          const F = network(input, noiseLevel(ratio), { ...conditions, observed: flags.reshape([n, size]) });
          return y.multiply(cSkip).add(F.multiply(cOut)).multiply(rest).add(values.multiply(settled));
        }
        // An element that is absent is not known to the line.
        const known = settled.add(flags).multiply(0.5);
        const signals = [n * shape[0]!, size / shape[0]!];
        const flat = [values.multiply(known).reshape(signals), known.reshape(signals)] as const;
        const line = lineBetweenKnown(...flat);
        const shown = level ? line : line.subtract(knownMeans(...flat, { channels: shape[0]!, covariates }));
        const filled = line.reshape(y.shape);
        const residual = y.subtract(filled);
        const F = network(residual.multiply(cIn).multiply(rest), noiseLevel(ratio), {
          ...conditions,
          observed: concat([flags.reshape([n, size]), shown.multiply(1 / sigmaData).reshape([n, size])], 1),
        });
        return filled
          .add(residual.multiply(cSkip).add(F.multiply(cOut)))
          .multiply(rest)
          .add(values.multiply(settled));
      },
    };
  },
});
