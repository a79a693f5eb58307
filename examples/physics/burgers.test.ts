import { compile, ndarray, type Tensor } from "scorefield/tensor";
import { expect, test } from "vitest";
import { advance, advanced, type Burgers, burgersEnsemble, burgersErrors, small } from "./burgers.ts";

const wave = (cells: number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: cells }, (_, i) => {
    // Averages over cells of 0.2 + sin.
    const shrunk = Math.sin(Math.PI / cells) / (Math.PI / cells);
    return 0.2 + shrunk * Math.sin(2 * Math.PI * ((i + 0.5) / cells));
  });

const solved = (cells: number): Float64Array => {
  const problem: Burgers = { cells, viscosity: 0.05, interval: 0.2, snapshots: 2, steps: Math.ceil(cells ** 2 / 20) };
  return advance(wave(cells), problem);
};

test("the solver is of second order", () => {
  // Averages of a fine solution over the cells of a coarse one.
  const fine = solved(256);
  const errors = [16, 32, 64].map((cells) => {
    const per = 256 / cells;
    const found = solved(cells);
    const squares = found.map((value, i) => {
      const mean = fine.subarray(i * per, (i + 1) * per).reduce((a, b) => a + b) / per;
      return (value - mean) ** 2;
    });
    return Math.sqrt(squares.reduce((a, b) => a + b) / cells);
  });
  for (const [a, b] of [
    [errors[0]!, errors[1]!],
    [errors[1]!, errors[2]!],
  ] as const) {
    const order = Math.log2(a / b);
    expect(order).toBeGreaterThan(1.9);
    expect(order).toBeLessThan(2.3);
  }
});

test("mass is conserved to rounding, energy falls, and data have no residual", () => {
  const samples = burgersEnsemble(small, 50, 1);
  const { mass, residual } = burgersErrors(samples, small);
  expect(mass).toBeLessThan(1e-15);
  expect(residual).toBe(0);
  const energy = (s: number, t: number) =>
    samples.data.subarray((s * 4 + t) * 32, (s * 4 + t + 1) * 32).reduce((sum, u) => sum + u * u, 0);
  for (let s = 0; s < 50; s++) for (let t = 1; t < 4; t++) expect(energy(s, t)).toBeLessThan(energy(s, t - 1));
});

test("tensors advance as numbers do", async () => {
  const { data } = burgersEnsemble(small, 3, 2);
  const from = ndarray(Float64Array.from([0, 1, 2].flatMap((s) => [...data.subarray(s * 128, s * 128 + 32)])), [3, 32]);
  const compiled = await compile((u: Tensor) => advanced(u, small), [from]);
  const found = (await compiled(from)).data;
  await compiled.dispose();
  for (let s = 0; s < 3; s++)
    for (let i = 0; i < 32; i++) expect(found[s * 32 + i]).toBeCloseTo(data[s * 128 + 32 + i]!, 12);
});
