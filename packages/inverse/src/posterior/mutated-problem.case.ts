/** Defects that are made on purpose in a problem, as a method would have them in its code. */
import { stopGradient, type Tensor } from "@scorefield/tensor";
import { gaussianNoise } from "../noise/gaussian.ts";
import { blur } from "../operator/blur.ts";
import type { LinearOperator } from "../operator/operator.ts";
import { size } from "./gaussian-problem.case.ts";

// Not symmetric, so that A is not its own adjoint.
const kernel = [0.1, 0.5, 0.4];
const sigma = 0.3;
const right = blur({ input: [size], kernel });
// Its adjoint, as an operator: the kernel the other way round.
const turned = blur({ input: [size], kernel: [...kernel].reverse() });

/** Values of one function, and derivatives of another. */
const withSlope =
  (value: (x: Tensor) => Tensor, slope: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor => {
    const other = slope(x);
    return stopGradient(value(x).subtract(other)).add(other);
  };

const negative =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    f(x).negate();

/** The problem, right. */
export const rightProblem = { operator: right as LinearOperator, noise: gaussianNoise({ sigma }) };

const changed = (parts: Partial<LinearOperator>, toMeasuredSpectral: (y: Tensor) => Tensor) => ({
  ...rightProblem,
  operator: { ...right, ...parts, svd: { ...right.svd!, toMeasuredSpectral } } as LinearOperator,
});

/**
 * What a method sees of the problem if it has a defect: the noise taken for half of what it is, A in place of A* wherever a method
 * uses A* (itself, by a derivative of A, in the pseudo-inverse or in singular directions), and the likelihood with the other sign.
 */
export const mutations = {
  "sigma halved": { operator: right as LinearOperator, noise: gaussianNoise({ sigma: sigma / 2 }) },
  "A in place of A*": changed(
    {
      adjoint: right.apply,
      // The derivative of turned.apply is A* x, so that its pull back is A.
      apply: withSlope(right.apply, turned.apply),
      pseudoInverse: turned.pseudoInverse,
    },
    right.svd!.toSpectral,
  ),
  "the likelihood's sign": changed(
    {
      adjoint: negative(right.adjoint),
      apply: withSlope(right.apply, negative(right.apply)),
      pseudoInverse: negative(right.pseudoInverse),
    },
    negative(right.svd!.toMeasuredSpectral),
  ),
} as const;
