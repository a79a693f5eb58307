/** A network as an energy: the score is the gradient of one number for each point, and so never curls. */
import { grad, type Tensor } from "@scorefield/tensor";
import { declare } from "../../part/declare.ts";
import { choice, type OptionsOf } from "../../part/setting.ts";
import { perSample } from "../per-sample.ts";
import { dataScale, edmScales, noiseLevel, type Preconditioning, unitScale } from "../preconditioning.ts";

/** A preconditioning that knows the energy whose gradient it takes. */
export interface EnergyPreconditioning extends Preconditioning {
  readonly recipe: { readonly kind: "energy"; readonly form: EnergyForm; readonly sigmaData: number };
  /** The energy of y, [n] in nats, up to a constant for each ratio; arguments as of `denoise`. */
  energy(...parts: Parameters<Preconditioning["denoise"]>): Tensor;
}

/** The e of E = |u|^2 / 2 - k e, at each element of u, with F the network's output there and k = s / r. */
const learned = {
  scalar: (_u, F) => F,
  "inner-product": (u, F) => u.multiply(F),
  residual: (u, F, k) => F.multiply(u.subtract(F.multiply(k.multiply(0.5)))),
} satisfies Record<string, (u: Tensor, F: Tensor, k: Tensor) => Tensor>;

/** How a network's output, of a sample's shape, becomes one number. */
export type EnergyForm = keyof typeof learned;

/** Every {@link EnergyForm}. */
export const energyForms = Object.keys(learned) as readonly EnergyForm[];

const settings = {
  form: choice({ values: energyForms, default: "residual", help: "how the network's output becomes one number" }),
  ...dataScale,
};

/** Options of {@link energyPreconditioning}. */
export type EnergyOptions = OptionsOf<typeof settings>;

/**
 * The denoised estimate as the gradient of an energy E(y; r), with y = x / alpha, r = sigma / alpha, s the data's deviation,
 * u = y / sqrt(r^2 + s^2) and F = F(u; log(r) / 4) the network:
 *
 *     E = |u|^2 / 2 - (s / r) e        D = y - r^2 grad_y E = c_skip y + c_out grad_u e
 *     scalar          e = sum_i F_i
 *     inner-product   e = <u, F>
 *     residual        e = <u, F> - (s / r) |F|^2 / 2,  that is  E = |u - (s / r) F|^2 / 2
 *
 * with the scales of Karras et al. 2022 (equation 7), so that grad e has the input and the target of their network, of unit
 * variance, and F = 0 is the energy of N(0, s^2 + r^2). The inner product and the denoising residual come from
 * Salimans & Ho 2021, whose residual |y - F|^2 / 2 is here in units of the noise. Training differentiates twice;
 * docs/energies.md has the cost.
 * @throws ArgumentError for an unknown form, or a data deviation that is not positive
 */
export const energyPreconditioning = declare({
  kind: "energy",
  name: "energyPreconditioning",
  summary: "the score is the gradient of an energy, with its scales; a step costs more",
  source: "Salimans & Ho 2021, with the scales of Karras et al. 2022, equation 7",
  settings,
  make: ({ form, sigmaData }, recipe): EnergyPreconditioning => {
    const scaleOf = (ratio: Tensor): Tensor => ratio.reciprocal().multiply(sigmaData);
    return {
      recipe,
      energy: (y, ratio, network) => {
        const u = y.multiply(unitScale(ratio, sigmaData));
        const k = scaleOf(ratio);
        const e = learned[form](u, network(u, noiseLevel(ratio)), k);
        return perSample(u.square().multiply(0.5).subtract(e.multiply(k)));
      },
      denoise: (y, ratio, network) => {
        const { cIn, cSkip, cOut } = edmScales(ratio, sigmaData);
        const k = scaleOf(ratio);
        const slope = grad((u: Tensor) => learned[form](u, network(u, noiseLevel(ratio)), k).sum())(y.multiply(cIn));
        return y.multiply(cSkip).add(slope.multiply(cOut));
      },
    };
  },
});
