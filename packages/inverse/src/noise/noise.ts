/** How a measurement differs from what it would be without noise: y given z = A(x). */
import { ArgumentError, type DrawOptions, declare, type KindRecipe, type setting } from "@scorefield/core";
import { checkArray, checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError, Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/** Which numbers to draw: those of a stream of core, where sample i is the same whatever the batch. */
export type NoiseDrawOptions = Pick<DrawOptions, "seed" | "step" | "firstSample">;

/** The distribution of a measurement y, given what it would be without noise, z = A(x). */
export interface Noise {
  /** What it is, such as `gaussian`. */
  readonly kind: string;
  /** Plain JSON that makes it again, by `noiseFromRecipe`. */
  readonly recipe: KindRecipe;
  /** What its scale is in, in words, such as `units of the measurement`. */
  readonly units: string;
  /**
   * log p(y | z) in nats, constants included.
   * @param y what is measured: [n, ...output], or [1, ...output] for one measurement and several z
   * @param z without noise, [n, ...output]
   * @returns [n]
   */
  logLikelihood(y: Tensor, z: Tensor): Tensor;
  /**
   * Draws y given z.
   * @param z [n, ...output], float32 or float64
   * @returns the shape and the element type of z. Row i is sample `firstSample + i`, the same for any number of rows
   */
  draw(z: NdArray, options: NoiseDrawOptions): NdArray<FloatType>;
  /** E |y - z|^2 / m given z: what a misfit per number is when nothing but noise is left. [n]. Infinite where there is none. */
  variance(z: Tensor): Tensor;
  /** The least number that it gives; left out where there is none. */
  readonly least?: number;
  /** The largest second derivative of -log p(y | z) by a number of z, where one is known for all z. */
  readonly curvature?: number;
  /** Whether the distribution of y - z is the same for every z. */
  readonly additive?: true;
  /** Of Gaussian noise that has one deviation for all numbers, independently: the deviation. */
  readonly sigma?: number;
  /**
   * Of Gaussian noise: r -> W r, where W W* R = I for its covariance R, so that W (y - z) is standard normal. [n, ...output]
   * to the same shape.
   */
  whiten?(r: Tensor): Tensor;
}

const drawOptions = { seed: true, step: true, firstSample: true } satisfies Known<NoiseDrawOptions>;

/** What a declaration gives to `make` besides the values of settings. */
export type AboutNoise = Pick<Noise, "kind" | "recipe">;

/**
 * Declares a noise. Its options, their checks and its recipe follow from the settings.
 * @param declared `make` gets the values of the settings, and `about`: kind and recipe. It may rely on `z` and the options of
 *   `draw`, and on `y` and `z` of one rank
 * @returns a function of the options. It throws ArgumentError for unknown options, and for values of the wrong type or out
 *   of range
 */
export const declareNoise = <const K extends string, const S extends setting.Settings>(declared: {
  readonly kind: K;
  /** Its name in the library. Default the kind. */
  readonly name?: string;
  readonly summary: string;
  readonly source: string;
  readonly settings: S;
  readonly make: (values: setting.Values<S>, about: AboutNoise) => Noise;
}) => {
  checkMade("declareNoise", declared, ["kind", "settings", "make"], "a declaration with kind, settings and make");
  const { make, ...about } = declared;
  return declare({
    ...about,
    make: (values, recipe): Noise => checked(make(values, { kind: declared.kind, recipe })),
  });
};

const checked = (noise: Noise): Noise => ({
  ...noise,
  logLikelihood: (y, z) => {
    if (!(y instanceof Tensor && z instanceof Tensor))
      throw new ArgumentError(
        `${noise.kind} logLikelihood: expected tensors, found ${showValue(y instanceof Tensor ? z : y)}; call it in a function that is compiled`,
      );
    const fits = y.rank === z.rank && z.shape.every((size, i) => y.shape[i] === size || (i === 0 && y.shape[0] === 1));
    if (z.rank === 0 || !fits)
      throw new ShapeError(
        `${noise.kind} logLikelihood: expected y of the shape of z, [${z.shape}], or of one sample, found [${y.shape}]`,
      );
    return noise.logLikelihood(y, z);
  },
  draw: (z, options) => {
    checkArray(`${noise.kind} draw`, z);
    checkOptions(`${noise.kind} draw`, options, drawOptions);
    if (z.shape.length === 0)
      throw new ShapeError(`${noise.kind} draw: expected an axis of samples, [n, ...], found a scalar`);
    return noise.draw(z, options);
  },
});

/**
 * Refuses a value that is not a noise.
 * @param name of the function, for errors
 * @throws ArgumentError saying what was expected and found
 */
export const checkNoise = (name: string, noise: Noise): void =>
  checkMade(
    `${name} noise`,
    noise,
    ["recipe", "logLikelihood", "draw"],
    "a noise such as gaussianNoise({ sigma: 0.05 })",
  );
