import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { directionsOf, type SliceAxis, usualRange, volumeSlices } from "./slices.ts";
import type { Affine, Volume } from "./volume.ts";

const shape = [2, 3, 4];
const about = { voxels: "real", space: "scanner", unit: "mm", timeUnit: "unknown", description: "" } as const;
const volume = (affine: Affine, parts: Partial<Volume> = {}): Volume => ({
  ...about,
  // 100 i + 10 j + k
  values: ndarray(
    Float32Array.from({ length: 24 }, (_, n) => 100 * Math.floor(n / 12) + 10 * (Math.floor(n / 4) % 3) + (n % 4)),
    shape,
  ) as NdArray,
  affine,
  affineFrom: "sform",
  spacing: [1, 2, 3],
  ...parts,
});
const upright: Affine = [
  [1, 0, 0, 0],
  [0, 2, 0, 0],
  [0, 0, 3, 0],
  [0, 0, 0, 1],
];
const rows = (given: Volume, axis: SliceAxis, slice = 0) => {
  const { plane, count, height, width, pixel, read } = volumeSlices(given, { axis });
  const values = [...read(slice)];
  return {
    plane,
    count,
    pixel,
    rows: Array.from({ length: height }, (_, y) => values.slice(y * width, (y + 1) * width)),
  };
};

test("slices lie as they are looked at: front or head on top, the patient's right on the left", () => {
  // i to the right, j to the front, k to the head.
  expect(rows(volume(upright), "axial", 1)).toEqual({
    plane: "axial",
    count: 4,
    pixel: [2, 1],
    rows: [
      [121, 21],
      [111, 11],
      [101, 1],
    ],
  });
  expect(rows(volume(upright), "k", 1)).toEqual(rows(volume(upright), "axial", 1));
  expect(rows(volume(upright), "coronal")).toEqual({
    plane: "coronal",
    count: 3,
    pixel: [3, 1],
    rows: [
      [103, 3],
      [102, 2],
      [101, 1],
      [100, 0],
    ],
  });
  // The front on the left.
  expect(rows(volume(upright), "sagittal")).toEqual({
    plane: "sagittal",
    count: 2,
    pixel: [3, 2],
    rows: [
      [23, 13, 3],
      [22, 12, 2],
      [21, 11, 1],
      [20, 10, 0],
    ],
  });
});

test("the same body stored another way gives the same pictures", () => {
  // i to the feet, j to the left, k to the back: a little tilted.
  const stored: Affine = [
    [0.1, -1, 0, 1],
    [0, 0.1, -2, 4],
    [-3, 0, 0.1, 9],
    [0, 0, 0, 1],
  ];
  expect(directionsOf(stored)).toEqual([
    { world: 2, sign: -1 },
    { world: 0, sign: -1 },
    { world: 1, sign: -1 },
  ]);
  const data = new Float32Array(24);
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 2; j++)
      for (let k = 0; k < 3; k++) data[(i * 2 + j) * 3 + k] = 100 * (1 - j) + 10 * (2 - k) + (3 - i);
  const turned = volume(stored, { values: ndarray(data, [4, 2, 3]) as NdArray, spacing: [3, 1, 2] });
  for (const axis of ["axial", "coronal", "sagittal"] as const) {
    const [a, b] = [rows(volume(upright), axis, 0), rows(turned, axis, volumeSlices(turned, { axis }).count - 1)];
    expect(b).toEqual(a);
  }
  expect(rows(turned, "k").plane).toBe("coronal");
});

test("without directions columns are i, and rows j from the top", () => {
  expect(rows(volume(upright, { affineFrom: "spacing" }), "k", 2).rows).toEqual([
    [2, 102],
    [12, 112],
    [22, 122],
  ]);
});

test("times follow each other; a plane has one slice; colours are planes", () => {
  const times = volume(upright, {
    values: ndarray(
      new Float32Array(24).map((_, n) => n),
      [2, 1, 3, 4],
    ) as NdArray,
  });
  expect(rows(times, "k", 0)).toMatchObject({ count: 12, rows: [[12, 0]] });
  expect(rows(times, "k", 4).rows).toEqual([[17, 5]]);
  const plane = volume(upright, { values: ndarray(Float32Array.of(1, 2, 3, 4), [2, 2]) as NdArray, spacing: [1, 1] });
  expect(rows(plane, "k")).toMatchObject({
    count: 1,
    rows: [
      [4, 2],
      [3, 1],
    ],
  });
  const colours = volume(upright, {
    values: ndarray(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 1, 1, 3]) as NdArray,
    voxels: "rgb",
  });
  expect([...volumeSlices(colours).read(0)]).toEqual([4, 1, 5, 2, 6, 3]);
  expect(() => volumeSlices({ ...colours, voxels: "complex" }, { path: "c.nii" })).toThrow(
    /c.nii: .*found complex numbers. Save their/,
  );
});

test("pictures go back into a volume of the same place", () => {
  for (const axis of ["i", "j", "k"] as const) {
    const given = volume(upright);
    const slices = volumeSlices(given, { axis });
    const pictures = Array.from({ length: slices.count }, (_, n) => [...slices.read(n)]).flat();
    const back = slices.volume(pictures.map((x) => x + 0.5));
    expect([...(back.values.data as Float32Array)]).toEqual(
      [...(given.values.data as Float32Array)].map((x) => x + 0.5),
    );
    expect(back.affine).toBe(given.affine);
    expect(() => slices.volume([1])).toThrow(/slices of 1 x .* values, found 1 values/);
  }
});

test("the usual range leaves out the farthest thousandth at either end, and what is no number", () => {
  const values = ndarray(Float64Array.from({ length: 10_001 }, (_, n) => (n === 5000 ? Number.NaN : n)));
  const [low, high] = usualRange({ values: values as NdArray })!;
  expect(low).toBeCloseTo(10, -0.5);
  expect(high).toBeCloseTo(9990, -0.5);
  expect(usualRange({ values: ndarray(Float64Array.of(3, 3, 3)) as NdArray })).toBeUndefined();
  // Where nearly all is background, all of the range.
  const sparse = new Float64Array(5000);
  sparse[7] = 2;
  expect(usualRange({ values: ndarray(sparse) as NdArray })).toEqual([0, 2]);
});
