/** Preconditioning of bridges of spectrograms: at high noise the network predicts gains of what the model is conditioned on. */
import { concat, ShapeError, sizeOf, type Tensor } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { dataScale, edmScales, noiseLevel, type Preconditioning } from "./preconditioning.ts";

/** Of complex numbers [n, 2 c, ...], real and imaginary part of each channel in turn. @throws ShapeError for an odd number of channels */
const complexProduct = (a: Tensor, b: Tensor): Tensor => {
  const [n = 0, channels = 0, ...rest] = a.shape;
  if (channels % 2 !== 0)
    throw new ShapeError(`gainPreconditioning: expected an even number of channels, found [${a.shape.join(", ")}]`);
  const part = (x: Tensor, which: 0 | 1): Tensor =>
    x.reshape([n, channels / 2, 2, ...rest]).slice([null, null, [which, which + 1]]);
  const [ar, ai, br, bi] = [part(a, 0), part(a, 1), part(b, 0), part(b, 1)];
  const real = ar.multiply(br).subtract(ai.multiply(bi));
  const imaginary = ar.multiply(bi).add(ai.multiply(br));
  return concat([real, imaginary], 2).reshape(a.shape);
};

/**
 * Of residuals x0 - e, whose other end e is known: the faulty spectrogram that the clean one starts from. Channels are real and imaginary parts
 * in turn. At high noise all that is known of a residual is e, and the network's output multiplies it as a complex number: with
 * the scales of Karras et al. 2022 (table 1), r = sigma / alpha and s the deviation of residuals
 *
 *     D = c_skip y + c_out (c_skip F + (1 - c_skip) F e / s)     with F the network at c_skip y
 *
 * The first term is what is left of the noisy residual, as ever. F = -1 at high noise takes a number of e away, F = 0 keeps it: such a gain is
 * smooth where the numbers of spectrograms are not (complex ratio masks: Williamson, Wang & Wang 2016). The noisy residual says nothing at high noise, so
 * the network sees as little of it. e is the condition `observed`, of which the first numbers are a sample's, [n, size of a
 * sample or more]; where it is not given, this is `edm`.
 * @throws ArgumentError for a data deviation that is not positive; ShapeError for `observed` with fewer numbers than a sample, and for an odd
 *   number of channels
 */
export const gainPreconditioning = declare({
  kind: "gain",
  name: "gainPreconditioning",
  summary: "for bridges of spectrograms: complex gains of the other end are predicted at high noise",
  source: "Karras et al. 2022, table 1; Williamson, Wang & Wang 2016 for complex ratio masks",
  settings: dataScale,
  make: ({ sigmaData }, recipe): Preconditioning => ({
    recipe,
    denoise: (y: Tensor, ratio, network, conditions) => {
      const { cIn, cSkip, cOut } = edmScales(ratio, sigmaData);
      const end = conditions?.observed;
      const F = network(y.multiply(end ? cSkip.divide(sigmaData) : cIn), noiseLevel(ratio));
      const skipped = y.multiply(cSkip);
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
      const change = F.multiply(cSkip).add(complexProduct(F, e).multiply(cSkip.multiply(-1).add(1)));
      return skipped.add(change.multiply(cOut));
    },
  }),
});
