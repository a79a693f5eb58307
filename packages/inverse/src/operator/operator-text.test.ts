import { expect, test } from "vitest";
import { operatorFromText, operatorRecipeFromText } from "./operators.ts";

const input = [1, 20, 16];

test.each([
  ["blur:2", { kind: "blur", sigma: 2 }],
  ["downsample:4", { kind: "downsample", factor: 4 }],
  ["mask:30%", { kind: "mask", share: 0.3 }],
  ["mask:0.3,seed=2", { kind: "mask", share: 0.3, seed: 2 }],
  ["mask:box=12x8", { kind: "mask", box: [4, 4, 12, 8] }],
  ["mask:12x8+0+3", { kind: "mask", box: [0, 3, 12, 8] }],
  ["mask:box=[1,2,3,4]", { kind: "mask", box: [1, 2, 3, 4] }],
  ["hadamard:25%", { kind: "hadamard", measurements: 80 }],
  ["mask:@seen.png", { kind: "mask", mask: { file: "seen.png" } }],
  ['blur:kernel=@"a,b.npy",edges=valid', { kind: "blur", kernel: { file: "a,b.npy" }, edges: "valid" }],
])("%s", (text, recipe) => {
  expect(operatorRecipeFromText(text, { input, units: "shades" })).toEqual({ input, units: "shades", ...recipe });
});

test("operators within another are for the same samples", () => {
  const given = { input: [8], units: "volts" };
  expect(operatorRecipeFromText('{"kind":"magnitude","operator":{"kind":"fourier","share":1}}', given)).toEqual({
    kind: "magnitude",
    operator: { kind: "fourier", share: 1, ...given },
  });
  const stacked = operatorFromText(
    '{"kind":"stack","operators":[{"kind":"blur","sigma":1},{"kind":"identity"}]}',
    given,
  );
  expect(stacked.output).toEqual([16]);
  const row = operatorRecipeFromText('{"kind":"compose","operators":[{"kind":"grey"},{"kind":"identity"}]}', given);
  expect(row.operators).toEqual([{ kind: "grey" }, { kind: "identity", ...given }]);
});

test("what cannot be is refused", () => {
  expect(() => operatorFromText("mask:box=30x8", { input })).toThrow(/box 30x8: expected it within 20x16/);
  expect(() => operatorFromText("mask:box=3x3", { input: [9] })).toThrow(/expected samples of two axes or more/);
  expect(() => operatorFromText("mask:@seen.png", { input })).toThrow(/found the name of a file.*seen.png/);
});
