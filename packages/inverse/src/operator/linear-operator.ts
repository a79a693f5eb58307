/** A linear operator from what is known of it: what is left out is filled in. */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkPositive, checkWhole } from "@scorefield/core/internal";
import { ShapeError, Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { conjugateGradients } from "../solve/conjugate-gradients.ts";
import { perSampleScalar } from "../solve/per-sample-scalar.ts";
import { checkSamples, type LinearOperator, type Operator, operator, type Svd } from "./operator.ts";
import {
  largest,
  type MeasuredSpectrum,
  measuredSolvers,
  type Spectrum,
  spectralSolvers,
  svdFromSpectrum,
} from "./spectrum.ts";

type Solvers = Pick<LinearOperator, "pseudoInverse" | "solve" | "solveMeasured">;

/** What a linear operator is made of. */
export interface LinearParts extends Operator, Partial<Solvers> {
  /** A* y. It may rely on the shape of y. */
  adjoint(y: Tensor): Tensor;
  /** The largest singular value, where it is known and no spectrum gives it. */
  readonly norm?: number;
  /** An upper bound of it, where it is not known. See {@link "./power-iteration.ts"}. */
  readonly normBound?: number;
  /** The diagonal form of A* A, where it is known: all else follows from it. */
  readonly spectrum?: Spectrum;
  /** The singular value decomposition, in place of a spectrum. */
  readonly svd?: Svd;
  /** The diagonal form of A A*, where it is known and that of A* A is not: pseudo-inverse and solutions follow from it. */
  readonly measuredSpectrum?: MeasuredSpectrum;
  /** Whether solutions are closed forms. Default: where a spectrum or all three are given. */
  readonly closedForm?: boolean;
  /** Steps of conjugate gradients, where there is no closed form. Default 50. */
  readonly steps?: number;
}

/**
 * A linear operator that checks the shapes of what it is given. `pseudoInverse`, `solve` and `solveMeasured` that are left out
 * follow from a spectrum. Without one they are `steps` steps of conjugate gradients, see {@link conjugateGradients}.
 * @throws ArgumentError where the norm is left out and no spectrum gives it, and for a norm or number of steps out of range
 */
export const linearOperator = (parts: LinearParts): LinearOperator => {
  checkMade(
    "linearOperator",
    parts,
    ["kind", "input", "output", "units", "recipe", "apply", "adjoint"],
    "the parts of a linear operator, with apply and adjoint",
  );
  const { norm, normBound, spectrum, measuredSpectrum, steps = 50, ...about } = parts;
  const { kind, input, output } = about;
  checkWhole(`${kind} steps`, steps);
  const svd = about.svd ?? (spectrum && svdFromSpectrum(about, spectrum));
  const exact =
    norm ?? (svd ? largest(svd.singularValues) : measuredSpectrum && largest(measuredSpectrum.singularValues));
  const size = exact ?? normBound;
  if (size === undefined || !(size >= 0 && Number.isFinite(size)))
    throw new ArgumentError(
      `${kind}: expected norm or normBound, a number of at least 0, found ${size ?? "none"}; powerIteration measures it`,
    );
  const closed = svd ? spectralSolvers(svd) : measuredSpectrum && measuredSolvers(about, measuredSpectrum);
  const { pseudoInverse, solve, solveMeasured } = { ...byGradients(about, steps), ...closed, ...given(about) };
  const takes =
    (what: string, shape: readonly number[], f: (x: Tensor, rho: Tensor | number) => Tensor) =>
    (x: Tensor, rho: Tensor | number): Tensor => {
      checkSamples(`${kind} ${what}`, x, shape);
      checkRho(`${kind} ${what} rho`, rho, x);
      return f(x, rho);
    };
  return {
    ...operator(about),
    linear: true,
    adjoint: (y) => takes("adjoint", output, about.adjoint)(y, 1),
    pseudoInverse: (y) => takes("pseudoInverse", output, pseudoInverse)(y, 1),
    solve: takes("solve", input, solve),
    solveMeasured: takes("solveMeasured", output, solveMeasured),
    closedForm: about.closedForm ?? (closed !== undefined || Object.keys(given(about)).length === 3),
    norm: size,
    normIs: exact === undefined ? "bound" : "exact",
    ...(svd && { svd }),
  };
};

const checkRho = (name: string, rho: Tensor | number, { shape: [n] }: Tensor): void => {
  if (typeof rho === "number") checkPositive(name, rho);
  else if (!(rho instanceof Tensor))
    throw new ArgumentError(`${name}: expected a positive number or a tensor, found ${showValue(rho)}`);
  else if (rho.rank > 1 || (rho.rank === 1 && rho.shape[0] !== n && rho.shape[0] !== 1))
    throw new ShapeError(`${name}: expected a scalar or one number for each of ${n} samples, found [${rho.shape}]`);
};

const given = ({ pseudoInverse, solve, solveMeasured }: Partial<Solvers>): Partial<Solvers> => ({
  ...(pseudoInverse && { pseudoInverse }),
  ...(solve && { solve }),
  ...(solveMeasured && { solveMeasured }),
});

const byGradients = ({ apply, adjoint }: Pick<LinearOperator, "apply" | "adjoint">, steps: number): Solvers => {
  const shifted = (product: (x: Tensor) => Tensor, rho: Tensor | number) => (x: Tensor) =>
    product(x).add(perSampleScalar(rho, x).multiply(x));
  return {
    pseudoInverse: (y) => conjugateGradients((x) => adjoint(apply(x)), adjoint(y), { steps }),
    solve: (b, rho) =>
      conjugateGradients(
        shifted((x) => adjoint(apply(x)), rho),
        b,
        { steps },
      ),
    solveMeasured: (y, rho) =>
      conjugateGradients(
        shifted((u) => apply(adjoint(u)), rho),
        y,
        { steps },
      ),
  };
};
