import { expect, test } from "vitest";
import { clipped } from "./faults.ts";
import { clippedSide } from "./known.ts";
import { sparselyDeclipped } from "./sparse-declip.ts";

const tones = Float64Array.from(
  { length: 1500 },
  (_, t) => 0.6 * Math.sin(0.131 * t) + 0.3 * Math.sin(0.274 * t + 1) + 0.2 * Math.sin(0.71 * t + 2),
);
const faulty = clipped(tones, 0.5);
const most = Math.max(...faulty);
const side = Int8Array.from(faulty, (value) => clippedSide(value, { low: -most, high: most }));
const errorOf = (sound: Float64Array): number => sound.reduce((sum, value, t) => sum + (value - tones[t]!) ** 2, 0);

test("a few tones come back from clipping with a tenth of the error's power; known numbers stay", () => {
  const restored = sparselyDeclipped(faulty, side, { frame: 256 });
  expect(errorOf(restored)).toBeLessThan(0.1 * errorOf(faulty));
  for (let t = 0; t < faulty.length; t++)
    if (side[t] === 0) expect(restored[t]).toBe(faulty[t]);
    else expect(side[t]! * restored[t]!).toBeGreaterThanOrEqual(0.999 * most);
});

test("frames without clipping stay, and so does silence", () => {
  const none = new Int8Array(faulty.length);
  expect(sparselyDeclipped(tones, none, { frame: 256 })).toEqual(tones);
  expect(sparselyDeclipped(new Float64Array(300), new Int8Array(300), { frame: 64 })).toEqual(new Float64Array(300));
});
