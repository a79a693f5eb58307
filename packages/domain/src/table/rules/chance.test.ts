import { normal, uniform } from "@scorefield/core";
import { describe, expect, it } from "vitest";
import { expectedAbove, expectedBeyond, neededBreaks } from "./chance.ts";

const normals = (n: number, seed: number): Float64Array => normal([n], { seed, dtype: "float64" }).data;
const uniforms = (n: number, seed: number): Float64Array => uniform([n], { seed, dtype: "float64" }).data;

describe("chance", () => {
  it("needs more rows the more rules are looked at", () => {
    // exp(-e) = 0.001 / 100
    expect(Math.exp(-neededBreaks(100))).toBeCloseTo(1e-5, 12);
  });

  it("counts all pairs of rows", () => {
    const [a, b] = [normals(300, 1), normals(300, 2)];
    const pairs = Array.from(a, (x) => b.filter((y) => y < x).length).reduce((sum, count) => sum + count, 0);
    expect(expectedAbove(a, b)).toBeCloseTo(pairs / 300, 9);
    expect(expectedAbove(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBe(0);
  });

  it("expects few below 0 where a normal distribution thins out before", () => {
    for (let seed = 0; seed < 20; seed++) {
      const differences = normals(1_000, seed).map((value) => value + 3.5);
      // One in 4,300 of them.
      expect(expectedBeyond(differences.filter((value) => value >= 0))).toBeLessThan(10);
    }
  });

  it("expects many below 0 where a distribution is cut off there", () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(expectedBeyond(normals(400, seed).map(Math.abs))).toBeGreaterThan(20);
      expect(expectedBeyond(uniforms(400, seed))).toBeGreaterThan(20);
      expect(expectedBeyond(uniforms(400, seed).map((value) => -Math.log(1 - value)))).toBeGreaterThan(20);
      const whole = uniforms(400, seed).map((value) => Math.floor(-5 * Math.log(1 - value)));
      expect(expectedBeyond(whole, 1)).toBeGreaterThan(20);
    }
  });

  it("counts differences of exactly 0", () => {
    const differences = normals(300, 3).map((value, k) => (k < 40 ? 0 : 20 + value));
    expect(expectedBeyond(differences)).toBe(40);
    expect(expectedBeyond(differences.subarray(40))).toBeLessThan(1);
  });
});
