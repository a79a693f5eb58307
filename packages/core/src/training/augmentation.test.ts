import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { type Augmentation, augment, augmentationLabels, checkAugmentation } from "./augmentation.ts";

const size = 40;
const middle = (size - 1) / 2;
/** A round spot off the middle: its place and spread tell what was done to it. */
const spot = (count: number, x = 3, y = -2): NdArray<"float32"> =>
  ndarray(
    Float32Array.from({ length: count * size * size }, (_, i) => {
      const [u, v] = [(i % size) - middle - x, (Math.floor(i / size) % size) - middle - y];
      return Math.exp(-(u * u + v * v) / 2);
    }),
    [count, 1, size, size],
  );

/** Mean place and covariance of an image taken as a density, from the middle. */
const moments = (image: ArrayLike<number>) => {
  let [mass, mx, my, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < size * size; i++) {
    const [u, v, p] = [(i % size) - middle, Math.floor(i / size) - middle, image[i]!];
    [mass, mx, my] = [mass + p, mx + p * u, my + p * v];
    [xx, xy, yy] = [xx + p * u * u, xy + p * u * v, yy + p * v * v];
  }
  [mx, my] = [mx / mass, my / mass];
  return { mx, my, xx: xx / mass - mx * mx, xy: xy / mass - mx * my, yy: yy / mass - my * my };
};

const count = 200;
const altered = (augmentation: Augmentation, images = spot(count)) => {
  const { images: found, labels } = augment(images, augmentation, { seed: 5, step: 3 });
  return Array.from({ length: images.shape[0]! }, (_, i) => ({
    image: found.data.subarray(i * size * size, (i + 1) * size * size),
    label: Array.from(labels.data.subarray(i * augmentationLabels, (i + 1) * augmentationLabels)),
  }));
};
const only = (...transforms: NonNullable<Augmentation["transforms"]>) => altered({ probability: 1, transforms });
/** An eighth of the image. */
const unit = size / 8;
/** Whether it was altered so little that the spot is whole in the picture, and its mirror images are out of it. */
const modest = ([, , scale, , , ...others]: readonly number[]) =>
  Math.abs(scale!) < 1 && others.every((value) => Math.abs(value) < 1);

