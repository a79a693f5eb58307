import { compile, ndarray, type Tensor } from "scorefield/tensor";
import { expect, test } from "vitest";
import { darcyPairs, darcyPressure, darcyResidual, small } from "./darcy.ts";

test("the solver is of second order on a known solution", () => {
  // p = sin(pi x) sin(pi y), K = exp(x / 2 + y): -div(K grad p) = K (2 pi^2 p - p_x / 2 - p_y).
  const pressure = (x: number, y: number) => Math.sin(Math.PI * x) * Math.sin(Math.PI * y);
  const K = (x: number, y: number) => Math.exp(x / 2 + y);
  const source = (x: number, y: number) => {
    const [px, py] = [
      Math.PI * Math.cos(Math.PI * x) * Math.sin(Math.PI * y),
      Math.PI * Math.sin(Math.PI * x) * Math.cos(Math.PI * y),
    ];
    return K(x, y) * (2 * Math.PI ** 2 * pressure(x, y) - px / 2 - py);
  };
  const errors = [8, 16, 32].map((size) => {
    const on = (f: (x: number, y: number) => number) =>
      Float64Array.from({ length: size * size }, (_, i) =>
        f(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size),
      );
    const found = darcyPressure(on(K), size, source);
    const exact = on(pressure);
    return Math.sqrt(found.reduce((sum, value, i) => sum + (value - exact[i]!) ** 2, 0)) / size;
  });
  for (const [i, error] of errors.slice(0, -1).entries()) {
    const order = Math.log2(error / errors[i + 1]!);
    expect(order).toBeGreaterThan(1.9);
    expect(order).toBeLessThan(2.2);
  }
});

test("pairs have no residual", async () => {
  const pairs = darcyPairs(small, 4, 1);
  const compiled = await compile(
    (x: Tensor) =>
      darcyResidual(x.slice([null, [0, 1]]).reshape([4, 16, 16]), x.slice([null, [1, 2]]).reshape([4, 16, 16]), 16),
    [pairs],
  );
  const found = await compiled(pairs);
  const off = await compiled(
    ndarray(
      pairs.data.map((value, i) => (i % 512 >= 256 ? 1.1 * value : value)),
      pairs.shape,
    ),
  );
  await compiled.dispose();
  for (const value of found.data) expect(Math.abs(Number(value))).toBeLessThan(1e-11);
  // The equation is linear in the pressure.
  for (const value of off.data) expect(Number(value)).toBeCloseTo(0.1, 9);
});
