/** Preconditioning of bridges: at high noise the network predicts gains of what the model is conditioned on. */
import { concat, ShapeError, sizeOf, type Tensor } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { boolean } from "../part/setting.ts";
import { dataScale, edmScales, noiseLevel, type Preconditioning } from "./preconditioning.ts";

/** Of complex numbers [n, 2 c, ...], real and imaginary part of each channel in turn. @throws ShapeError for an odd number of channels */
const complexProduct = (a: Tensor, b: Tensor): Tensor => {
  const [n = 0, channels = 0, ...rest] = a.shape;
  if (channels % 2 !== 0)
    throw new ShapeError(
      `gainPreconditioning complex: expected an even number of channels, found [${a.shape.join(", ")}]`,
    );
  const part = (x: Tensor, which: 0 | 1): Tensor =>
    x.reshape([n, channels / 2, 2, ...rest]).slice([null, null, [which, which + 1]]);
  const [ar, ai, br, bi] = [part(a, 0), part(a, 1), part(b, 0), part(b, 1)];
  const real = ar.multiply(br).subtract(ai.multiply(bi));
  const imaginary = ar.multiply(bi).add(ai.multiply(br));
  return concat([real, imaginary], 2).reshape(a.shape);
};

/**
 * As `edm`, but at high noise, where all that is known of a residual x0 - e is the other end e, the network's output multiplies it: with
 * the scales of Karras et al. 2022 (table 1), r = sigma / alpha and s the deviation of residuals
 *
 *     D = c_skip y + c_out (c_skip F + (1 - c_skip) F e)
 *
 * The first term is what is left of the noisy residual, as ever. F = -1 at high noise takes a number of e away, F = 0 keeps it: such a gain is
 * smooth where the numbers of spectrograms are not (ratio masks: Wang, Narayanan & Wang 2014). With `complex`, F e is the product of complex numbers,
 * so that gains change phases as well (Williamson, Wang & Wang 2016). e is the condition `observed`, of
 * which the first numbers are a sample's, [n, size of a sample or more]; where it is not given, this is `edm`.
 * @throws ArgumentError for a data deviation that is not positive; ShapeError for `observed` with fewer numbers than a sample
 */
export const gainPreconditioning = declare({
  kind: "gain",
  name: "gainPreconditioning",
  summary: "for bridges: as edm, with gains of the other end predicted at high noise",
  source: "Karras et al. 2022, table 1; Wang, Narayanan & Wang 2014 for ratio masks",
  settings: {
    ...dataScale,
    complex: boolean({
      default: false,
      help: "channels are real and imaginary parts in turn, and gains are complex numbers",
    }),
  },
  make: ({ sigmaData, complex }, recipe): Preconditioning => ({
    recipe,
    denoise: (y: Tensor, ratio, network, conditions) => {
      const { cIn, cSkip, cOut } = edmScales(ratio, sigmaData);
      const F = network(y.multiply(cIn), noiseLevel(ratio));
      const skipped = y.multiply(cSkip);
      const end = conditions?.observed;
      if (!end) return skipped.add(F.multiply(cOut));
      const size = sizeOf(y.shape.slice(1));
      if (!(end.rank === 2 && end.shape[1]! >= size))
        throw new ShapeError(
          `gainPreconditioning: expected observed [n, ${size} or more], the other end of each sample first, found [${end.shape.join(", ")}]`,
        );
      const e = end
        .slice([null, [0, size]])
        .cast(y.dtype)
        .reshape(y.shape)
        .divide(sigmaData);
      const gained = complex ? complexProduct(F, e) : F.multiply(e);
      const change = F.multiply(cSkip).add(gained.multiply(cSkip.multiply(-1).add(1)));
      return skipped.add(change.multiply(cOut));
    },
  }),
});
