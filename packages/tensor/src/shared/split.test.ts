import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../methods.ts";
import { compile } from "../compile.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { apply, type Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../ndarray.ts";
import { constant, isInput } from "../operation/source.ts";
import { expectClose } from "../testing/close.ts";
import { testRuntime } from "../testing/evaluate.ts";
import { graphOf, operationsOf, randomGraph, runGraph } from "../testing/graph.ts";
import { randomArray } from "../testing/random.ts";
import { specOf } from "../trace.ts";
import { sharedSessions } from "./sessions.ts";
import { shared } from "./shared.ts";
import { call, callOperation } from "./shared-call.ts";
import { split } from "./split.ts";

const never = () => Promise.reject(new Error("not loaded here"));
const vector = { dtype: "float32", shape: [3] } as const;
const network = callOperation("network", [vector, vector], never);
const called = (x: Tensor, result = 0): Tensor => call(network, [x], 2)[result]!;

/** What a split does, step by step: `call`, or the operations of a graph. */
const stepsOf = (graph: Graph): unknown[] =>
  split(graph)!.steps.map(({ run }) => ("load" in run ? "call" : operationsOf(run)));

describe("split", () => {
  it("leaves a graph without calls as it is", () => {
    expect(split(graphOf((x) => [x!.exp()], [[3]]))).toBeUndefined();
  });

  it("puts what needs no call between into one graph, before calls as early as may be", () => {
    const graph = graphOf(
      (x, y) => {
        const scaled = x!.multiply(2);
        const first = called(scaled);
        const second = called(first.add(y!.exp()));
        return [second.sin(), first.cos(), x!.tanh()];
      },
      [[3], [3]],
    );
    expect(stepsOf(graph)).toEqual([["exp", "multiply", "tanh"], "call", ["add", "cos"], "call", ["sin"]]);
  });

  it("calls once for all results, and side by side where no call waits for another", () => {
    const graph = graphOf((x, y) => [called(x!).add(called(x!, 1)), called(y!, 1), called(called(y!, 1))], [[3], [3]]);
    expect(stepsOf(graph)).toEqual(["call", "call", ["add"], "call"]);
    const [one, two] = split(graph)!.steps;
    expect([one, two].map((step) => step!.outputs.filter((value) => value !== undefined).length).sort()).toEqual([
      1, 2,
    ]);
  });

  it("hands over what is stretched as it was before, and no constants", () => {
    const big = constant(randomArray(1, [100, 3], { dtype: "float32" }));
    const graph = graphOf(
      (x) => {
        const wide = x!.sum().exp().broadcastTo([100, 3]);
        return [wide.add(big).sum(0), wide.multiply(called(x!)).add(big), called(constant(1).broadcastTo([3]))];
      },
      [[3]],
    );
    const { steps: found, constants, outputs } = split(graph)!;
    const after = found.at(-1)!;
    expect(operationsOf(after.run as Graph)).toEqual(["add", "broadcastTo", "multiply"]);
    expect((after.run as Graph).inputs.map(({ shape }) => shape)).toEqual([[], [3]]);
    expect(constants.size).toBe(0);
    expect(outputs.length).toBe(3);
    const known = split(graphOf(() => [called(constant(randomArray(2, [3], { dtype: "float32" })))], []))!;
    expect([known.constants.size, known.steps.length]).toEqual([1, 1]);
  });

  it("computes what random graphs do, with any of their nodes as calls", { timeout: 120_000 }, async () => {
    const runtime = testRuntime();
    await fc.assert(
      fc.asyncProperty(
        randomGraph("float64"),
        fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }),
        async ({ graph, arrays }, choices) => {
          const marks = new Map<string, (...xs: Tensor[]) => Tensor>();
          const f = (...args: Tensor[]): Tensor[] => {
            const made = new Map<Tensor, Tensor>(graph.inputs.map((x, i) => [x, args[i]!]));
            for (const [i, node] of topologicalOrder(graph.outputs).entries()) {
              if (isInput(node) || node.inputs.length === 0) {
                if (!made.has(node)) made.set(node, node);
                continue;
              }
              const inputs = node.inputs.map((x) => made.get(x)!);
              const { operation, attributes } = node;
              const key = `${operation.name} ${JSON.stringify(attributes)}`;
              if (!marks.has(key))
                marks.set(
                  key,
                  shared((...xs: Tensor[]) => apply(operation, xs, attributes)),
                );
              const chosen = choices[i % choices.length] === 0;
              made.set(node, chosen ? marks.get(key)!(...inputs) : apply(operation, inputs, attributes));
            }
            return graph.outputs.map((output) => made.get(output)!);
          };
          const expected = await runGraph({ inputs: graph.inputs, outputs: topologicalOrder(graph.outputs) }, arrays);
          const scale = Math.max(1, ...expected.flatMap(({ data }) => Array.from(data as Float64Array, Math.abs)));
          const sessions = sharedSessions({ runtime, leastBytes: 0 });
          const compiled = await compile(f as (...args: Tensor[]) => Tensor[], arrays.map(specOf), { sessions });
          const found = await (compiled as unknown as (...args: readonly NdArray[]) => Promise<NdArray[]>)(...arrays);
          const whole = await runGraph(graph, arrays);
          for (const [i, array] of whole.entries()) expectClose(found[i]!, array, { absolute: 1e-12 * scale });
          await compiled.dispose();
          await sessions.dispose();
        },
      ),
      { numRuns: 25, seed: 3 },
    );
  });
});
