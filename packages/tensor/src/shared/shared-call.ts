/** The node of a graph that stands for one result of a call of a shared function. */
import { apply, type Operation, type Tensor, type TensorType } from "../graph/tensor.ts";
import type { Session } from "../runtime/runtime.ts";

/** Calls of one shared function with arguments of these types. The attribute says which result of it a node is. */
export interface CallOperation extends Operation<number> {
  /** The function's session, loaded on first use. */
  readonly load: () => Promise<Session>;
}

let made = 0;

/** @param outputs types of the function's results */
export const callOperation = (
  name: string,
  outputs: readonly TensorType[],
  load: () => Promise<Session>,
): CallOperation => ({
  // A number, since other functions may have the same name.
  name: `call ${made++} of ${name}`,
  infer: (_, result) => outputs[result]!,
  pullback: () => {
    throw new Error(`${name}: was called as a session where a derivative needs the inside; report this as a defect`);
  },
  load,
});

/** The results of a call, one node each. */
export const call = (operation: CallOperation, inputs: readonly Tensor[], results: number): Tensor<number>[] =>
  Array.from({ length: results }, (_, i) => apply(operation, inputs, i));

/** The operation of a node that is a result of a call. */
export const callOf = ({ operation }: Tensor): CallOperation | undefined =>
  "load" in operation ? (operation as CallOperation) : undefined;
