import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { forms } from "./forms.ts";

const points = normal([2000, 2], { seed: 1 }).data;

test.each(
  Object.entries(forms).flatMap(([name, form]) => [0, 0.5, 1].map((stroke) => [name, stroke, form(stroke)] as const)),
)("%s, stroke %d: within the unit disc, and changing no faster than the point moves", (_, __, form) => {
  let reach = 0;
  let slope = 0;
  let inside = 0;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [ax, ay, bx, by] = points.subarray(i, i + 4) as unknown as [number, number, number, number];
    const [a, b] = [form(ax, ay), form(bx, by)];
    slope = Math.max(slope, Math.abs(a - b) / Math.hypot(ax - bx, ay - by));
    if (a <= 0) {
      inside++;
      reach = Math.max(reach, Math.hypot(ax, ay));
    }
  }
  expect(inside).toBeGreaterThan(80);
  expect(reach).toBeLessThanOrEqual(1);
  expect(slope).toBeLessThanOrEqual(1 + 1e-6);
  for (let turn = 0; turn < 360; turn++) {
    const angle = (turn * Math.PI) / 180;
    expect(form(1.001 * Math.cos(angle), 1.001 * Math.sin(angle))).toBeGreaterThan(0);
  }
});

test("distances known by hand", () => {
  const square = forms.square();
  expect(square(0, 0)).toBeCloseTo(-Math.SQRT1_2, 12);
  expect(square(2, 0)).toBeCloseTo(1, 12);
  expect(square(1, 1)).toBeCloseTo(Math.SQRT1_2, 12);
  expect(forms.triangle()(0, 0)).toBeCloseTo(-0.5, 12);
  expect(forms.triangle()(0, 1.5)).toBeCloseTo(1, 12);
  expect(forms.ring(0)(0, 0)).toBeCloseTo(0.8, 12);
  expect(forms.ring(0)(0.9, 0)).toBeCloseTo(-0.1, 12);
  expect(forms.corner(0)(0, 0)).toBeCloseTo(Math.hypot(0.4, 0), 12);
});
