import { edm, exact, gaussian } from "@scorefield/core";
import { blur, columns, downsample, grey, hadamard, mask, type Operator } from "@scorefield/inverse";
import { defaultRuntime, ndarray, type Shape, setDefaultRuntime, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exactRun } from "./exact-run.case.ts";
import { drawsPictures, restorationPanels } from "./restoration-panels.ts";
import type { Restored } from "./restore-run.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const units = "intensity in [-1, 1]";
const filled = (shape: Shape, value: number) => ndarray(new Float64Array(sizeOf(shape)).fill(value), shape);
const runOf = (shape: Shape) => exactRun(exact(gaussian({ mean: filled(shape, 0) }), edm()), { kind: "images" });
const restoredOf = (shape: Shape, draws: number): Restored => ({
  method: { kind: "daps" },
  draws: filled([draws, ...shape], 0.5),
  mean: filled(shape, 0.5),
  ...(draws > 1 && { deviation: filled(shape, 0.25) }),
  misfit: { found: 1, allowed: 1, ofDraws: new Float64Array(draws), units },
  evaluations: 1,
  seconds: 1,
});
const panels = (operator: Operator, draws = 4, truth?: number) =>
  restorationPanels(
    runOf(operator.input),
    operator,
    filled(operator.output, 0.75),
    restoredOf(operator.input, draws),
    truth === undefined ? undefined : filled(operator.input, truth),
  );
const titles = async (...args: Parameters<typeof panels>) => (await panels(...args)).map(({ title }) => title);
const [small, colour] = [
  [1, 4, 4],
  [3, 4, 4],
];

test("what there is to show", async () => {
  const all = ["measurement", "mean of 4", "draw 1", "draw 2", "draw 3", "deviation"];
  expect(await titles(blur({ input: small, sigma: 1, units }))).toEqual(all);
  expect(await titles(grey({ input: colour, units }), 4, 0)).toEqual([
    ...all.slice(0, 2),
    "truth",
    ...all.slice(2),
    "|mean - truth|",
  ]);
  expect(await titles(downsample({ input: colour, factor: 2, units }), 1, 0)).toEqual([
    "measurement",
    "restored",
    "truth",
    "|mean - truth|",
  ]);
});

test("what was seen stands in its place, and what was not is marked", async () => {
  const [seen] = await panels(mask({ input: colour, box: [0, 0, 2, 4], units }));
  expect(seen!.values.shape).toEqual(colour);
  expect(Array.from(seen!.seen!)).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
  expect([seen!.values.data[0], seen!.values.data[15]]).toEqual([0, 0.75]);
  const [least] = await panels(hadamard({ input: small, measurements: 8, units }));
  expect(least).toMatchObject({ title: "measurement", about: "least-norm solution" });
  const last = (await panels(blur({ input: small, sigma: 1, units }), 4, 0)).at(-1)!;
  expect(last).toMatchObject({ range: [0, 0.5], size: true });
});

test("rows are no pictures", async () => {
  const run = exactRun(exact(gaussian({ mean: [0, 0] }), edm()), { kind: "none" }, { columns: ["a", "b"] });
  expect(drawsPictures(run)).toBe(false);
  const operator = columns({ input: [2], columns: [0] });
  expect(await restorationPanels(run, operator, filled([1], 0), restoredOf([2], 2))).toEqual([]);
});
