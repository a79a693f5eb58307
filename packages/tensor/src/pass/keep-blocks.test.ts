import "../methods.ts";
import { describe, expect, it } from "vitest";
import { traceOptimised } from "../compile.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray } from "../ndarray.ts";
import { sigmoid } from "../operation/activation.ts";
import { scaleShift } from "../operation/channel.ts";
import { where } from "../operation/comparison.ts";
import { conv } from "../operation/convolution.ts";
import { concat, sliceAxis } from "../operation/window.ts";
import { expectClose } from "../testing/close.ts";
import { evaluate } from "../testing/evaluate.ts";
import { checkPass } from "../testing/graph.ts";
import { randomArray } from "../testing/random.ts";
import { keepBlocks } from "./keep-blocks.ts";

const target = { portable: false, convolutionBlock: 16 };
const n = 2;

/** What lies between two convolutions, from 32 channels to 32. */
const between: Record<string, (x: Tensor) => Tensor> = {
  "elementwise operations": (x) => sigmoid(x).multiply(x).add(x.multiply(0.3)).subtract(1),
  "parts and their concatenation": (x) => concat([sliceAxis(x, 1, 16, 32), sliceAxis(x, 1, 0, 16)], 1),
  "channels of all samples as the channels of one": (x) =>
    x
      .reshape([1, n * 32, 4, 5])
      .multiply(2)
      .reshape(x.shape),
  "scaled channels added to something": (x) => {
    const factors = sliceAxis(sliceAxis(x, 2, 0, 1), 3, 0, 1).reshape([n, 32]);
    return scaleShift(x, factors)
      .add(sigmoid(x))
      .add(scaleShift(x, factors, factors));
  },
  "results of other types": (x) => where(x.greater(0.1), x.cast("float64").multiply(2).cast(x.dtype), x),
};
const through = (f: (x: Tensor) => Tensor) => (x: Tensor, w: Tensor) =>
  conv(f(conv(x, w, { padding: 1 })), w, { padding: 1 });

describe("keepBlocks", () => {
  it("keeps the values of random graphs", () => checkPass((graph) => keepBlocks(graph, target), { seed: 17 }));

  it.each(Object.entries(between))("keeps values through %s", async (_, f) => {
    const [x, w] = [randomArray(1, [n, 32, 4, 5]), randomArray(2, [32, 32, 3, 3], { low: -0.1, high: 0.1 })];
    const { y: exact } = await evaluate(({ x, w }) => ({ y: through(f)(x, w) }), { x, w });
    const single = { x: castArray(x, "float32"), w: castArray(w, "float32") };
    const { y } = await evaluate(({ x, w }) => ({ y: through(f)(x, w) }), single);
    expectClose(castArray(y, "float64"), exact, { absolute: 2e-4 });
  });

  it.each(Object.keys(between).slice(0, 3))("converts only at the ends of %s", (name) => {
    const specs = [{ shape: [n, 32, 4, 5] }, { shape: [32, 32, 3, 3] }];
    const { nodes } = traceOptimised((x, w) => through(between[name]!)(x!, w!), specs, target);
    const reorders = nodes.filter(({ op }) => op.startsWith("Reorder")).map(({ op }) => op);
    expect(reorders).toEqual(["ReorderInput", "ReorderOutput"]);
  });

  it("adds to scaled channels in their own kernel", () => {
    const add = (x: Tensor, scale: Tensor) => scaleShift(x, scale).add(scaleShift(sigmoid(x), scale));
    const specs = [{ shape: [n, 32, 4, 5] }, { shape: [n, 32] }];
    const { nodes } = traceOptimised((x, scale) => add(x!, scale!), specs, target);
    expect(nodes.filter(({ op }) => op === "Add")).toEqual([]);
  });
});
