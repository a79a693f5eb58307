import { describe, expect, it } from "vitest";
import { add, multiply, subtract } from "../operation/arithmetic.ts";
import { exp } from "../operation/exponential.ts";
import { checkPass, graphOf, operationsOf } from "../testing/graph.ts";
import { commonSubexpressions } from "./common-subexpressions.ts";

describe("commonSubexpressions", () => {
  it("keeps the values of random graphs", () => checkPass(commonSubexpressions, { seed: 41 }));

  it("makes equal expressions one node, in any order of commuting operands", () => {
    const graph = graphOf(
      (a, b) => [exp(add(a!, b!)), exp(add(b!, a!)), multiply(add(b!, a!), add(a!, b!))],
      [[2], [2]],
    );
    const { outputs } = commonSubexpressions(graph);
    expect(outputs[0]).toBe(outputs[1]);
    expect(operationsOf({ ...graph, outputs })).toEqual(["add", "exp", "multiply"]);
  });

  it("keeps apart what does not commute", () => {
    const graph = graphOf((a, b) => [subtract(a!, b!), subtract(b!, a!)], [[2], [2]]);
    expect(operationsOf(commonSubexpressions(graph))).toEqual(["subtract", "subtract"]);
  });
});
