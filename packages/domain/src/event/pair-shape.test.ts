import { uniform } from "@scorefield/core";
import { expect, test } from "vitest";
import { momentumOfMass, pairMass } from "./kinematics.ts";
import { pairShape, turnOfShape } from "./pair-shape.ts";

const u = uniform([300, 5], { seed: 1, dtype: "float64" }).data;
const cases = Array.from({ length: 300 }, (_, i) => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = u.subarray(5 * i, 5 * i + 5);
  return { pt1: 5 + 90 * a, logRatio: 3 * b - 1.5, eta1: 5 * c - 2.5, eta2: 5 * d - 2.5, turn: 6.2 * e - 3.1 };
});

test("t is the transverse momentum of the pair over its mass", () => {
  for (const { pt1, logRatio, eta1, eta2, turn } of cases) {
    const [a, b] = [
      { pt: pt1, eta: eta1, phi: 0, m: 0 },
      { pt: pt1 * Math.exp(logRatio), eta: eta2, phi: Math.PI + turn, m: 0 },
    ];
    const q = Math.hypot(a.pt + b.pt * Math.cos(b.phi), b.pt * Math.sin(b.phi));
    expect(Math.abs(pairShape({ logRatio, turn }, eta1 - eta2).t / (q / pairMass(a, b)) - 1)).toBeLessThan(1e-9);
  }
});

test("shape and turn are inverse to each other", () => {
  for (const { logRatio, eta1, eta2, turn } of cases) {
    const { t, psi } = pairShape({ logRatio, turn }, eta1 - eta2);
    const back = turnOfShape(t, psi, eta1 - eta2);
    // Near parallel particles the sine of half the turn is near 1, and its arc doubles the digits that are lost.
    expect(Math.abs(back.logRatio - logRatio)).toBeLessThan(1e-6);
    expect(Math.abs(back.turn - turn)).toBeLessThan(1e-6);
  }
});

test("momenta are bounded by t, also of shapes that no pair has", () => {
  for (const [i, { eta1, eta2, logRatio, turn }] of cases.entries()) {
    const [t, psi] = [0.01 + Math.abs(logRatio), 2 * turn - eta1 / (i + 1)];
    const found = turnOfShape(t, psi, eta1 - eta2);
    const pt1 = momentumOfMass(91, { logRatio: found.logRatio, eta1, eta2, turn: Math.PI + found.turn, m1: 0, m2: 0 });
    expect(pt1 * Math.exp(found.logRatio / 2)).toBeLessThan(91 * Math.sqrt(1 + t ** 2));
  }
});

test("a pair back to back has the shape 0, and no angle", () => {
  expect(pairShape({ logRatio: 1e-9, turn: -1e-10 }, 1)).toEqual({ t: 0, psi: Number.NaN });
  expect(turnOfShape(0, Number.NaN, 1)).toEqual({ logRatio: 0, turn: 0 });
});
