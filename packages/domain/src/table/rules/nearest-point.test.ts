import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LinearLimit, nearestPoint } from "./nearest-point.ts";

const limit = (normal: number[], at: number, equal = false): LinearLimit => ({
  normal: Float64Array.from(normal),
  limit: at,
  equal,
});
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, j) => sum + value * b[j]!, 0);

describe("nearestPoint", () => {
  it("stays at 0 where that is allowed", () => {
    expect([...nearestPoint(2, [limit([1, 1], 0), limit([1, 0], 3)])!]).toEqual([0, 0]);
  });

  it("is the foot of the perpendicular for one equality", () => {
    // x = b n / |n|^2
    const [x, y, z] = nearestPoint(3, [limit([1, 2, 2], 9, true)])!;
    expect([x, y, z].map((value) => value!.toFixed(12))).toEqual([1, 2, 2].map((value) => value.toFixed(12)));
  });

  it("drops a limit that another makes needless", () => {
    // Nearest to 0 with x >= 1 and x + y >= 4 is (2, 2); the first is not tight.
    const [x, y] = nearestPoint(2, [limit([-1, 0], -1), limit([-1, -1], -4)])!;
    expect(x).toBeCloseTo(2, 12);
    expect(y).toBeCloseTo(2, 12);
  });

  it("finds contradictions, of inequalities, equalities and both", () => {
    expect(nearestPoint(1, [limit([1], -1), limit([-1], -1)])).toBeUndefined();
    expect(nearestPoint(2, [limit([1, 1], 1, true), limit([2, 2], 3, true)])).toBeUndefined();
    expect(nearestPoint(2, [limit([1, 1], 1, true), limit([1, 1], 0)])).toBeUndefined();
    expect(nearestPoint(1, [limit([0], -1)])).toBeUndefined();
    expect(nearestPoint(2, [limit([1, 1], 1, true), limit([2, 2], 2, true)])).toBeDefined();
  });

  it("takes columns of very different sizes", () => {
    const limits = [limit([-1, 0], -5), limit([1, -1e-5], 0)];
    const [x, y] = nearestPoint(2, limits)!;
    expect(x).toBeCloseTo(5, 9);
    expect(y! / 5e5).toBeCloseTo(1, 9);
  });

  // x is the projection of 0 on a convex set exactly if it lies in it and x . (p - x) >= 0 for all p of the set.
  it("is nearer than every other allowed point", () => {
    const coordinate = fc.integer({ min: -5, max: 5 });
    const point = fc.array(coordinate, { minLength: 4, maxLength: 4 });
    const problem = fc.record({
      inside: point,
      others: fc.array(point, { minLength: 20, maxLength: 20 }),
      normals: fc.array(
        fc.record({
          normal: point,
          room: fc.constantFrom(0, 0, 1, 3),
          equal: fc.constantFrom(false, false, false, true),
        }),
        { minLength: 1, maxLength: 9 },
      ),
    });
    fc.assert(
      fc.property(problem, ({ inside, others, normals }) => {
        // All limits allow `inside`.
        const limits = normals.map(({ normal, room, equal }) =>
          limit(normal, dot(normal, inside) + (equal ? 0 : room), equal),
        );
        const x = nearestPoint(4, limits)!;
        expect(x).toBeDefined();
        const allows = (p: ArrayLike<number>): boolean =>
          limits.every(({ normal, limit: at, equal }) =>
            equal ? Math.abs(dot(normal, p) - at) < 1e-8 : dot(normal, p) < at + 1e-8,
          );
        expect(allows(x)).toBe(true);
        for (const p of [inside, ...others])
          if (allows(p)) expect(dot(x, p) - dot(x, x)).toBeGreaterThan(-1e-7 * (1 + dot(x, x)));
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
