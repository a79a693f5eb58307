import { uniform } from "@scorefield/core";
import { expect, test } from "vitest";
import { invariantMass, momentumOfMass, type PolarVector, pairMass, wrapAngle } from "./kinematics.ts";
import { observablesOf } from "./observables.ts";

const draws = (n: number, seed: number) => uniform([n], { seed, dtype: "float64" }).data;

test("the momentum of a mass is the inverse of the mass of a pair, for light and for heavy particles", () => {
  const u = draws(600, 1);
  for (let i = 0; i < 100; i++) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = u.subarray(6 * i, 6 * i + 6);
    const heavy = i % 2;
    const one: PolarVector = { pt: 1 + 90 * a, eta: 4 * b - 2, phi: 6 * c - 3, m: heavy * 80 * d };
    const other: PolarVector = { pt: 1 + 90 * d, eta: 4 * e - 2, phi: 6 * f - 3, m: heavy * 5 * a };
    const mass = pairMass(one, other);
    expect(Math.abs(mass / invariantMass([one, other]) - 1)).toBeLessThan(1e-7);
    const found = momentumOfMass(mass, {
      logRatio: Math.log(other.pt / one.pt),
      eta1: one.eta,
      eta2: other.eta,
      turn: other.phi - one.phi,
      m1: one.m,
      m2: other.m,
    });
    expect(Math.abs(found / one.pt - 1)).toBeLessThan(1e-8);
  }
});

test("a mass below that of its parts, and one of parallel particles, give finite momenta", () => {
  const shape = { logRatio: 0, eta1: 1, eta2: 1, turn: 0, m1: 0, m2: 0 };
  expect(momentumOfMass(91, shape)).toBeGreaterThan(0);
  expect(Number.isFinite(momentumOfMass(91, shape))).toBe(true);
  expect(momentumOfMass(91, { ...shape, turn: 3, m1: 80, m2: 80 })).toBe(1e-6);
});

test("a mass does not change when an event is boosted along the beam and turned", () => {
  const a: PolarVector = { pt: 40, eta: 0.3, phi: 1, m: 0 };
  const b: PolarVector = { pt: 35, eta: -0.6, phi: -2, m: 0 };
  const moved = ({ pt, eta, phi, m }: PolarVector): PolarVector => ({ pt, eta: eta + 0.8, phi: wrapAngle(phi + 2), m });
  expect(pairMass(moved(a), moved(b))).toBeCloseTo(pairMass(a, b), 11);
});

test("angles are wrapped, and observables are those of plain sums", () => {
  expect(wrapAngle(3.5)).toBeCloseTo(3.5 - 2 * Math.PI, 14);
  const particles: PolarVector[] = [
    { pt: 3, eta: 0, phi: 3, m: 0 },
    { pt: 4, eta: 1, phi: -3, m: 0 },
    { pt: 5, eta: -1, phi: 0, m: 2 },
  ];
  const found = observablesOf(particles);
  const z = [3 / 12, 4 / 12, 5 / 12];
  const far = (i: number, j: number) =>
    Math.hypot(particles[i]!.eta - particles[j]!.eta, wrapAngle(particles[i]!.phi - particles[j]!.phi));
  let [line, triangle] = [0, 0];
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      line += z[i]! * z[j]! * far(i, j);
      for (let k = 0; k < 3; k++) triangle += z[i]! * z[j]! * z[k]! * far(i, j) * far(j, k) * far(i, k);
    }
  expect(found.efp_line()).toBeCloseTo(line, 13);
  expect(found.efp_triangle()).toBeCloseTo(triangle, 13);
  expect(found.pair_dphi()).toBeCloseTo(2 * Math.PI - 6, 13);
  expect(found.pair_deta()).toBe(-1);
  expect(found.ht()).toBe(12);
  expect(found.pair_pt()).toBeCloseTo(
    Math.hypot(3 * Math.cos(3) + 4 * Math.cos(3), 3 * Math.sin(3) - 4 * Math.sin(3)),
    12,
  );
});
