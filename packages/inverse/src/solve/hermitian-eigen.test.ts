import { normal } from "@scorefield/core";
import { describe, expect, it } from "vitest";
import { spectralProjection, symmetricEigenRows } from "./hermitian-eigen.ts";

describe("symmetricEigenRows", () => {
  it.each([1, 2, 7, 40])("diagonalises a matrix of %d rows", (d) => {
    const g = normal([d, d], { seed: d, dtype: "float64" }).data;
    const a = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) a[i * d + j] = g[i * d + j]! + g[j * d + i]!;
    const { values, vectors } = symmetricEigenRows(a, d);
    for (let k = 0; k < d; k++)
      for (let i = 0; i < d; i++) {
        let [image, dot] = [0, 0];
        for (let j = 0; j < d; j++) {
          image += a[i * d + j]! * vectors[k * d + j]!;
          dot += vectors[k * d + j]! * vectors[i * d + j]!;
        }
        expect(image).toBeCloseTo(values[k]! * vectors[k * d + i]!, 10);
        expect(dot).toBeCloseTo(i === k ? 1 : 0, 10);
      }
  });
});

describe("spectralProjection", () => {
  it("projects on the span of the vectors that a Hermitian matrix is made of", () => {
    const [d, rank] = [9, 3];
    const b = normal([rank, d, 2], { seed: 1, dtype: "float64" }).data;
    const c = new Float64Array(2 * d * d);
    for (let k = 0; k < rank; k++)
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) {
          const [x, y] = [2 * (k * d + i), 2 * (k * d + j)];
          c[2 * (i * d + j)]! += b[x]! * b[y]! + b[x + 1]! * b[y + 1]!;
          c[2 * (i * d + j) + 1]! += b[x + 1]! * b[y]! - b[x]! * b[y + 1]!;
        }
    const { projection, rank: found } = spectralProjection(c, d, 1e-9);
    expect(found).toBe(rank);
    for (let k = 0; k < rank; k++)
      for (let i = 0; i < d; i++) {
        let [re, im] = [0, 0];
        for (let j = 0; j < d; j++) {
          const [p, q] = [projection[2 * (i * d + j)]!, projection[2 * (i * d + j) + 1]!];
          const [x, y] = [b[2 * (k * d + j)]!, b[2 * (k * d + j) + 1]!];
          re += p * x - q * y;
          im += p * y + q * x;
        }
        expect(re).toBeCloseTo(b[2 * (k * d + i)]!, 9);
        expect(im).toBeCloseTo(b[2 * (k * d + i) + 1]!, 9);
      }
  });
});
