/** The norm of an operator, measured. */
import { normal } from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { compile, type Runtime, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";

/** Settings of {@link powerIteration}. */
export interface PowerIterationOptions {
  /** Default 100. */
  readonly steps?: number;
  /** Of the start, default 0. */
  readonly seed?: number;
  readonly runtime?: Runtime | undefined;
}

const options = { steps: true, seed: true, runtime: true } satisfies Known<PowerIterationOptions>;

/**
 * The largest singular value of a linear map by power iteration, x <- A* A x / |A* A x| (Golub & Van Loan 2013, section 8.2.1), from a
 * random start, in float64. It is approached from below; the relative error is about (s_2 / s_1)^(4 steps), where s_2 is the next
 * singular value.
 * @param parts shape of x, A and A*
 * @throws ArgumentError for bad options
 */
export const powerIteration = async (
  parts: { readonly input: Shape; apply(x: Tensor): Tensor; adjoint(y: Tensor): Tensor },
  given: PowerIterationOptions = {},
): Promise<number> => {
  checkMade(
    "powerIteration",
    parts,
    ["input", "apply", "adjoint"],
    "a linear operator, or its input, apply and adjoint",
  );
  checkOptions("powerIteration", given, options);
  const { steps = 100, seed = 0, runtime } = given;
  checkWhole("powerIteration steps", steps);
  const start = normal([1, ...parts.input], { seed, dtype: "float64" });
  const size = Math.sqrt(start.data.reduce((sum, value) => sum + value * value, 0));
  const step = await compile(
    (x: Tensor) => {
      const y = parts.adjoint(parts.apply(x));
      const square = y
        .square()
        .reshape([sizeOf(y.shape)])
        .sum();
      return { next: y.divide(square.sqrt().max(1e-300)), square };
    },
    [{ shape: start.shape, dtype: "float64" }],
    { runtime, name: "powerIteration" },
  );
  try {
    let x = { ...start, data: start.data.map((value) => value / size) };
    let square = 0;
    for (let i = 0; i < steps; i++) {
      const result = await step(x);
      square = Number(result.square.data[0]);
      x = result.next as typeof x;
    }
    return square ** 0.25;
  } finally {
    await step.dispose();
  }
};
