/** A value that must not be differentiated, as its derivative is no use: of a step function it is 0 wherever it exists. */
import { TraceError } from "../errors.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";

const withoutDerivativeOperation: Operation<string> = {
  name: "withoutDerivative",
  infer: ([value]) => value!,
  pullback: (_, { attributes: reason }) => {
    throw new TraceError(reason);
  },
  expand: (node) => node.inputs[0],
};

/**
 * The same value. A derivative of it with respect to what `of` depends on is refused, where it would count as 0 otherwise.
 * @param reason the message of the TraceError that differentiating throws
 */
export const withoutDerivative = (value: Tensor, of: readonly Tensor[], reason: string): Tensor =>
  apply(withoutDerivativeOperation, [value, ...of], reason);
