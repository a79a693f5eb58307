/**
 * Images altered at random. The network is conditioned on the change, so that samples are not altered (Karras et al.
 * 2020, 2022).
 */
import { type NdArray, type Shape, ShapeError, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkArray } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { normalQuantile } from "../numeric/normal-quantile.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { uniform } from "../random/uniform.ts";
import { type Affine, resample } from "./resample.ts";

const transformNames = ["x-flip", "y-flip", "scaling", "rotation", "anisotropy", "translation"] as const;

/** A way to alter an image. */
export type ImageTransform = (typeof transformNames)[number];

/** How images are altered while a network learns them. */
export interface Augmentation {
  /** Of each transform for each image, in [0, 1]; 0.12 to 0.15 suits a few ten thousand images. */
  readonly probability: number;
  /** Which transforms. Default all. Leave out flips where a mirrored image is another thing, as of digits. */
  readonly transforms?: readonly ImageTransform[] | undefined;
}

/** The numbers that describe an augmentation to a network. */
export const augmentationLabels = 9;

// Karras et al. 2022, table 6: standard deviations of the octaves of scale, of stretch, and of the shift in image sizes.
const scaleDeviation = 0.2;
const stretchDeviation = 0.2;
const shiftDeviation = 0.125;

/** @throws ArgumentError for settings out of range; ShapeError for samples that are no images */
export const checkAugmentation = (augmentation: Augmentation, shape: Shape): void => {
  checkOptions("augmentation", augmentation, { probability: true, transforms: true } satisfies Known<Augmentation>);
  const { probability, transforms = transformNames } = augmentation;
  if (!Array.isArray(transforms))
    throw new ArgumentError(`augmentation: expected a list of transforms, found ${showValue(transforms)}`);
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`augmentation: expected a probability in [0, 1], found ${probability}`);
  const unknown = transforms.find((name) => !transformNames.includes(name));
  if (unknown !== undefined || transforms.length === 0)
    throw new ArgumentError(
      `augmentation: expected transforms among ${transformNames.join(", ")}; found ${unknown ?? "none"}`,
    );
  if (shape.length !== 3)
    throw new ShapeError(
      `augmentation: expected images [channels, height, width], found samples of shape [${shape}]; leave augmentation out`,
    );
};

/** The linear part of a map, by rows. */
type Linear = readonly [number, number, number, number];

const product = ([a, b, c, d]: Linear, [e, f, g, h]: Linear): Linear => [
  a * e + b * g,
  a * f + b * h,
  c * e + d * g,
  c * f + d * h,
];

const turn = (angle: number): Linear => [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];

// For each transform: whether it takes place, and up to two numbers to say how.
const drawsPerImage = 3 * transformNames.length;

/**
 * The map from an altered image to the original, and its label: [x-flip, y-flip, octaves of scale / 0.2, cos and sin of
 * the rotation less cos and sin of no rotation (2), octaves of stretch / 0.2 times cos and sin of twice its direction
 * (2), shift by x and y in eighths of the image (2)]; zeros for what did not take place (Karras et al. 2022, table 6).
 * There the direction is not doubled, so that a stretch and its inverse share a label.
 * @returns nothing for an image left as it is
 */
const drawAlteration = (
  draws: Float64Array,
  { probability, transforms = transformNames }: Augmentation,
  [, height, width]: readonly number[],
): { map: Affine; label: number[] } | undefined => {
  const drawn = (name: ImageTransform): readonly [number, number] | undefined => {
    const at = 3 * transformNames.indexOf(name);
    return transforms.includes(name) && draws[at]! < probability ? [draws[at + 1]!, draws[at + 2]!] : undefined;
  };
  // Half a grain above 0, where the quantile is infinite.
  const normal = (u: number): number => normalQuantile(u || 2 ** -54);
  const label = new Array<number>(augmentationLabels).fill(0);
  let inverse: Linear = [1, 0, 0, 1];
  let shift: readonly [number, number] = [0, 0];
  if ((drawn("x-flip")?.[0] ?? 1) < 0.5) {
    label[0] = 1;
    inverse = product(inverse, [-1, 0, 0, 1]);
  }
  if ((drawn("y-flip")?.[0] ?? 1) < 0.5) {
    label[1] = 1;
    inverse = product(inverse, [1, 0, 0, -1]);
  }
  const scaling = drawn("scaling");
  if (scaling) {
    label[2] = normal(scaling[0]);
    const factor = 2 ** (-scaleDeviation * label[2]);
    inverse = product(inverse, [factor, 0, 0, factor]);
  }
  const rotation = drawn("rotation");
  if (rotation) {
    const angle = 2 * Math.PI * (rotation[0] - 0.5);
    [label[3], label[4]] = [Math.cos(angle) - 1, Math.sin(angle)];
    inverse = product(inverse, turn(-angle));
  }
  const anisotropy = drawn("anisotropy");
  if (anisotropy) {
    const direction = 2 * Math.PI * (anisotropy[0] - 0.5);
    const octaves = normal(anisotropy[1]);
    [label[5], label[6]] = [octaves * Math.cos(2 * direction), octaves * Math.sin(2 * direction)];
    const factor = 2 ** (stretchDeviation * octaves);
    inverse = product(product(product(inverse, turn(direction)), [1 / factor, 0, 0, factor]), turn(-direction));
  }
  const translation = drawn("translation");
  if (translation) {
    [label[7], label[8]] = [normal(translation[0]), normal(translation[1])];
    shift = [shiftDeviation * width! * label[7], shiftDeviation * height! * label[8]];
  }
  if (label.every((value) => value === 0)) return undefined;
  const [a, b, c, d] = inverse;
  return { map: [a, b, -a * shift[0] - b * shift[1], c, d, -c * shift[0] - d * shift[1]], label };
};

/**
 * Alters images at random: flips, scaling, rotation, stretching and shifting, in this order, each with the probability
 * given. All are one bilinear resampling with reflection at the borders.
 * @param images [n, c, h, w]
 * @param draws which random numbers. Image i is altered in the same way in any batch
 * @throws ArgumentError | ShapeError for a bad augmentation, or a value that is not an array of images
 * @returns the images, and a label [n, {@link augmentationLabels}] for the network
 */
export const augment = (
  images: NdArray<"float32">,
  augmentation: Augmentation,
  draws: { readonly seed: number; readonly step: number },
): { readonly images: NdArray<"float32">; readonly labels: NdArray<"float32"> } => {
  checkArray("augment images", images);
  checkAugmentation(augmentation, images.shape.slice(1));
  const [count, ...shape] = images.shape as [number, number, number, number];
  const size = shape[0] * shape[1] * shape[2];
  const altered = { ...images, data: images.data.slice() };
  const labels = zeros([count, augmentationLabels]) as NdArray<"float32">;
  const numbers = uniform([count, drawsPerImage], { ...draws, purpose: "augmentation", dtype: "float64" }).data;
  for (let i = 0; i < count; i++) {
    const own = numbers.subarray(drawsPerImage * i, drawsPerImage * (i + 1));
    const alteration = drawAlteration(own, augmentation, shape);
    if (!alteration) continue;
    labels.data.set(alteration.label, augmentationLabels * i);
    resample(images.data, altered.data, shape, size * i, alteration.map);
  }
  return { images: altered, labels };
};
