import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { computed } from "./evaluate.case.ts";
import { adaptiveGroupNormalisation, groupNormalisation } from "./group-normalisation.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Each sample's groups of `size` channels, normalised. */
const normalised = ({ data, shape: [n, channels, ...rest] }: NdArray, size: number): number[] => {
  const length = size * rest.reduce((a, b) => a * b, 1);
  return Array.from({ length: (n! * channels!) / size }, (_, g) => {
    const group = Array.from(data.slice(g * length, (g + 1) * length), Number);
    const mean = group.reduce((a, b) => a + b, 0) / length;
    const variance = group.reduce((sum, v) => sum + (v - mean) ** 2, 0) / length;
    return group.map((v) => (v - mean) / Math.sqrt(variance + 1e-5));
  }).flat();
};

const x = normal([2, 8, 3, 2], { seed: 1 });

test("groups of four channels, each channel with its scale and shift", async () => {
  const [scale, shift] = [normal([8], { seed: 2 }), normal([8], { seed: 3 })];
  const found = await computed(runtime, (h, a, b) => groupNormalisation({ scale: a!, shift: b! }, h!), x, scale, shift);
  for (const [i, value] of normalised(x, 4).entries()) {
    const channel = Math.floor(i / 6) % 8;
    expect(found.data[i]).toBeCloseTo(value * Number(scale.data[channel]) + Number(shift.data[channel]), 5);
  }
});

test("adaptive: each sample has its own scales and shifts", async () => {
  const [scale, shift] = [normal([2, 8], { seed: 2 }), normal([2, 8], { seed: 3 })];
  const found = await computed(runtime, (h, a, b) => adaptiveGroupNormalisation(h!, a!, b!), x, scale, shift);
  expect(found.shape).toEqual(x.shape);
  for (const [i, value] of normalised(x, 4).entries()) {
    const place = Math.floor(i / 6);
    expect(found.data[i]).toBeCloseTo(value * (1 + Number(scale.data[place])) + Number(shift.data[place]), 5);
  }
});

test("the number of groups divides the channels, is at most 32, and leaves four channels to a group", async () => {
  const groups = async (channels: number) => {
    // A channel that is far from all others is brought to about sqrt(size of its group) by normalisation.
    const data = new Float32Array(2 * channels).fill(0);
    data.set([1000, 1000]);
    const one = ndarray(new Float32Array(channels).fill(1));
    const zero = ndarray(new Float32Array(channels));
    const found = await computed(
      runtime,
      (h, a, b) => groupNormalisation({ scale: a!, shift: b! }, h!),
      ndarray(data, [1, channels, 2]),
      one,
      zero,
    );
    return channels / (Number(found.data[0]) ** 2 + 1);
  };
  for (const [channels, expected] of [
    [16, 4],
    [24, 6],
    [128, 32],
    [144, 24],
    [256, 32],
    [7, 1],
    [3, 1],
  ] as const)
    expect(await groups(channels)).toBeCloseTo(expected, 2);
});
