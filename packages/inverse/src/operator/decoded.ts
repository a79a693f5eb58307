/** A measurement of decoded latents: inverse problems with a latent model as prior. */
import { ArgumentError, type LatentCodec } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { ShapeError } from "@scorefield/tensor";
import { operator as checked, checkOperator, type Operator } from "./operator.ts";

/**
 * What is seen of data, as a measurement of their latents: y = A(D(z)). Gradients go through the decoder. It is not linear, so
 * that methods for any operator take it, such as `daps` and `dps`: posteriors of latents under the latent model as prior
 * (Rout et al. 2023, PSLD, and Song et al. 2024, ReSample, take such steps with further terms of their own).
 *
 *     const found = await posterior(model, decoded(seen, codec), noise, y, { method: "daps", draws: 16 });
 *     const images = await decodeLatents(codec, found.draws);
 *
 * Its recipe names the operator alone: the decoder's weights are no part of it, so that `operatorFromRecipe` does not make it again.
 * @param operator of data, linear or not
 * @param codec such as `loadRun(...).latent` or `principalCodec(data, { rank })`
 * @throws ShapeError for an operator of other samples than the codec decodes; ArgumentError for complex samples, and for what is no
 *   operator or codec
 */
export const decoded = (operator: Operator, codec: LatentCodec): Operator => {
  checkOperator("decoded", operator);
  checkMade("decoded codec", codec, ["decode", "latent", "shape"], "a codec such as principalCodec(data, { rank: 2 })");
  if (operator.input.join() !== codec.shape.join())
    throw new ShapeError(
      `decoded: expected an operator of samples [${codec.shape}], as the codec decodes them, found one of [${operator.input}]`,
    );
  if (operator.complex?.input)
    throw new ArgumentError("decoded: expected an operator of real samples, found one of complex ones");
  return checked({
    kind: "decoded",
    input: codec.latent,
    output: operator.output,
    units: { input: "latents of deviation 1", output: operator.units.output },
    ...(operator.complex?.output && { complex: { output: true } }),
    recipe: { kind: "decoded", operator: operator.recipe },
    apply: (z) => operator.apply(codec.decode(z)),
  });
};
