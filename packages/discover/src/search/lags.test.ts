import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { edgesOf } from "../graph/graph.ts";
import { bic } from "../score/bic.ts";
import { exactSearch } from "./exact.ts";
import { ges } from "./ges.ts";
import { hillClimb } from "./hill-climb.ts";
import { withLags, withoutLags } from "./lags.ts";

/** x drives y a row later, y drives z two rows later, all by themselves besides. */
const series = (rows: number, seed: number) => {
  const noise = normal([rows, 3], { seed, dtype: "float64" }).data;
  const values = new Float64Array(rows * 3);
  const at = (t: number, j: number) => (t < 0 ? 0 : values[t * 3 + j]!);
  for (let t = 0; t < rows; t++) {
    values[t * 3] = 0.5 * at(t - 1, 0) + noise[t * 3]!;
    values[t * 3 + 1] = 0.8 * at(t - 1, 0) + noise[t * 3 + 1]!;
    values[t * 3 + 2] = 0.8 * at(t - 2, 1) + noise[t * 3 + 2]!;
  }
  return { names: ["x", "y", "z"], values };
};

test("all searches find causes in the past, and no edge back in time", async () => {
  const { observations, knowledge } = withLags([series(150, 1), series(150, 2)], { lags: 2 });
  expect(observations.values.length).toBe(2 * 148 * 9);
  for (const search of [exactSearch, ges, hillClimb]) {
    const { graph } = await search(bic(observations, { penalty: 2 }), { knowledge });
    expect(edgesOf(graph)).toEqual([
      { from: "x[t-1]", to: "x", directed: true },
      { from: "x[t-1]", to: "y", directed: true },
      { from: "y[t-2]", to: "z", directed: true },
    ]);
    expect(edgesOf(withoutLags(graph))).toEqual([
      { from: "x", to: "y", directed: true },
      { from: "y", to: "z", directed: true },
    ]);
  }
});

test("rows are not the past of another series", () => {
  const one = { names: ["x"], values: Float64Array.of(1, 2, 3) };
  const two = { names: ["x"], values: Float64Array.of(7, 8), targets: [[], [0]] };
  const { observations } = withLags([one, two]);
  expect(observations).toEqual({
    names: ["x", "x[t-1]"],
    values: Float64Array.of(2, 1, 3, 2, 8, 7),
    targets: [[], [], [0]],
  });
  expect(() => withLags([one, { names: ["y"], values: Float64Array.of(1, 2) }])).toThrow("series of x");
  expect(() => withLags(one, { lags: 3 })).toThrow("at least 4 rows");
});