describe("the label says what was done to the image", () => {
  test("flips", () => {
    const found = only("x-flip", "y-flip");
    for (const { image, label } of found) {
      const { mx, my } = moments(image);
      expect(mx).toBeCloseTo(label[0] ? -3 : 3, 1);
      expect(my).toBeCloseTo(label[1] ? 2 : -2, 1);
      expect(label.slice(2)).toEqual(new Array(7).fill(0));
    }
    // Half of each (4 standard errors).
    for (const k of [0, 1]) {
      const share = found.filter(({ label }) => label[k] === 1).length / count;
      expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / count));
    }
  });

  test("scaling by 2^(0.2 a) moves the spot away from the middle", () => {
    for (const { image, label } of only("scaling")) {
      const factor = 2 ** (0.2 * label[2]!);
      if (!modest(label)) continue;
      const { mx, my } = moments(image);
      expect(Math.abs(mx - 3 * factor)).toBeLessThan(0.1);
      expect(Math.abs(my + 2 * factor)).toBeLessThan(0.1);
    }
  });

  test("rotation", () => {
    for (const { image, label } of only("rotation")) {
      const [cosine, sine] = [label[3]! + 1, label[4]!];
      expect(cosine * cosine + sine * sine).toBeCloseTo(1, 5);
      const { mx, my } = moments(image);
      expect(Math.abs(mx - (3 * cosine + 2 * sine))).toBeLessThan(0.1);
      expect(Math.abs(my - (3 * sine - 2 * cosine))).toBeLessThan(0.1);
    }
  });

  test("stretching along a direction and pressing across it", () => {
    let checked = 0;
    for (const { image, label } of altered({ probability: 1, transforms: ["anisotropy"] }, spot(count, 0, 0))) {
      const octaves = Math.hypot(label[5]!, label[6]!);
      if (octaves > 1.5) continue;
      checked++;
      const factor = 2 ** (0.2 * octaves);
      const { xx, xy, yy } = moments(image);
      const angle = Math.atan2(label[6]!, label[5]!) / 2;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const along = c * c * xx + 2 * c * s * xy + s * s * yy;
      const across = s * s * xx - 2 * c * s * xy + c * c * yy;
      // Bilinear interpolation widens the spot a little.
      expect(Math.abs(along / across / factor ** 4 - 1)).toBeLessThan(0.15);
    }
    expect(checked).toBeGreaterThan(100);
  });

  test("translation by eighths of the image", () => {
    let checked = 0;
    for (const { image, label } of only("translation")) {
      const [x, y] = [3 + unit * label[7]!, -2 + unit * label[8]!];
      if (!modest(label)) continue;
      checked++;
      const { mx, my } = moments(image);
      expect(Math.abs(mx - x)).toBeLessThan(0.1);
      expect(Math.abs(my - y)).toBeLessThan(0.1);
    }
    expect(checked).toBeGreaterThan(50);
  });

  test("all at once: flip, scale, turn, stretch, shift, in this order", () => {
    let checked = 0;
    for (const { image, label } of altered({ probability: 1 })) {
      if (!modest(label)) continue;
      let [x, y] = [label[0] ? -3 : 3, label[1] ? 2 : -2];
      const factor = 2 ** (0.2 * label[2]!);
      const [c, s] = [label[3]! + 1, label[4]!];
      [x, y] = [factor * (c * x - s * y), factor * (s * x + c * y)];
      const stretch = 2 ** (0.2 * Math.hypot(label[5]!, label[6]!));
      const angle = Math.atan2(label[6]!, label[5]!) / 2;
      const along = (x * Math.cos(angle) + y * Math.sin(angle)) * stretch;
      const across = (y * Math.cos(angle) - x * Math.sin(angle)) / stretch;
      x = along * Math.cos(angle) - across * Math.sin(angle) + unit * label[7]!;
      y = along * Math.sin(angle) + across * Math.cos(angle) + unit * label[8]!;
      const { mx, my } = moments(image);
      checked++;
      expect(Math.hypot(x - mx, y - my)).toBeLessThan(0.1);
    }
    expect(checked).toBeGreaterThan(20);
  });
});

describe("augment", () => {
  test("leaves images without a label as they are, to the bit, and those given untouched", () => {
    const images = spot(count);
    const before = images.data.slice();
    const found = altered({ probability: 0.12 }, images);
    expect(images.data).toEqual(before);
    const untouched = found.filter(({ label }) => label.every((value) => value === 0));
    for (const { image } of untouched) expect(image).toEqual(before.subarray(0, size * size));
    // Flips leave half of their images as they are (4 standard errors).
    const share = 0.88 ** 4 * 0.94 ** 2;
    expect(Math.abs(untouched.length / count - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
    for (const { image, label } of found)
      if (label.some((value) => value !== 0)) expect(image).not.toEqual(before.subarray(0, size * size));
  });

  test("alters image i alike in any batch, and otherwise at another step or seed", () => {
    const [all, few] = [altered({ probability: 0.5 }), altered({ probability: 0.5 }, spot(10))];
    expect(few).toEqual(all.slice(0, 10));
    for (const draws of [
      { seed: 5, step: 4 },
      { seed: 6, step: 3 },
    ])
      expect(augment(spot(10), { probability: 0.5 }, draws).labels.data).not.toEqual(
        augment(spot(10), { probability: 0.5 }, { seed: 5, step: 3 }).labels.data,
      );
  });

  test("bad settings, and samples that are no images", () => {
    const shape = [1, 8, 8];
    expect(() => checkAugmentation({ probability: 1.5 }, shape)).toThrow(ArgumentError);
    expect(() => checkAugmentation({ probability: 0.1, transforms: [] }, shape)).toThrow(/found none/);
    expect(() => checkAugmentation({ probability: 0.1, transforms: ["flip" as never] }, shape)).toThrow(/found flip/);
    expect(() => checkAugmentation({ probability: 0.1 }, [4])).toThrow(ShapeError);
    expect(() => checkAugmentation({ probability: 0.1 }, [4])).toThrow(/found samples of shape \[4\]; leave/);
  });
});
