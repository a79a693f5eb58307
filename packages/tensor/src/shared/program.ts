/** Loading a traced function: as one session, or as several with calls of shared functions between them. */
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { withNodes } from "../graph/tensor.ts";
import type { NdArray } from "../ndarray.ts";
import { type BorderNames, lower } from "../onnx/lower.ts";
import { isConvolution } from "../operation/convolution.ts";
import { optimise } from "../pass/optimise.ts";
import { loadGraph } from "../runtime/load-graph.ts";
import type { Runtime, Session } from "../runtime/runtime.ts";
import { borderNames, type Traced } from "../trace.ts";
import { inFlight } from "./in-flight.ts";
import { type Split, split } from "./split.ts";

/** What a runtime is asked before a graph is lowered for it. */
export const questionOf = ({ outputs }: Graph): { convolution: boolean; float16: boolean } => {
  const nodes = topologicalOrder(outputs);
  return { convolution: nodes.some(isConvolution), float16: nodes.some(({ dtype }) => dtype === "float16") };
};

const numbered = ({ inputs, outputs }: Graph): BorderNames => ({
  inputs: inputs.map((_, i) => `input.${i}`),
  outputs: outputs.map((_, i) => `output.${i}`),
});

/** @throws RuntimeError when the runtime cannot load it */
export const loadProgram = async (runtime: Runtime, traced: Traced): Promise<Session> => {
  const { graph, nodes } = traced;
  // A model must have a result.
  if (graph.outputs.length === 0) return { run: async () => [], dispose: async () => {} };
  const target = await runtime.target(questionOf(graph));
  const optimised = withNodes(nodes, () => optimise(graph, target));
  const load = (part: Graph, names: BorderNames): Promise<Session> =>
    loadGraph(
      runtime,
      withNodes(nodes, () => lower(part, target, names)),
    );
  const parts = withNodes(nodes, () => split(optimised));
  return parts ? loadParts(parts, (part) => load(part, numbered(part))) : load(optimised, borderNames(traced));
};

const loadParts = async (
  { steps, constants, outputs }: Split,
  load: (part: Graph) => Promise<Session>,
): Promise<Session> => {
  const own: Session[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(own.map((session) => session.dispose()));
  };
  const sessions: Session[] = [];
  try {
    for (const { run } of steps) {
      const session = "load" in run ? await run.load() : await load(run);
      sessions.push(session);
      if (!("load" in run)) own.push(session);
    }
  } catch (error) {
    await dispose();
    throw error;
  }

  // A value is dropped after the last step that reads it.
  const kept = new Set(outputs);
  const drops: number[][] = steps.map(() => []);
  const last = new Map(steps.flatMap(({ inputs }, step) => inputs.map((value) => [value, step] as const)));
  for (const [value, step] of last) if (!kept.has(value)) drops[step]!.push(value);

  const run = async (inputs: readonly NdArray[]): Promise<NdArray[]> => {
    const values = new Map<number, NdArray>([...inputs.entries(), ...constants]);
    for (const [i, step] of steps.entries()) {
      const results = await sessions[i]!.run(step.inputs.map((value) => values.get(value)!));
      for (const [result, value] of step.outputs.entries())
        if (value !== undefined) values.set(value, results[result]!);
      for (const value of drops[i]!) values.delete(value);
    }
    // What is returned is the caller's own, and so is what was handed in.
    const given = new Set<unknown>([...inputs, ...constants.values()]);
    return outputs.map((value) => {
      const array = values.get(value)!;
      if (given.has(array)) return { ...array, data: array.data.slice() } as NdArray;
      given.add(array);
      return array;
    });
  };
  const runs = inFlight();
  return {
    run: (inputs) => runs.during(() => run(inputs)),
    dispose: async () => {
      await runs.settled();
      await dispose();
    },
  };
};
