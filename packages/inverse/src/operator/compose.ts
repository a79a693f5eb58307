import { ArgumentError, declare, setting } from "@scorefield/core";
import { ShapeError } from "@scorefield/tensor";
import { anyOperator } from "./any-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { joinUnits } from "./join-units.ts";
import { linearOperator } from "./linear-operator.ts";
import { checkOperator, isLinear, type LinearOperator, type Operator, operator } from "./operator.ts";

const settings = {
  operators: setting.list(setting.part(anyOperator, { help: "operator" }), {
    fewest: 1,
    help: "in the order of the product: the last is applied to the sample first",
  }),
  ...gradientSteps("where all are linear"),
};

const checkMeeting = (outer: Operator, inner: Operator): string => {
  if (outer.input.join() !== inner.output.join())
    throw new ShapeError(
      `compose: expected ${outer.kind} of samples [${inner.output}], what ${inner.kind} gives, found one of [${outer.input}]`,
    );
  if (Boolean(outer.complex?.input) !== Boolean(inner.complex?.output))
    throw new ArgumentError(
      `compose: expected complex numbers on both sides or none, found ${inner.kind} with ${
        inner.complex?.output ? "complex" : "real"
      } results before ${outer.kind} with ${outer.complex?.input ? "complex" : "real"} samples`,
    );
  return joinUnits("compose", [outer.units.input, inner.units.output]);
};

/** Operators one after another, as a part. */
export const composition = declare({
  kind: "compose",
  name: "compose",
  family: "combinations",
  summary: "operators one after another",
  source: "elementary",
  settings,
  make: ({ operators, steps }, recipe): Operator => {
    for (const [i, outer] of operators.slice(0, -1).entries()) checkMeeting(outer, operators[i + 1]!);
    const [first, last] = [operators[0]!, operators.at(-1)!];
    const inwards = operators.toReversed();
    const complex = {
      ...(last.complex?.input && { input: true }),
      ...(first.complex?.output && { output: true }),
    };
    const parts = {
      kind: "compose",
      input: last.input,
      output: first.output,
      units: { input: last.units.input, output: first.units.output },
      complex,
      recipe,
      apply: (x: Parameters<Operator["apply"]>[0]) => inwards.reduce((y, { apply }) => apply(y), x),
    };
    if (!operators.every(isLinear)) return operator(parts);
    return linearOperator({
      ...parts,
      adjoint: (y) => (operators as readonly LinearOperator[]).reduce((x, { adjoint }) => adjoint(x), y),
      normBound: (operators as readonly LinearOperator[]).reduce((product, { norm }) => product * norm, 1),
      steps,
    });
  },
});

/**
 * Operators one after another: `compose(a, b)` is A(B(x)). Of linear ones the adjoint is B* A*, the norm at most the product of norms, and
 * solutions are conjugate gradients.
 * @throws ShapeError where a result has not the shape that the next operator takes; ArgumentError for units that differ, complex numbers
 *   where real ones are expected, and for what is not an operator
 */
export const compose: {
  (...operators: readonly LinearOperator[]): LinearOperator;
  (...operators: readonly Operator[]): Operator;
} = (...operators: readonly Operator[]) => {
  for (const one of operators) checkOperator("compose", one);
  return composition({ operators }) as LinearOperator;
};
