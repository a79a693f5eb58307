import { ArgumentError, declare, setting } from "@scorefield/core";
import { concat, ShapeError, sizeOf, type Tensor } from "@scorefield/tensor";
import { anyOperator } from "./any-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { joinUnits } from "./join-units.ts";
import { linearOperator } from "./linear-operator.ts";
import { checkOperator, isLinear, type LinearOperator, type Operator, operator } from "./operator.ts";

const settings = {
  operators: setting.list(setting.part(anyOperator, { help: "operator" }), {
    fewest: 1,
    help: "what is measured of one sample, in the order of y",
  }),
  ...gradientSteps("where all are linear"),
};

/** Several measurements of one sample, as a part. */
export const stacked = declare({
  kind: "stack",
  name: "stack",
  family: "combinations",
  summary: "several measurements of one sample",
  source: "elementary",
  settings,
  make: ({ operators, steps }, recipe): Operator => {
    const { input, complex } = operators[0]!;
    for (const other of operators) {
      if (other.input.join() !== input.join())
        throw new ShapeError(
          `stack: expected operators of samples [${input}], found ${other.kind} of [${other.input}]`,
        );
      if (Boolean(other.complex?.input) !== Boolean(complex?.input))
        throw new ArgumentError("stack: expected complex samples for all operators or for none, found both");
    }
    const sizes = operators.map(({ output }) => sizeOf(output));
    const size = sizes.reduce((sum, one) => sum + one, 0);
    const parts = {
      kind: "stack",
      input,
      output: [size],
      units: {
        input: joinUnits(
          "stack",
          operators.map(({ units }) => units.input),
        ),
        output: [...new Set(operators.map(({ units }) => units.output))].join("; "),
      },
      ...(complex?.input && { complex: { input: true } }),
      recipe,
      apply: (x: Tensor) =>
        concat(
          operators.map(({ apply }, i) => apply(x).reshape([x.shape[0]!, sizes[i]!])),
          1,
        ),
    };
    if (!operators.every(isLinear)) return operator(parts);
    const linear = operators as readonly LinearOperator[];
    return linearOperator({
      ...parts,
      adjoint: (y) =>
        y
          .split(sizes, 1)
          .map((part, i) => linear[i]!.adjoint(part.reshape([y.shape[0]!, ...linear[i]!.output])))
          .reduce((sum, x) => sum.add(x)),
      normBound: Math.hypot(...linear.map(({ norm }) => norm)),
      steps,
    });
  },
});

/**
 * Several measurements of one sample: y = (A x, B x, ...), each in row-major order, as one axis. Complex numbers of y lie side by side.
 * Of linear operators the adjoint is A* + B* + ..., the norm at most the root of the sum of squared norms, and solutions are conjugate
 * gradients.
 * @throws ShapeError for operators of different samples; ArgumentError for different units of these, for no operators, and for what is
 *   not an operator
 */
export const stack: {
  (operators: readonly LinearOperator[]): LinearOperator;
  (operators: readonly Operator[]): Operator;
} = (operators: readonly Operator[]) => {
  if (Array.isArray(operators)) for (const one of operators) checkOperator("stack", one);
  return stacked({ operators }) as LinearOperator;
};
