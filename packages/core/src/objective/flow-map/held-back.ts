/** Errors of which the large ones are held back, so that training is quiet. */
import type { Tensor } from "@scorefield/tensor";
import { number } from "../../part/setting.ts";

/** Settings of the size of an error. */
export const errorSettings = (power: number) => ({
  power: number({
    least: 0,
    most: 1,
    default: power,
    help: "how much large errors are held back: 0 is the squared error, 0.5 its root, 1 its logarithm",
  }),
  floor: number({ above: 0, default: 1e-3, help: "squared error below which errors are not held back" }),
});

/** How errors are held back: {@link errorSettings}. */
export interface HoldBack {
  readonly power: number;
  readonly floor: number;
}

/** Mean squared error of each sample, [n]. */
const squaredError = (difference: Tensor): Tensor =>
  difference.square().mean(Array.from({ length: difference.rank - 1 }, (_, k) => k + 1));

/**
 * A function of squared errors e whose gradient is theirs over (e + c)^p: adaptive weights.
 *
 *     ((e + c)^(1 - p) - c^(1 - p)) / (1 - p),  and log((e + c) / c) for p = 1
 *
 * Source: Geng et al. 2025 (MeanFlow), section 4.3; p = 1/2 is the pseudo-Huber error of Song & Dhariwal 2024.
 */
const holdBack = (e: Tensor, { power, floor }: HoldBack): Tensor => {
  if (power === 0) return e;
  if (power === 1) return e.divide(floor).add(1).log();
  const rest = 1 - power;
  return e
    .add(floor)
    .log()
    .multiply(rest)
    .exp()
    .subtract(floor ** rest)
    .divide(rest);
};

/**
 * The error of each sample, [n], held back by itself.
 * @param difference [n, ...shape]
 */
export const heldBack = (difference: Tensor, settings: HoldBack): Tensor =>
  holdBack(squaredError(difference), settings);

// The weights of single draws move the mean by about 2 over the numbers of a sample.
const manyNumbers = 64;

/**
 * The mean error of a batch in which some targets are single draws, whose mean is to be learned. Weights of each sample would turn it
 * into something like a median where samples have few numbers. There, drawn samples share the weight of their mean error. The others
 * have their own.
 * @param difference [n, ...shape]
 * @param drawn 1 for samples whose target is a draw, else 0, [n]; left out: all
 */
export const heldBackMean = (difference: Tensor, settings: HoldBack, drawn?: Tensor): Tensor => {
  const e = squaredError(difference);
  const numbers = difference.shape.slice(1).reduce((a, b) => a * b, 1);
  if (numbers >= manyNumbers) return holdBack(e, settings).mean();
  if (!drawn) return holdBack(e.mean(), settings);
  const share = drawn.mean();
  const together = holdBack(e.multiply(drawn).mean().divide(share.add(1e-6)), settings).multiply(share);
  return together.add(holdBack(e, settings).multiply(drawn.negate().add(1)).mean());
};
