/** A network that sees where a patch lies. */
import {
  concat,
  constant,
  type NdArray,
  ndarray,
  type Shape,
  ShapeError,
  sizeOf,
  sliceAxis,
  type Tensor,
} from "@scorefield/tensor";
import { checkPositive } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkNetwork } from "../network/check-network.ts";
import { rowsOrZeros } from "../network/conditions.ts";
import type { Network } from "../network/network.ts";
import { checkOptions, type Known } from "../part/check-options.ts";

/** Settings of {@link positioned}. */
export interface PositionedOptions {
  /** Pixels from the middle of an image that count as 1, such as half of its longest side. Default 64. */
  readonly reach?: number;
}

const options = { reach: true } satisfies Known<PositionedOptions>;

/** What says where a patch lies: [row, column, 1], of its middle, in pixels from the middle of the image. Zeros: unknown. */
export const positionSize = 3;

/** The middle of a patch is at 0: [1, size[axis], 1] along an axis, in pixels. */
const offsetsAlong = (axis: 0 | 1, [height, width]: Shape): NdArray<"float32"> => {
  const size = [height!, width!][axis]!;
  const values = Float32Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
  return ndarray(values, axis === 0 ? [1, size, 1] : [1, 1, size]);
};

/**
 * A network of patches [channels, height, width] that knows where they lie in an image (Hu et al. 2024, section 3.2): two more
 * channels hold the row and the column of every pixel. They are 0 where the position is unknown. The position is the
 * condition `observed`, a row [row, column, 1] of the patch's middle, in pixels from the image's middle.
 * @param network of images, such as `unet()`
 * @throws ArgumentError for what is not a network, a network that is conditioned on what is known already, and a reach that is not
 *   positive. Its methods throw ShapeError for samples that are not images
 */
export const positioned = (network: Network, given: PositionedOptions = {}): Network => {
  checkNetwork("positioned", network);
  checkOptions("positioned", given, options);
  const { reach = 64 } = given;
  checkPositive("positioned reach", reach);
  if ((network.observed ?? 0) > 0)
    throw new ArgumentError(
      `positioned: expected a network without observed, found ${network.recipe.kind} with ${network.observed}`,
    );
  const wider = (shape: Shape): Shape => {
    if (shape.length !== 3 || sizeOf(shape) === 0)
      throw new ShapeError(`positioned: expected patches [channels, height, width], found [${shape}]`);
    return [shape[0]! + 2, shape[1]!, shape[2]!];
  };
  return {
    ...network,
    recipe: { kind: "positioned", network: network.recipe, reach },
    observed: positionSize,
    ...(network.uniforms && { uniforms: (shape: Shape) => network.uniforms!(wider(shape)) }),
    initialise: (shape, seed) => network.initialise(wider(shape), seed),
    apply: (parameters, x, noiseLevel, conditions = {}) => {
      const [n, channels, height, width] = x.shape as [number, number, number, number];
      wider(x.shape.slice(1));
      const { observed: _, ...others } = conditions;
      const position = rowsOrZeros("observed", conditions, x, positionSize);
      const known = sliceAxis(position, 1, 2, 3).reshape([n, 1, 1]);
      const along = ([0, 1] as const).map((axis): Tensor => {
        const offset = constant(offsetsAlong(axis, [height, width])).cast(x.dtype);
        const middle = sliceAxis(position, 1, axis, axis + 1).reshape([n, 1, 1]);
        const coordinate = middle
          .add(offset)
          .multiply(known)
          .multiply(1 / reach);
        return coordinate.broadcastTo([n, height, width]).reshape([n, 1, height, width]);
      });
      return sliceAxis(network.apply(parameters, concat([x, ...along], 1), noiseLevel, others), 1, 0, channels);
    },
  };
};
