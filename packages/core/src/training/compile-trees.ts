/** Compiling functions of trees whose types are not known here: trees of a loss, its batches and its extra state. */
import { type CompileOptions, compile, compileScan, type NdArray, type Tensor } from "@scorefield/tensor";
import type { OptimiserState } from "./optimiser.ts";
import { type StepInputs, type StepParts, type StepReport, stepSpecs, trainingStep } from "./step.ts";

/** A compiled function of trees of arrays, to arrays by name. */
interface CompiledTrees<R> {
  (...args: readonly unknown[]): Promise<R>;
  dispose(): Promise<void>;
}

/** As `compile`. */
export const compileTrees = compile as unknown as <R extends Tensor | Readonly<Record<string, Tensor>>>(
  f: (...args: never[]) => R,
  specs: readonly object[],
  options: CompileOptions,
) => Promise<CompiledTrees<R extends Tensor ? NdArray : { readonly [K in keyof R]: NdArray }>>;

/** A compiled block of steps. */
export interface CompiledSteps {
  (
    state: OptimiserState<NdArray>,
    inputs: StepInputs<NdArray, unknown>,
  ): Promise<[OptimiserState<NdArray>, StepReport<NdArray>]>;
  dispose(): Promise<void>;
}

/** Compiles a block of micro-batches. */
export const compileSteps = (
  parts: StepParts,
  microBatches: number,
  options: Pick<CompileOptions, "runtime">,
): Promise<CompiledSteps> =>
  (compileScan as unknown as (step: unknown, specs: object, options: CompileOptions) => Promise<CompiledSteps>)(
    trainingStep(parts),
    { ...stepSpecs(parts), steps: microBatches },
    { ...options, name: "training step" },
  );
