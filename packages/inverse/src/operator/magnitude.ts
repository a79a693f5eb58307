import { ArgumentError, declare, setting } from "@scorefield/core";
import type { Tensor } from "@scorefield/tensor";
import { anyOperator } from "./any-operator.ts";
import { isLinear, type LinearOperator, type Operator, operator } from "./operator.ts";

/** The least square of which a root is taken: the derivative of a root is infinite at 0. */
const leastSquare = 1e-12;

/** |u|^power of the results of an operator, complex ones as pairs or real ones: shape without the pairs. */
export const magnitudeOf = (u: Tensor, complex: boolean, power: 1 | 2): Tensor => {
  const squares = complex ? u.square().sum(-1) : u.square();
  return power === 2 ? squares : squares.max(leastSquare).sqrt();
};

/** Units of a magnitude. */
export const magnitudeUnits = (units: string, power: 1 | 2): string => (power === 2 ? `square of: ${units}` : units);

const settings = {
  operator: setting.part(anyOperator, { help: "a linear one, A" }),
  power: setting.choice({ values: [2, 1], default: 2, help: "2: |A x|^2, an intensity; 1: |A x|, an amplitude" }),
};

/** Options of {@link magnitude}. */
export type MagnitudeOptions = Parameters<typeof magnitude>[0];

/**
 * y = |A x|^2 or |A x| of a linear operator, number by number, complex numbers by their absolute value: the phase, or the sign, is lost.
 * Amplitudes below 1e-6 are seen as 1e-6, without a derivative.
 * @throws ArgumentError for an operator that is not linear
 */
export const magnitude = declare({
  kind: "magnitude",
  family: "intensity",
  summary: "|A x|^2 or |A x| of a linear operator: its phase is lost",
  source: "Shechtman et al. 2015, equation 1",
  settings,
  make: ({ operator: of, power }, recipe): Operator => {
    if (!isLinear(of))
      throw new ArgumentError(`magnitude operator: expected a linear one such as fourier, found ${of.kind}`);
    const { apply, complex, input, output, units }: LinearOperator = of;
    const pairs = complex?.output === true;
    return operator({
      kind: "magnitude",
      input,
      output: pairs ? output.slice(0, -1) : output,
      units: { input: units.input, output: magnitudeUnits(units.output, power) },
      ...(complex?.input && { complex: { input: true } }),
      recipe,
      apply: (x) => magnitudeOf(apply(x), pairs, power),
    });
  },
});
